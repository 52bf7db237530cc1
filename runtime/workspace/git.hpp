#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <git2.h>

#include "runtime/expected.hpp"

/// libgit2 with owners and errors. Private to workspace/.
namespace cohort::runtime::workspace::git {

template <auto Free>
struct deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using repository
  = std::unique_ptr<git_repository, deleter<git_repository_free>>;
using config = std::unique_ptr<git_config, deleter<git_config_free>>;
using odb = std::unique_ptr<git_odb, deleter<git_odb_free>>;
using tree = std::unique_ptr<git_tree, deleter<git_tree_free>>;
using tree_entry
  = std::unique_ptr<git_tree_entry, deleter<git_tree_entry_free>>;
using blob = std::unique_ptr<git_blob, deleter<git_blob_free>>;
using commit = std::unique_ptr<git_commit, deleter<git_commit_free>>;
using index = std::unique_ptr<git_index, deleter<git_index_free>>;
using conflicts = std::unique_ptr<git_index_conflict_iterator,
                                  deleter<git_index_conflict_iterator_free>>;
using diff = std::unique_ptr<git_diff, deleter<git_diff_free>>;
using patch = std::unique_ptr<git_patch, deleter<git_patch_free>>;
using reference = std::unique_ptr<git_reference, deleter<git_reference_free>>;
using signature = std::unique_ptr<git_signature, deleter<git_signature_free>>;
using odb_object
  = std::unique_ptr<git_odb_object, deleter<git_odb_object_free>>;

/// Sets the library up once for the process.
void set_up();

/// The last failure of libgit2 in this thread: `what` is what was being done.
error last_error(const std::string& what, errc code = errc::storage_failed);

std::string to_hex(const git_oid& oid);

/// Errors: not_found when it is not an object id.
expected<git_oid> to_oid(const std::string& hex);

/// Errors: not_found, storage_failed (there, but damaged).
expected<tree> find_tree(git_repository* repo, const std::string& hex);
expected<tree> find_tree(git_repository* repo, const git_oid& oid);

/// A store that is there. Errors: not_found, storage_failed.
expected<repository> open_store(const std::filesystem::path& store);

/// Errors: storage_failed.
expected<odb> objects_of(git_repository* repo);

} // namespace cohort::runtime::workspace::git
