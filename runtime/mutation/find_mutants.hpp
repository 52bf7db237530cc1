#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/mutation/site.hpp"
#include "runtime/toolchain/cxx.hpp"

namespace cohort::runtime::mutation {

/// Which mutants are looked for.
struct mutant_search {
  /// The worktree, in which the files lie that are mutated.
  std::filesystem::path tree;
  /// Only mutants of these lines. Empty: of all lines.
  std::vector<pb::ChangedFile> changed;
  /// Contents that count instead of those on disk, by absolute path.
  std::map<std::string, std::string> unsaved;
};

/// What was found so far.
struct findings {
  std::vector<site> sites; // Numbered once all units are read.
  uint32_t equivalent = 0; // Left out: they change nothing.
  std::map<std::string, std::string> unread; // Unit and why.
};

/// Finds mutants in translation units, with libclang. A header's are found
/// once, by the first unit that reads it.
///
/// Mutated is what stands in the body of a function, in a file of the worktree:
/// no macro's text, nothing that must be constant (constexpr, static_assert,
/// case labels, bounds, template arguments), no default arguments and no
/// initialisers of members. Tests are not mutated: files whose path says that
/// they are tests, and those that define some; see toolchain/test_sources.hpp.
///
/// Threads: belongs to one thread. Cost: parses each unit once, in this
/// process.
class mutant_finder {
public:
  explicit mutant_finder(mutant_search what);

  /// Reads one unit, relative to the worktree, as clang is told to by
  /// `arguments`, and returns the files of the worktree that it consists of.
  /// One that does not compile gives none.
  std::vector<std::string> read(const std::string& unit,
                                const std::vector<std::string>& arguments);

  /// What was found, sorted and numbered.
  findings take();

private:
  using place = std::tuple<std::string, size_t, size_t, std::string>;

  mutant_search what_;
  std::map<std::string, const pb::ChangedFile*> changed_;
  std::set<place> seen_; // Functions, and mutants.
  findings found_;
};

/// Reads the units of `project` that can tell of the files that are looked at:
/// the changed ones, or all of `files`, the worktree's. Units of tests come
/// last, for headers that no other unit reads. Stops early when it is told to;
/// `alive` is called after each unit.
findings find_mutants(const toolchain::project& project,
                      const mutant_search& what,
                      const std::vector<std::string>& files,
                      std::stop_token stop, const std::function<void()>& alive);

/// Whether the unit of a mutant compiles with the mutant in the place of its
/// original. `plain` are the files, by absolute path, that hold mutants in the
/// worktree, as they are without.
[[nodiscard]] bool
compiles(const toolchain::project& project, const std::filesystem::path& tree,
         std::map<std::string, std::string> plain, const site& mutant);

} // namespace cohort::runtime::mutation
