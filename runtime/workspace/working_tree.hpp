#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "runtime/workspace/trees.hpp"

/// Changes the user's working tree, all or nothing. Private to workspace/.
namespace cohort::runtime::workspace {

/// Use: `check`, then `stage`, then `commit`. Until `commit` nothing but
/// temporary files is written, and the destructor removes those.
class working_tree_change {
public:
  working_tree_change(const std::filesystem::path& root, git_repository* store,
                      git_odb* objects)
    : root_{root}, store_{store}, objects_{objects} {
    // nop
  }
  working_tree_change(const working_tree_change&) = delete;
  working_tree_change& operator=(const working_tree_change&) = delete;
  ~working_tree_change();

  /// Compares what is on disk with `before`; what is as in `after` already
  /// needs nothing. `before` and `after` are about the same paths, sorted.
  /// Errors: workspace_moved, naming the files.
  expected<void> check(const std::vector<tree_change>& before,
                       const std::vector<tree_change>& after);

  /// Writes all new content beside its place. Errors: storage_failed.
  expected<void> stage();

  /// Puts it in place. Errors: workspace_moved, storage_failed; all that was
  /// done is undone then, or the message names what could not be.
  expected<void> commit();

  /// Paths that `commit` changes, sorted.
  [[nodiscard]] std::vector<std::string> paths() const;

private:
  struct step {
    tree_change before;
    tree_change after;
    std::optional<struct stat> seen; // When it was checked; nothing: not there.
    std::filesystem::path staged;    // Empty for a removal, and once in place.
  };

  std::vector<std::string>
  moved_files(const step& what, const std::vector<tree_change>& after) const;
  expected<void> write_staged(const tree_change& entry,
                              const std::optional<struct stat>& like,
                              const std::filesystem::path& file) const;
  expected<void> make_parents(const std::string& path);
  expected<void> put_in_place(step& what);
  expected<void> undo(const step& what);
  expected<void> fail(error why, size_t done);
  void finish();

  const std::filesystem::path& root_;
  git_repository* store_;
  git_odb* objects_;
  std::vector<step> steps_; // Removals first.
  std::vector<std::filesystem::path> made_folders_;
};

} // namespace cohort::runtime::workspace
