#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "runtime/expected.hpp"
#include "runtime/workspace/object_store.hpp"

namespace cohort::runtime::workspace {

/// Whether a store still has what it was given: every object of a tree is
/// there, and its bytes have the digest that is its name.
///
/// Only reads. Each object is read once, however many trees have it: memory
/// grows by some 60 bytes an object, and holds one at a time.
/// Threads: one at a time.
class tree_audit {
public:
  /// Errors: not_found (there is no store), storage_failed.
  static expected<tree_audit> open(const std::filesystem::path& store);
  tree_audit(tree_audit&&) noexcept;
  tree_audit& operator=(tree_audit&&) noexcept;
  ~tree_audit();

  /// Errors: not_found, storage_failed, naming the object and its path.
  expected<void> check(const tree_id& tree);

  /// How many were read.
  [[nodiscard]] uint64_t objects() const;

private:
  struct impl;
  explicit tree_audit(std::unique_ptr<impl> ptr);
  std::unique_ptr<impl> impl_;
};

} // namespace cohort::runtime::workspace
