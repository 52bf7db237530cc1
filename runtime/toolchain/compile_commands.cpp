#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "runtime/toolchain/cxx.hpp"
#include "runtime/toolchain/paths.hpp"
#include "runtime/toolchain/response_files.hpp"
#include "runtime/toolchain/shell_words.hpp"
#include "runtime/workspace/files.hpp"

/// compile_commands.json: "JSON Compilation Database Format Specification" of
/// clang's documentation.
namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr uintmax_t file_bytes_max = 512U << 20;
constexpr int depth_max = 4;

error bad(const fs::path& file, const std::string& what) {
  return {errc::no_toolchain, file.string() + ": " + what};
}

error bad_entry(const fs::path& file, size_t index, const std::string& what) {
  return bad(file, "entry " + std::to_string(index) + ": " + what);
}

/// A string that is there and not empty.
std::optional<std::string> string_at(const json& value, const char* key) {
  auto found = value.find(key);
  if (found == value.end() || !found->is_string()
      || found->get_ref<const std::string&>().empty())
    return std::nullopt;
  return found->get<std::string>();
}

/// The compiler's words, or what is wrong with them.
expected<std::vector<std::string>> read_words(const json& value) {
  auto bad_words = [](std::string what) {
    return error{errc::no_toolchain, std::move(what)};
  };
  std::vector<std::string> result;
  if (auto found = value.find("arguments"); found != value.end()) {
    if (!found->is_array())
      return bad_words("'arguments' is not an array");
    for (auto& argument : *found) {
      if (!argument.is_string())
        return bad_words("'arguments' holds something that is not a string");
      result.push_back(argument.get<std::string>());
    }
  } else if (auto command = string_at(value, "command")) {
    result = shell_words(*command);
  } else {
    return bad_words("'arguments' and 'command' are both missing");
  }
  return result;
}

/// An entry whose `unit` is the absolute name of its file; `roots` hold the
/// files that belong to it.
expected<compile_entry> read_entry(const fs::path& file,
                                   const std::vector<fs::path>& roots,
                                   size_t index, const json& value) {
  if (!value.is_object())
    return bad_entry(file, index, "is not an object");
  auto directory = string_at(value, "directory");
  if (!directory)
    return bad_entry(file, index, "'directory' is missing or not a string");
  auto source = string_at(value, "file");
  if (!source)
    return bad_entry(file, index, "'file' is missing or not a string");
  auto words = read_words(value);
  if (!words)
    return bad_entry(file, index, words.error().message);
  compile_entry entry;
  entry.directory = absolute(absolute("/", file.parent_path().string()),
                             *directory);
  entry.unit = absolute(entry.directory, *source);
  entry.arguments = expand_arguments(std::move(*words), entry.directory, roots);
  if (entry.arguments.empty() || entry.arguments.front().empty())
    return bad_entry(file, index, "the command is empty");
  return entry;
}

expected<std::vector<compile_entry>>
read_entries(const fs::path& file, const std::vector<fs::path>& roots) {
  std::error_code failed;
  auto size = fs::file_size(file, failed);
  if (failed)
    return bad(file, "cannot be read: " + failed.message());
  if (size > file_bytes_max)
    return bad(file, "is larger than 512 MB");
  auto text = workspace::read_file(file);
  if (!text)
    return bad(file, "cannot be read");
  // Deeper text would only cost memory: entries hold strings and one array.
  size_t index = 0;
  auto is_shallow = [](int depth, json::parse_event_t, json&) {
    return depth <= depth_max;
  };
  auto value = json::parse(*text, is_shallow, false);
  text = std::string{};
  if (value.is_discarded())
    return bad(file, "is not JSON in UTF-8");
  if (!value.is_array())
    return bad(file, "is not a JSON array of compile commands");
  if (value.empty())
    return bad(file, "holds no compile command");
  std::vector<compile_entry> result;
  for (auto& item : value) {
    auto entry = read_entry(file, roots, index++, item);
    if (!entry)
      return entry.error();
    result.push_back(std::move(*entry));
  }
  return result;
}

bool has_unit_inside(const std::vector<compile_entry>& entries,
                     const fs::path& root) {
  return std::any_of(entries.begin(), entries.end(), [&](auto& entry) {
    return !relative_inside(root.string(), entry.unit).empty();
  });
}

/// The source root as the entries spell it: as it was given, or without links.
fs::path spelling_of(const fs::path& root,
                     const std::vector<compile_entry>& entries) {
  auto given = fs::path{absolute("/", root.string())};
  std::error_code failed;
  auto real
    = fs::path{absolute("/", fs::weakly_canonical(given, failed).string())};
  return failed || has_unit_inside(entries, given)
             || !has_unit_inside(entries, real)
           ? given
           : real;
}

/// Where a build wrote `file`. In a workspace's root often lies a link to it,
/// or a copy: then the folder that CMake was run in is looked for from the
/// entry's folder upwards.
fs::path build_folder_of(const fs::path& file, const compile_entry& entry,
                         const fs::path& root) {
  auto folder = fs::path{absolute("/", file.parent_path().string())};
  std::error_code failed;
  auto real_root = fs::weakly_canonical(root, failed).string();
  auto real = fs::weakly_canonical(file, failed).parent_path().string();
  if (fs::is_symlink(file, failed)) {
    auto inside = relative_inside(real_root, real);
    folder = !inside.empty()     ? root / inside
             : real == real_root ? root
                                 : fs::path{real};
  }
  if (folder != root)
    return folder;
  for (fs::path place = entry.directory;
       !relative_inside(root.string(), place.string()).empty();
       place = place.parent_path())
    if (fs::exists(place / "CMakeCache.txt", failed))
      return place;
  return folder;
}

} // namespace

expected<project> read_compile_commands(const fs::path& file,
                                        const fs::path& source_root) {
  std::error_code failed;
  auto entries = read_entries(file,
                              {fs::weakly_canonical(file, failed).parent_path(),
                               fs::weakly_canonical(source_root, failed)});
  if (!entries)
    return entries.error();
  project result;
  result.source_root = spelling_of(source_root, *entries);
  result.build_dir = build_folder_of(file, entries->front(),
                                     result.source_root);
  for (auto& entry : *entries) {
    if (!is_source(result, entry.unit))
      continue;
    entry.unit = relative_inside(result.source_root.string(), entry.unit);
    if (!entry.unit.empty())
      result.entries.push_back(std::move(entry));
  }
  if (result.entries.empty())
    return bad(file, "no entry's file lies inside " + source_root.string()
                       + "; is it of another copy of the workspace?");
  std::stable_sort(result.entries.begin(), result.entries.end(),
                   [](auto& a, auto& b) { return a.unit < b.unit; });
  return result;
}

} // namespace cohort::runtime::toolchain
