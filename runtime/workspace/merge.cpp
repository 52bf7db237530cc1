#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "runtime/workspace/object_store_impl.hpp"

/// Three-way merge, path by path. Costs what the two sides changed, whatever
/// the size of the trees; no renames, since a patch never renames.
namespace cohort::runtime::workspace {

namespace {

using changes = std::vector<tree_change>;

bool before_path(const tree_change& change, std::string_view path) {
  return change.path < path;
}

const tree_change* find(const changes& in, std::string_view path) {
  auto found = std::lower_bound(in.begin(), in.end(), path, before_path);
  return found != in.end() && found->path == path ? &*found : nullptr;
}

/// Whether `in` makes something at a path below `path`.
bool makes_below(const changes& in, const std::string& path) {
  auto prefix = path + '/';
  for (auto it = std::lower_bound(in.begin(), in.end(), prefix, before_path);
       it != in.end() && it->path.compare(0, prefix.size(), prefix) == 0; ++it)
    if (!it->deleted)
      return true;
  return false;
}

/// Whether `in` makes a file of a folder above `path`.
bool makes_above(const changes& in, const std::string& path) {
  for (auto slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1))
    if (auto* above = find(in, std::string_view{path}.substr(0, slash));
        above && !above->deleted)
      return true;
  return false;
}

bool same(const git_oid& a, const git_oid& b) {
  return git_oid_equal(&a, &b) != 0;
}

bool is_file(git_filemode_t mode) {
  return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

class content {
public:
  content(git_repository* repo, const git_oid& oid) {
    git_blob* raw = nullptr;
    if (git_blob_lookup(&raw, repo, &oid) == 0)
      blob_.reset(raw);
  }
  [[nodiscard]] bool usable() const {
    return blob_ && git_blob_is_binary(blob_.get()) == 0;
  }
  [[nodiscard]] git_merge_file_input input() const {
    git_merge_file_input result = GIT_MERGE_FILE_INPUT_INIT;
    result.ptr = static_cast<const char*>(git_blob_rawcontent(blob_.get()));
    result.size = static_cast<size_t>(git_blob_rawsize(blob_.get()));
    return result;
  }

private:
  git::blob blob_;
};

/// The lines of both; nothing when they touch the same ones, or one is binary.
expected<std::optional<git_oid>>
merge_lines(git_repository* repo, const std::string& path, const git_oid& base,
            const git_oid& ours, const git_oid& theirs) {
  content sides[] = {{repo, base}, {repo, ours}, {repo, theirs}};
  if (!std::all_of(std::begin(sides), std::end(sides),
                   [](auto& side) { return side.usable(); }))
    return std::optional<git_oid>{};
  auto a = sides[0].input();
  auto b = sides[1].input();
  auto c = sides[2].input();
  git_merge_file_result merged{};
  if (git_merge_file(&merged, &a, &b, &c, nullptr) != 0)
    return git::last_error("cannot merge " + path);
  std::unique_ptr<git_merge_file_result,
                  git::deleter<git_merge_file_result_free>>
    owner{&merged};
  if (merged.automergeable == 0)
    return std::optional<git_oid>{};
  git_oid oid;
  if (git_blob_create_from_buffer(&oid, repo, merged.ptr, merged.len) != 0)
    return git::last_error("cannot store the merged " + path);
  return std::optional{oid};
}

/// Both sides changed this path, differently. Nothing when they cannot be one.
/// `base` is the entry that both began with, deleted when there was none.
expected<std::optional<tree_change>>
merge_path(git_repository* repo, const tree_change& base,
           const tree_change& ours, const tree_change& theirs) {
  using conflict = std::optional<tree_change>;
  if (ours.deleted || theirs.deleted || base.deleted)
    return conflict{};
  auto result = theirs;
  // The mode is that of the side that changed it.
  if (theirs.mode == base.mode)
    result.mode = ours.mode;
  else if (ours.mode != base.mode && ours.mode != theirs.mode)
    return conflict{};
  if (same(theirs.oid, base.oid)) {
    result.oid = ours.oid;
  } else if (!same(ours.oid, base.oid) && !same(ours.oid, theirs.oid)) {
    if (!is_file(base.mode) || !is_file(ours.mode) || !is_file(theirs.mode))
      return conflict{};
    auto merged = merge_lines(repo, base.path, base.oid, ours.oid, theirs.oid);
    if (!merged)
      return merged.error();
    if (!*merged)
      return conflict{};
    result.oid = **merged;
  }
  // A link's target is no file's content, nor the other way round.
  auto& origin = same(result.oid, ours.oid) ? ours : theirs;
  if (is_file(result.mode) != is_file(origin.mode))
    return conflict{};
  return conflict{std::move(result)};
}

} // namespace

expected<merge_outcome> object_store::merge(const tree_id& base,
                                            const tree_id& ours,
                                            const tree_id& theirs) {
  auto our_changes = impl_->compare(base, ours);
  if (!our_changes)
    return our_changes.error();
  auto their_changes = impl_->compare(base, theirs);
  if (!their_changes)
    return their_changes.error();
  merge_outcome result;
  changes taken;
  for (auto& change : *their_changes) {
    auto* own = find(*our_changes, change.path);
    if (own && own->deleted == change.deleted && own->mode == change.mode
        && same(own->oid, change.oid))
      continue;
    if (!change.deleted
        && (makes_below(*our_changes, change.path)
            || makes_above(*our_changes, change.path))) {
      result.conflicts.push_back(change.path);
    } else if (!own) {
      taken.push_back(change);
    } else {
      auto before = impl_->select(base, {change.path});
      if (!before)
        return before.error();
      auto merged = merge_path(impl_->repo.get(), before->front(), *own,
                               change);
      if (!merged)
        return merged.error();
      if (*merged)
        taken.push_back(std::move(**merged));
      else
        result.conflicts.push_back(change.path);
    }
  }
  if (!result.conflicts.empty())
    return result;
  auto tree = impl_->update(ours, std::move(taken));
  if (!tree)
    return tree.error();
  result.tree = std::move(*tree);
  return result;
}

} // namespace cohort::runtime::workspace
