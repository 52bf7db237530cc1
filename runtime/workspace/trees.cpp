#include "runtime/workspace/trees.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace cohort::runtime::workspace {

namespace {

struct entry {
  git_oid oid;
  git_filemode_t mode;

  [[nodiscard]] bool is_tree() const {
    return mode == GIT_FILEMODE_TREE;
  }
  bool operator==(const entry& other) const {
    return mode == other.mode && git_oid_equal(&oid, &other.oid) != 0;
  }
};

using entries = std::map<std::string, entry, std::less<>>;

entries entries_of(const git_tree* tree) {
  entries result;
  for (size_t i = 0; tree && i < git_tree_entrycount(tree); ++i) {
    auto* raw = git_tree_entry_byindex(tree, i);
    result[git_tree_entry_name(raw)] = {*git_tree_entry_id(raw),
                                        git_tree_entry_filemode(raw)};
  }
  return result;
}

expected<entries> read_entries(git_repository* repo, const git_oid& oid) {
  auto tree = git::find_tree(repo, oid);
  if (!tree)
    return tree.error();
  return entries_of(tree->get());
}

/// Entries of a folder, none when there is no folder.
expected<entries> read_folder(git_repository* repo, const entry* what) {
  if (!what || !what->is_tree())
    return entries{};
  return read_entries(repo, what->oid);
}

/// A tree that somebody made up can name a few objects so often that it
/// unfolds to more than any memory holds.
constexpr size_t path_bytes_max = 4096; // PATH_MAX
constexpr size_t entries_max = 10'000'000;

class comparison {
public:
  comparison(git_repository* from, git_repository* to) : from_{from}, to_{to} {
    // nop
  }

  expected<void> compare(const entries& from, const entries& to,
                         const std::string& prefix) {
    visited_ += from.size() + to.size() + 1;
    if (prefix.size() > path_bytes_max || visited_ > entries_max)
      return error{errc::invalid_request,
                   "the tree is deeper or larger than any workspace, at "
                     + prefix.substr(0, 80)};
    auto a = from.begin();
    auto b = to.begin();
    while (a != from.end() || b != to.end()) {
      auto order = a == from.end() ? 1
                   : b == to.end() ? -1
                                   : a->first.compare(b->first);
      auto* before = order <= 0 ? &a->second : nullptr;
      auto* after = order >= 0 ? &b->second : nullptr;
      auto path = prefix + (before ? a->first : b->first);
      if (auto done = compare(before, after, path); !done)
        return done;
      if (before)
        ++a;
      if (after)
        ++b;
    }
    return {};
  }

  std::vector<tree_change> take() {
    // A folder's name sorts before its siblings', its files' paths may not.
    std::sort(changes_.begin(), changes_.end(),
              [](auto& x, auto& y) { return x.path < y.path; });
    return std::move(changes_);
  }

private:
  expected<void> compare(const entry* before, const entry* after,
                         const std::string& path) {
    if (before && after && *before == *after)
      return {};
    auto was_tree = before && before->is_tree();
    auto is_tree = after && after->is_tree();
    if (after && !is_tree)
      changes_.push_back({path, after->oid, after->mode, false});
    else if (before && !was_tree)
      changes_.push_back({path, {}, GIT_FILEMODE_BLOB, true});
    if (!was_tree && !is_tree)
      return {};
    auto from = read_folder(from_, before);
    if (!from)
      return from.error();
    auto to = read_folder(to_, after);
    if (!to)
      return to.error();
    return compare(*from, *to, path + '/');
  }

  git_repository* from_;
  git_repository* to_;
  size_t visited_ = 0;
  std::vector<tree_change> changes_;
};

class update {
public:
  update(git_repository* repo, git_odb* odb) : repo_{repo}, odb_{odb} {
    // nop
  }

  using iterator = std::vector<tree_change>::const_iterator;

