#include "runtime/workspace/delivery.hpp"

#include <utility>

#include "runtime/workspace/commit_tree.hpp"
#include "runtime/workspace/files.hpp"
#include "runtime/workspace/object_store_impl.hpp"
#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::workspace {

namespace {

namespace fs = std::filesystem;

git::signature signature_for(git_repository* repo, std::chrono::seconds time) {
  git_signature* raw = nullptr;
  if (git_signature_default(&raw, repo) != 0
      && git_signature_now(&raw, "cohort", "cohort@localhost") != 0)
    return nullptr;
  raw->when.time = time.count();
  return git::signature{raw};
}

std::string with_line_end(std::string message) {
  if (message.empty() || message.back() != '\n')
    message += '\n';
  return message;
}

expected<std::string> ref_of(const std::string& branch) {
  int valid = 0;
  if (git_branch_name_is_valid(&valid, branch.c_str()) != 0 || valid == 0)
    return error{errc::invalid_request,
                 "'" + branch + "' is no name for a branch"};
  return "refs/heads/" + branch;
}

/// Whether the commit of this text is there; false: no branch of that name is.
expected<bool> is_written(git_repository* repo, const std::string& ref,
                          const commit_text& text) {
  git_oid there;
  if (git_reference_name_to_id(&there, repo, ref.c_str()) != 0)
    return false;
  git_commit* raw = nullptr;
  auto found = git_commit_lookup(&raw, repo, &there) == 0;
  git::commit commit{raw};
  if (found && git_commit_message(raw) == with_line_end(text.message)
      && git_commit_time(raw) == text.time.count())
    return true;
  return error{errc::storage_failed,
               ref + " exists already; rename or remove it"};
}

/// The commit that HEAD names; null in a repository without one.
expected<git::commit> head_commit(git_repository* repo) {
  git_oid oid;
  auto failed = git_reference_name_to_id(&oid, repo, "HEAD");
  if (failed == GIT_ENOTFOUND)
    return git::commit{};
  git_commit* raw = nullptr;
  if (failed != 0 || git_commit_lookup(&raw, repo, &oid) != 0)
    return git::last_error(std::string{"cannot read HEAD of "}
                           + git_repository_path(repo));
  return git::commit{raw};
}

expected<git::tree> tree_of(const git_commit* commit) {
  git_tree* raw = nullptr;
  if (commit && git_commit_tree(&raw, commit) != 0)
    return git::last_error("cannot read the tree of HEAD");
  return git::tree{raw};
}

/// `tree` at `folder` ("" or "a/b/") of `head`.
expected<git::tree> graft(git_repository* repo, const git_tree* head,
                          std::string folder, const git_oid& tree) {
  if (folder.empty())
    return git::find_tree(repo, tree);
  folder.pop_back();
  auto whole = update_tree(
    repo, head, {{std::move(folder), tree, GIT_FILEMODE_TREE, false}});
  if (!whole)
    return whole.error();
  return git::find_tree(repo, *whole);
}

expected<void> commit(git_repository* repo, const std::string& ref,
                      const git_tree* tree, const git_commit* parent,
                      const commit_text& text) {
  auto author = signature_for(repo, text.time);
  if (!author)
    return git::last_error("cannot sign a commit");
  auto message = with_line_end(text.message);
  const git_commit* parents[] = {parent};
  git_oid oid;
  // The ref by itself: git_commit_create would move one that appeared
  // meanwhile.
  git_reference* made = nullptr;
  if (git_commit_create(&oid, repo, nullptr, author.get(), author.get(),
                        "UTF-8", message.c_str(), tree, parent ? 1 : 0, parents)
        != 0
      || git_reference_create(&made, repo, ref.c_str(), &oid, 0,
                              "cohort: result")
           != 0)
    return git::last_error("cannot write " + ref + " to "
                           + git_repository_path(repo));
  git::reference{made}.reset();
  return {};
}

} // namespace

expected<std::string>
delivery::write_branch(const fs::path& workspace_root,
                       const std::string& branch, const tree_id& base,
                       const tree_id& tree, const commit_text& text) {
  auto found = find_user_repository(workspace_root);
  if (!found)
    return found.error();
  if (!*found)
    return error{errc::not_found,
                 "no repository holds " + workspace_root.string()};
  auto& user = **found;
  auto* repo = user.repo.get();
  auto ref = ref_of(branch);
  if (!ref)
    return ref.error();
  auto written = is_written(repo, *ref, text);
  if (!written)
    return written.error();
  if (*written)
    return branch;
  // The name is this task's alone: whoever held the lock was killed.
  std::error_code failed;
  fs::remove(git_repository_commondir(repo) + *ref + ".lock", failed);
  remove_abandoned_objects(
    fs::path{git_repository_commondir(repo)} / "objects",
    fs::file_time_type::clock::from_sys(std::chrono::sys_seconds{text.time}));
  auto head = head_commit(repo);
  if (!head)
    return head.error();
  auto head_tree = tree_of(head->get());
  if (!head_tree)
    return head_tree.error();
  result_trees trees{store_.impl_->repo.get(), {}, {}};
  for (auto [name, place] :
       {std::pair{&base, &trees.base}, std::pair{&tree, &trees.result}}) {
    auto looked_up = store_.impl_->find(*name);
    if (!looked_up)
      return looked_up.error();
    *place = std::move(*looked_up);
  }
  auto oid = write_commit_tree(workspace_root, user, head_tree->get(), trees);
  if (!oid)
    return oid.error();
  auto whole = graft(repo, head_tree->get(), user.folder, *oid);
  if (!whole)
    return whole.error();
  auto done = commit(repo, *ref, whole->get(), head->get(), text);
  if (!done)
    return done.error();
  return branch;
}

expected<void> delivery::write_patch(const fs::path& file, const tree_id& base,
                                     const tree_id& tree) {
  auto text = store_.diff(base, tree);
  if (!text)
    return text.error();
  return write_file(file, *text, {false, true});
}

} // namespace cohort::runtime::workspace
