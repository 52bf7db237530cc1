#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Where a compiler looked for headers and found none: a file that appears
/// there changes what it says, although nothing that it read does.
namespace cohort::runtime::execution {

/// Pure. The headers that `text` asks for with __has_include, or a macro whose
/// name says that, as they are spelt: of its directives all names between <>
/// or quotation marks that could be one. Sorted, each once.
[[nodiscard]] std::vector<std::string> asked_headers(std::string_view text);

/// Pure. The header that a compiler says is not there: of "x/y.h: No such file
/// or directory" and "'x/y.h' file not found" it is "x/y.h"; else "".
[[nodiscard]] std::string missing_header(std::string_view message);

/// The folder at or below `root` whose list of names changes when `header`
/// appears there: the deepest of those that lead to it and exist. Empty when
/// `root` is no folder.
[[nodiscard]] std::filesystem::path
folder_of_lookup(const std::filesystem::path& root, const std::string& header);

/// The folders outside of a workspace in which compilers look by themselves, as
/// they were when this was first asked.
[[nodiscard]] const std::set<std::string>& system_include_folders();

} // namespace cohort::runtime::execution
