#include "runtime/toolchain/response_files.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "runtime/toolchain/include_lines.hpp"
#include "runtime/toolchain/paths.hpp"
#include "runtime/toolchain/shell_words.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

constexpr int depth_max = 8; // A file may name itself.
constexpr uintmax_t bytes_max = 4U << 20;
constexpr size_t words_max = 100'000;

std::optional<std::string> read_small(const fs::path& file,
                                      const std::vector<fs::path>& roots) {
  std::error_code failed;
  auto real = fs::canonical(file, failed).string();
  auto holds = [&](auto& root) {
    return !relative_inside(root.string(), real).empty();
  };
  if (failed || std::none_of(roots.begin(), roots.end(), holds)
      || !fs::is_regular_file(file, failed)
      || fs::file_size(file, failed) > bytes_max)
    return std::nullopt;
  auto bytes = workspace::read_file(file);
  return bytes ? std::optional{std::move(*bytes)} : std::nullopt;
}

/// CMake hands options for precompiled headers through to clang: without them,
/// as nothing was built; the list of headers, handed through as well, says the
/// same.
std::vector<std::string> without_precompiled(std::vector<std::string> in) {
  std::vector<std::string> result;
  auto is_xclang = [&](size_t i) {
    return i + 1 < in.size() && in[i] == "-Xclang";
  };
  for (size_t i = 0; i < in.size(); ++i) {
    auto is_pair = is_xclang(i) && is_xclang(i + 2);
    if (is_pair && in[i + 1] == "-include-pch") {
      i += 3;
    } else if (is_pair && in[i + 1] == "-include") {
      result.insert(result.end(), {"-include", in[i + 3]});
      i += 3;
    } else if (is_xclang(i)
               && (in[i + 1] == "-emit-pch"
                   || in[i + 1].find("-pch-timestamp") != std::string::npos)) {
      ++i;
    } else {
      result.push_back(std::move(in[i]));
    }
  }
  return result;
}

/// "@file" arguments replaced by the words of that file.
void add_expanded(std::vector<std::string> arguments, const fs::path& directory,
                  const std::vector<fs::path>& roots, int depth,
                  std::vector<std::string>& out) {
  for (auto& argument : arguments) {
    auto is_reference = argument.size() > 1 && argument.front() == '@'
                        && depth < depth_max && out.size() < words_max;
    auto text = is_reference ? read_small(directory / argument.substr(1), roots)
                             : std::nullopt;
    if (text)
      add_expanded(shell_words(*text), directory, roots, depth + 1, out);
    else
      out.push_back(std::move(argument));
  }
}

/// "-include cmake_pch.hxx" replaced by what that file includes.
std::vector<std::string>
with_listed_headers(std::vector<std::string> in, const fs::path& directory,
                    const std::vector<fs::path>& roots) {
  std::vector<std::string> result;
  for (auto& word : in) {
    auto is_list = !result.empty() && result.back() == "-include"
                   && fs::path{word}.stem() == "cmake_pch";
    auto text = is_list ? read_small(directory / word, roots) : std::nullopt;
    if (!text) {
      result.push_back(std::move(word));
      continue;
    }
    result.pop_back();
    for (auto& name : included_names(*text))
      result.insert(result.end(), {"-include", std::move(name)});
  }
  return result;
}

} // namespace

std::vector<std::string> expand_arguments(std::vector<std::string> arguments,
                                          const fs::path& directory,
                                          const std::vector<fs::path>& roots) {
  std::vector<std::string> result;
  add_expanded(std::move(arguments), directory, roots, 0, result);
  return with_listed_headers(without_precompiled(std::move(result)), directory,
                             roots);
}

} // namespace cohort::runtime::toolchain
