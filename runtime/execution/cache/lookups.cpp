#include "runtime/execution/cache/lookups.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

namespace {

constexpr size_t longest_name = 200;

bool is_path(std::string_view text) {
  return !text.empty() && text.size() <= longest_name
         && std::all_of(text.begin(), text.end(), [](unsigned char c) {
              return std::isalnum(c) != 0
                     || std::string_view{"_./+-"}.find(static_cast<char>(c))
                          != std::string_view::npos;
            });
}

bool mentions_a_lookup(std::string_view text) {
  return text.find("has_include") != text.npos
         || text.find("HAS_INCLUDE") != text.npos;
}

/// What stands between `open` and `close` in the line, wherever.
void take_names(std::string_view line, char open, char close,
                std::set<std::string>& to) {
  for (auto at = line.find(open); at != line.npos; at = line.find(open, at)) {
    auto end = line.find(close, at + 1);
    if (end == line.npos)
      return;
    auto name = line.substr(at + 1, end - at - 1);
    if (is_path(name)) {
      to.emplace(name);
      at = end + 1;
    } else {
      ++at;
    }
  }
}

/// Folders in `parent` whose names match: all that begin with `prefix`.
std::vector<fs::path> folders_in(const fs::path& parent,
                                 std::string_view prefix = {}) {
  std::vector<fs::path> result;
  std::error_code failed;
  fs::directory_iterator entries{parent, failed};
  for (; !failed && entries != fs::directory_iterator{};
       entries.increment(failed))
    if (entries->path().filename().native().starts_with(prefix)
        && entries->is_directory(failed))
      result.push_back(entries->path());
  return result;
}

} // namespace

std::vector<std::string> asked_headers(std::string_view text) {
  std::set<std::string> result;
  if (!mentions_a_lookup(text))
    return {};
  auto goes_on = false; // A directive, from the line before.
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    auto first = line.find_first_not_of(" \t");
    auto is_directive = goes_on || (first != line.npos && line[first] == '#');
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    goes_on = is_directive && line.ends_with('\\');
    if (!is_directive || line.find("include_next") != line.npos
        || (line.find("#include") != line.npos))
      continue;
    take_names(line, '<', '>', result);
    take_names(line, '"', '"', result);
  }
  return {result.begin(), result.end()};
}

std::string missing_header(std::string_view message) {
  constexpr std::string_view gcc = ": No such file or directory";
  constexpr std::string_view clang = "' file not found";
  auto name = message;
  if (auto end = message.find(gcc); end != message.npos)
    name = message.substr(0, end);
  else if (end = message.find(clang); end != message.npos)
    name = message.substr(0, end);
  else
    return {};
  if (auto quote = name.rfind('\''); quote != name.npos)
    name.remove_prefix(quote + 1);
  return std::string{name};
}

fs::path folder_of_lookup(const fs::path& root, const std::string& header) {
  std::error_code failed;
  if (!fs::is_directory(root, failed))
    return {};
  auto result = root;
  for (auto& part : fs::path{header}.parent_path()) {
    auto next = result / part;
    if (!fs::is_directory(next, failed))
      break;
    result = next;
  }
  return result;
}

namespace {

std::set<std::string> find_system_folders() {
  std::set<std::string> result{"/usr/local/include", "/usr/include"};
  auto add = [&](const std::vector<fs::path>& some) {
    for (auto& one : some)
      result.insert(one.string());
  };
  add(folders_in("/usr/include/c++"));
  for (auto& triple : folders_in("/usr/include"))
    if (triple.native().find("-linux-") != std::string::npos) {
      result.insert(triple.string());
      add(folders_in(triple / "c++"));
    }
  for (auto& triple : folders_in("/usr/lib/gcc"))
    for (auto& version : folders_in(triple))
      result.insert((version / "include").string());
  for (auto& version : folders_in("/usr/lib", "llvm-"))
    for (auto& clang : folders_in(version / "lib" / "clang"))
      result.insert((clang / "include").string());
  return result;
}

} // namespace

const std::set<std::string>& system_include_folders() {
  static const auto all = find_system_folders();
  return all;
}

} // namespace cohort::runtime::execution