  /// Applies [begin, end), whose paths share their first `prefix` bytes, to a
  /// folder. Nothing when it ends up empty.
  expected<std::optional<git_oid>> folder(entries content, iterator begin,
                                          iterator end, size_t prefix) {
    while (begin != end) {
      auto rest = std::string_view{begin->path}.substr(prefix);
      auto slash = rest.find('/');
      auto name = std::string{rest.substr(0, slash)};
      if (slash == std::string_view::npos) {
        set(content, name, *begin++);
        continue;
      }
      auto part = std::string_view{begin->path}.substr(0, prefix + slash + 1);
      auto last = std::find_if(begin, end, [&](auto& change) {
        return change.path.compare(0, part.size(), part) != 0;
      });
      if (auto done = below(content, name, begin, last, part.size()); !done)
        return done.error();
      begin = last;
    }
    if (content.empty())
      return std::optional<git_oid>{};
    auto written = write(content);
    if (!written)
      return written.error();
    return std::optional{*written};
  }

  expected<git_oid> write(const entries& content) {
    // Git sorts a folder as if its name ended in a slash.
    std::vector<std::pair<std::string, const entry*>> sorted;
    for (auto& [name, what] : content)
      sorted.emplace_back(what.is_tree() ? name + '/' : name, &what);
    std::sort(sorted.begin(), sorted.end());
    std::string bytes;
    for (auto& [key, what] : sorted) {
      bytes += mode_text(what->mode);
      bytes.append(key, 0, key.size() - (what->is_tree() ? 1 : 0));
      bytes += '\0';
      bytes.append(reinterpret_cast<const char*>(what->oid.id), GIT_OID_RAWSZ);
    }
    git_oid oid;
    if (git_odb_write(&oid, odb_, bytes.data(), bytes.size(), GIT_OBJECT_TREE)
        != 0)
      return git::last_error(std::string{"cannot write a tree to "}
                             + git_repository_path(repo_));
    return oid;
  }

private:
  static const char* mode_text(git_filemode_t mode) {
    switch (mode) {
      case GIT_FILEMODE_TREE:
        return "40000 ";
      case GIT_FILEMODE_BLOB_EXECUTABLE:
        return "100755 ";
      case GIT_FILEMODE_LINK:
        return "120000 ";
      case GIT_FILEMODE_COMMIT:
        return "160000 ";
      default:
        return "100644 ";
    }
  }

  static void set(entries& content, const std::string& name,
                  const tree_change& change) {
    auto there = content.find(name);
    if (!change.deleted)
      content[name] = {change.oid, change.mode};
    else if (there != content.end() && !there->second.is_tree())
      content.erase(there);
  }

  expected<void> below(entries& content, const std::string& name,
                       iterator begin, iterator end, size_t prefix) {
    auto there = content.find(name);
    auto inner = read_folder(repo_,
                             there == content.end() ? nullptr : &there->second);
    if (!inner)
      return inner.error();
    auto written = folder(std::move(*inner), begin, end, prefix);
    if (!written)
      return written.error();
    if (*written)
      content[name] = {**written, GIT_FILEMODE_TREE};
    else if (there != content.end() && there->second.is_tree())
      content.erase(there);
    return {};
  }

  git_repository* repo_;
  git_odb* odb_;
};

} // namespace

expected<std::vector<tree_change>>
compare_trees(git_repository* from_repo, const git_tree* from,
              git_repository* to_repo, const git_tree* to) {
  comparison work{from_repo, to_repo};
  if (from && to && git_oid_equal(git_tree_id(from), git_tree_id(to)) != 0)
    return std::vector<tree_change>{};
  if (auto done = work.compare(entries_of(from), entries_of(to), {}); !done)
    return done.error();
  return work.take();
}

expected<std::vector<tree_change>>
compare_trees(git_repository* repo, const git_tree* from, const git_tree* to) {
  return compare_trees(repo, from, repo, to);
}

expected<std::vector<tree_change>> list_tree(git_repository* repo,
                                             const git_tree* tree) {
  return compare_trees(repo, nullptr, tree);
}

expected<git_oid> update_tree(git_repository* repo, const git_tree* base,
                              std::vector<tree_change> changes) {
  auto odb = git::objects_of(repo);
  if (!odb)
    return odb.error();
  // A path sorts before all paths below it: what was a file is out of the way
  // when a folder takes its place.
  std::sort(changes.begin(), changes.end(),
            [](auto& x, auto& y) { return x.path < y.path; });
  update work{repo, odb->get()};
  auto written = work.folder(entries_of(base), changes.begin(), changes.end(),
                             0);
  if (!written)
    return written.error();
  return *written ? expected<git_oid>{**written} : work.write({});
}

} // namespace cohort::runtime::workspace
