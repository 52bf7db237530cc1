#include <filesystem>
#include <iostream>

#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/journal/ledger.hpp"
#include "runtime/workspace/delivery.hpp"
#include "runtime/workspace/object_store.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

namespace {

using runtime::errc;
using runtime::error;
using runtime::expected;
using runtime::workspace::state_folder;

/// Where the task ran, as its first event says.
expected<std::string> workspace_of(const std::filesystem::path& state,
                                   const std::string& task_id) {
  auto log = runtime::journal::ledger::open(state_folder::journal_of(state));
  if (!log)
    return log.error();
  auto accepted = log->last_of(task_id, pb::Event::kAccepted);
  if (!accepted)
    return accepted.error();
  pb::Event event;
  if (!*accepted || !event.ParseFromString((*accepted)->body))
    return error{errc::not_found,
                 "there is no task " + task_id + " in " + state.string()};
  return event.accepted().request().workspace_root();
}

expected<size_t> apply(const std::filesystem::path& state,
                       const std::string& task_id, std::string workspace) {
  std::error_code missing;
  if (!std::filesystem::exists(state_folder::store_of(state), missing))
    return error{errc::not_found,
                 "there is no task " + task_id + " in " + state.string()};
  if (workspace.empty()) {
    auto known = workspace_of(state, task_id);
    if (!known)
      return known.error();
    workspace = std::move(*known);
  }
  auto store
    = runtime::workspace::object_store::open(state_folder::store_of(state));
  if (!store)
    return store.error();
  auto base = store->kept(task_id + "/base");
  auto result = store->kept(task_id + "/result");
  if (!base || !result)
    return error{errc::not_found,
                 "task " + task_id + " has no result in " + state.string()};
  runtime::workspace::delivery delivery{*store};
  auto files = delivery.apply(std::filesystem::absolute(workspace), *base,
                              *result);
  if (!files)
    return files.error();
  return files->size();
}

} // namespace

int apply_result(const std::string& task_id, const std::string& workspace,
                 const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  auto state = state_path(loaded.values);
  auto files = apply(state, task_id, workspace);
  if (!files) {
    std::cerr << "cohort: " << files.error().message << '\n';
    return exit_code(files.error().code);
  }
  std::cout << "applied " << task_id << ": " << *files
            << (*files == 1 ? " file" : " files") << " changed\n";
  return 0;
}

} // namespace cohort::nodes
