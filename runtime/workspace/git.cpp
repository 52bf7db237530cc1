#include "runtime/workspace/git.hpp"

namespace cohort::runtime::workspace::git {

void set_up() {
  [[maybe_unused]] static const int once = [] {
    git_libgit2_init();
    // Workspaces are often owned by somebody else than root in containers; what
    // cohort reads of a repository runs nothing.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    // GIT_OPT_ENABLE_FSYNC_GITDIR stays off: it syncs each of a snapshot's
    // thousands of objects by itself. object_store::keep syncs once for all.
    return 0;
  }();
}

error last_error(const std::string& what, errc code) {
  auto* last = git_error_last();
  return {code,
          what + ": "
            + (last && last->message ? last->message : "unknown failure")};
}

std::string to_hex(const git_oid& oid) {
  char text[GIT_OID_HEXSZ + 1];
  git_oid_tostr(text, sizeof text, &oid);
  return text;
}

expected<git_oid> to_oid(const std::string& hex) {
  git_oid oid;
  if (hex.size() != GIT_OID_HEXSZ || git_oid_fromstr(&oid, hex.c_str()) != 0)
    return error{errc::not_found, "'" + hex + "' is not an object id"};
  return oid;
}

expected<tree> find_tree(git_repository* repo, const git_oid& oid) {
  git_tree* found = nullptr;
  auto failed = git_tree_lookup(&found, repo, &oid);
  if (failed != 0)
    return last_error(
      "no tree " + to_hex(oid) + " in " + git_repository_path(repo),
      failed == GIT_ENOTFOUND ? errc::not_found : errc::storage_failed);
  return tree{found};
}

expected<tree> find_tree(git_repository* repo, const std::string& hex) {
  auto oid = to_oid(hex);
  if (!oid)
    return oid.error();
  return find_tree(repo, *oid);
}

expected<repository> open_store(const std::filesystem::path& store) {
  set_up();
  git_repository* raw = nullptr;
  if (auto failed = git_repository_open_bare(&raw, store.c_str()); failed != 0)
    return last_error("cannot open the object store " + store.string(),
                      failed == GIT_ENOTFOUND ? errc::not_found
                                              : errc::storage_failed);
  return repository{raw};
}

expected<odb> objects_of(git_repository* repo) {
  git_odb* raw = nullptr;
  if (git_repository_odb(&raw, repo) != 0)
    return last_error(std::string{"cannot open the objects of "}
                      + git_repository_path(repo));
  return odb{raw};
}

} // namespace cohort::runtime::workspace::git
