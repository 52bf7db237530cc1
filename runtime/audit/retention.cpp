#include "runtime/audit/retention.hpp"

#include <algorithm>
#include <set>
#include <system_error>

#include "messages/v1/event.pb.h"
#include "runtime/audit/chain_check.hpp"
#include "runtime/audit/named_trees.hpp"
#include "runtime/journal/ledger.hpp"
#include "runtime/journal/removal.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::runtime::audit {

namespace {

namespace fs = std::filesystem;
using journal::ledger;
using workspace::state_folder;

expected<std::vector<ended_task>> ended_tasks(ledger& log) {
  auto ids = log.tasks();
  if (!ids)
    return ids.error();
  std::vector<ended_task> tasks;
  for (auto& id : *ids) {
    auto row = log.last_of(id, pb::Event::kFinished);
    if (!row)
      return row.error();
    pb::Event event;
    if (!*row || !event.ParseFromString((*row)->body) || !event.has_finished())
      continue; // It goes on, or nothing can be said of it: it stays.
    auto& result = event.finished().result();
    auto is_delivered
      = result.patch().base_tree() == result.patch().result_tree()
        || !result.branch().empty() || !result.patch_file().empty();
    tasks.push_back({id, (*row)->time, is_delivered, result.patch_file()});
  }
  return tasks;
}

/// All that the events of the tasks that stay name. What an event that cannot
/// be read names is not known, and must not be lost: that is an error.
expected<std::set<std::string>>
needed_trees(ledger& log, const std::set<std::string>& removed) {
  auto ids = log.tasks();
  if (!ids)
    return ids.error();
  std::set<std::string> trees;
  for (auto& id : *ids) {
    if (removed.contains(id))
      continue;
    chain_check chain{id};
    expected<void> fine;
    auto read = log.read(id, [&](const journal::event_row& row) {
      auto event = chain.add(row);
      if (!event) {
        fine = error{event.error().code,
                     "nothing was removed, since what task " + id
                       + " needs is not known: " + event.error().message};
        return false;
      }
      for (auto& tree : named_trees(*event))
        trees.insert(tree);
      return true;
    });
    if (!fine)
      return fine.error();
    if (!read)
      return read.error();
  }
  return trees;
}

expected<void> forget(const fs::path& state, const fs::path& store,
                      const std::vector<ended_task>& tasks) {
  std::vector<std::string> ids;
  for (auto& task : tasks) {
    if (auto done = workspace::forget_names(store, task.id); !done)
      return done;
    std::error_code ignored;
    fs::path file{task.patch_file};
    if (file.parent_path() == state / "patches")
      fs::remove(file, ignored);
    ids.push_back(task.id);
  }
  if (ids.empty())
    return {};
  return journal::remove_tasks(state_folder::journal_of(state), ids);
}

} // namespace

expired_tasks choose_expired(std::vector<ended_task> tasks,
                             const retention& limits, int64_t now) {
  if (!limits.older_than_days && !limits.keep)
    return {};
  std::stable_sort(tasks.begin(), tasks.end(), [](auto& a, auto& b) {
    return a.ended > b.ended;
  }); // Newest first.
  constexpr double nanoseconds_a_day = 86'400e9;
  expired_tasks result;
  for (size_t i = limits.keep.value_or(0); i < tasks.size(); ++i) {
    auto days = static_cast<double>(now - tasks[i].ended) / nanoseconds_a_day;
    if (days > limits.older_than_days.value_or(-1e9))
      (tasks[i].is_delivered ? result.removed : result.undelivered)
        .push_back(std::move(tasks[i]));
  }
  return result;
}

expected<cleaned> clean_up(const fs::path& state, const retention& limits,
                           int64_t now, bool dry) {
  auto store = state_folder::store_of(state);
  cleaned result;
  std::set<std::string> trees;
  std::set<std::string> removed;
  {
    auto log = ledger::open(state_folder::journal_of(state));
    if (!log)
      return log.error();
    auto tasks = ended_tasks(*log);
    if (!tasks)
      return tasks.error();
    result.tasks = choose_expired(std::move(*tasks), limits, now);
    for (auto& task : result.tasks.removed)
      removed.insert(task.id);
    auto needed = needed_trees(*log, removed);
    if (!needed)
      return needed.error();
    trees = std::move(*needed);
  }
  if (!dry)
    if (auto done = forget(state, store, result.tasks.removed); !done)
      return done.error();
  auto pruned = workspace::prune_objects(store, {trees, removed, dry});
  if (!pruned)
    return pruned.error();
  result.objects = *pruned;
  return result;
}

} // namespace cohort::runtime::audit
