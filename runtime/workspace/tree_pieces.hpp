#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/workspace/object_store.hpp"

namespace cohort::runtime::workspace {

/// A path at which two trees differ, and what the second one has there.
struct file_change {
  std::string path;
  std::string blob;  // Its id; empty: nothing.
  uint32_t mode = 0; // As git has it: 0100644, 0100755, 0120000; 0: nothing.

  friend bool operator==(const file_change&, const file_change&) = default;
};

/// Trees taken apart and put together again, in a store.
///
/// What proves a change without either tree: the folders in which they differ,
/// up to both roots, and the new files. Each is named by its digest, and so are
/// the things in it.
/// Threads: one at a time. Errors: not_found, storage_failed; invalid_request
/// for a tree that no workspace could have.
class tree_pieces {
public:
  /// REQUIRES: there is a store.
  static expected<tree_pieces> open(const std::filesystem::path& store);
  tree_pieces(tree_pieces&&) noexcept;
  tree_pieces& operator=(tree_pieces&&) noexcept;
  ~tree_pieces();

  /// Sorted by path. Needs no other object than `folders` gives.
  expected<std::vector<file_change>> changes(const tree_id& from,
                                             const tree_id& to);

  /// The ids of those folders of both that are not in the other one, roots
  /// included.
  expected<std::vector<std::string>> folders(const tree_id& from,
                                             const tree_id& to);

  /// The bytes of a folder or a file.
  expected<std::string> read(const std::string& id);

  /// Return the new object's id.
  expected<std::string> add_folder(std::string_view bytes);
  expected<std::string> add_file(std::string_view bytes);

  /// `base` with the changes. REQUIRES: their paths are safe, and each is there
  /// once.
  expected<tree_id> apply(const tree_id& base,
                          const std::vector<file_change>& changes);

  /// Makes `tree` readable here, as somebody's folder has it: as an object of
  /// the repository around it, or else as the files that are there now. Only
  /// reads `folder`. Errors: not_found, when it has another tree.
  expected<void> borrow(const std::filesystem::path& folder,
                        const tree_id& tree);

private:
  struct impl;
  explicit tree_pieces(std::unique_ptr<impl> ptr);
  std::unique_ptr<impl> impl_;
};

} // namespace cohort::runtime::workspace
