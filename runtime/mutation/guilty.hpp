#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/mutation/site.hpp"

namespace cohort::runtime::mutation {

/// Returns the ids of those mutants that keep a tree from being built, as far
/// as the compilers' words tell: the smallest ones on the lines of errors; else
/// those on any line that is named; else all of the files that are named; else
/// all. With `whole_files` all of the files at once. Whoever leaves them out
/// and builds again comes to an end.
///
/// Pure. `texts` are the files without mutants, whose lines are those of the
/// mutated ones. Names in the output are absolute or relative to `build`.
[[nodiscard]] std::set<uint32_t>
guilty_mutants(std::string_view output, const std::filesystem::path& tree,
               const std::filesystem::path& build,
               const std::map<std::string, std::string>& texts,
               const std::vector<site>& sites, bool whole_files);

} // namespace cohort::runtime::mutation
