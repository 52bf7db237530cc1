#include "runtime/audit/retention.hpp"

#include <algorithm>
#include <iterator>
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

/// Older results do not say it.
expected<bool> was_applied(ledger& log, const std::string& id) {
  auto row = log.last_of(id, pb::Event::kDelivered);
  if (!row)
    return row.error();
  pb::Event event;
  return *row && event.ParseFromString((*row)->body)
         && event.delivered().applied();
}

bool changes_something(const pb::Patch& patch) {
  return patch.base_tree() != patch.result_tree();
}

/// Whether some subtask of a task that ended without a result had changed
/// anything: cancelled, say, or failed for want of room on the disk. Of what
/// cannot be read that is assumed. Cost: reads all of its events.
bool left_work(ledger& log, const std::string& id) {
  auto found = false;
  auto read = log.read(id, [&](const journal::event_row& row) {
    pb::Event event;
    found = !event.ParseFromString(row.body)
            || changes_something(event.completed().result().patch())
            || changes_something(event.fallback_finished().result().patch());
    return !found;
  });
  return found || !read;
}

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
    auto is_delivered = !changes_something(result.patch())
                        || !result.branch().empty()
                        || !result.patch_file().empty();
    auto is_applied = result.applied() ? expected<bool>{true}
                                       : was_applied(log, id);
    if (!is_applied)
      return is_applied.error();
    auto has_result = result.has_patch() || !result.branch().empty()
                      || !result.patch_file().empty();
    tasks.push_back({id, (*row)->time, is_delivered,
                     *is_applied ? result.patch_file() : "", has_result});
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
                     "no object was removed, since what task " + id
                       + " needs is not known: " + event.error().message
                       + "; `cohort gc --set-aside " + id
                       + "` takes the task out"};
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

expected<void> forget(const fs::path& state,
                      const std::vector<ended_task>& tasks, bool is_alone) {
  auto store = state_folder::store_of(state);
  auto journal_file = state_folder::journal_of(state);
  std::vector<std::string> ids;
  for (auto& task : tasks) {
    if (auto done = workspace::forget_names(store, task.id); !done)
      return done;
    ids.push_back(task.id);
  }
  if (ids.empty())
    return {};
  if (auto done = journal::remove_tasks(journal_file, ids); !done)
    return done;
  for (auto& task : tasks) { // Nothing says any more that they are there.
    std::error_code ignored;
    fs::path file{task.patch_file};
    if (file.parent_path() == state / "patches")
      fs::remove(file, ignored);
  }
  return journal::give_back_room(journal_file, is_alone);
}

expected<void> add_sizes(ledger& log, std::vector<ended_task>& tasks) {
  auto bytes = log.bytes_by_task();
  if (!bytes)
    return bytes.error();
  for (auto& task : tasks)
    task.bytes = (*bytes)[task.id];
  return {};
}

/// Only those that are about to go are looked at so closely.
void keep_left_work(ledger& log, const retention& limits, expired_tasks& all) {
  auto stay = std::stable_partition(
    all.removed.begin(), all.removed.end(), [&](const ended_task& task) {
      return task.has_result || limits.abandoned.contains(task.id)
             || !left_work(log, task.id);
    });
  std::move(stay, all.removed.end(), std::back_inserter(all.undelivered));
  all.removed.erase(stay, all.removed.end());
}

expected<expired_tasks> expired_in(ledger& log, const retention& limits,
                                   int64_t now) {
  auto tasks = ended_tasks(log);
  if (!tasks)
    return tasks.error();
  for (auto& id : limits.abandoned)
    if (std::none_of(tasks->begin(), tasks->end(),
                     [&](auto& task) { return task.id == id; }))
      return error{errc::not_found, "there is no task " + id
                                      + " that has ended; `cohort audit` "
                                        "lists all"};
  auto bytes = log.bytes();
  if (limits.max_bytes > 0 && bytes > limits.max_bytes)
    if (auto known = add_sizes(log, *tasks); !known)
      return known.error();
  auto result = choose_expired(std::move(*tasks), limits, now, bytes);
  keep_left_work(log, limits, result);
  return result;
}

expected<workspace::pruned> prune(const fs::path& state,
                                  const std::set<std::string>& removed,
                                  bool is_dry) {
  auto log = ledger::open(state_folder::journal_of(state));
  if (!log)
    return log.error();
  auto trees = needed_trees(*log, removed);
  if (!trees)
    return trees.error();
  return workspace::prune_objects(state_folder::store_of(state),
                                  {*trees, removed, is_dry});
}

} // namespace

expired_tasks choose_expired(std::vector<ended_task> tasks,
                             const retention& limits, int64_t now,
                             uint64_t bytes) {
  constexpr double nanoseconds_a_day = 86'400e9;
  std::stable_sort(tasks.begin(), tasks.end(), [](auto& a, auto& b) {
    return a.ended > b.ended;
  }); // Newest first.
  auto is_beyond = [&](size_t i) {
    auto days = static_cast<double>(now - tasks[i].ended) / nanoseconds_a_day;
    return (limits.older_than_days || limits.keep)
           && i >= limits.keep.value_or(0)
           && days > limits.older_than_days.value_or(-1e9);
  };
  auto is_too_much = [&] {
    return limits.max_bytes > 0 && bytes > limits.max_bytes;
  };
  auto is_abandoned = [&](size_t i) {
    return limits.abandoned.contains(tasks[i].id);
  };
  expired_tasks result;
  for (auto i = tasks.size(); i-- > 0;) {
    if (!is_beyond(i) && !is_too_much() && !is_abandoned(i))
      continue;
    auto goes = tasks[i].is_delivered || is_abandoned(i);
    if (goes)
      bytes -= std::min(bytes, tasks[i].bytes);
    (goes ? result.removed : result.undelivered).push_back(std::move(tasks[i]));
  }
  std::reverse(result.removed.begin(), result.removed.end());
  std::reverse(result.undelivered.begin(), result.undelivered.end());
  return result;
}

expected<cleaned> clean_up(const fs::path& state, const retention& limits,
                           int64_t now, cleaning how) {
  auto journal_file = state_folder::journal_of(state);
  auto is_dry = how == cleaning::rehearsal;
  cleaned result;
  auto has_leftovers = false;
  {
    auto log = ledger::open(journal_file);
    if (!log)
      return log.error();
    auto expired = expired_in(*log, limits, now);
    if (!expired)
      return expired.error();
    result.tasks = std::move(*expired);
    has_leftovers = log->has_leftovers() || !result.tasks.removed.empty();
  }
  if (!is_dry)
    if (auto done = forget(state, result.tasks.removed,
                           how != cleaning::beside_tasks);
        !done)
      return done.error();
  if (how == cleaning::beside_tasks || (how == cleaning::due && !has_leftovers))
    return result;
  std::set<std::string> removed;
  for (auto& task : result.tasks.removed)
    removed.insert(task.id);
  auto pruned = prune(state, removed, is_dry);
  if (pruned && !is_dry)
    if (auto noted = journal::note_no_leftovers(journal_file); !noted)
      return noted.error();
  if (pruned)
    result.objects = *pruned;
  else
    result.objects_stay = pruned.error();
  return result;
}

} // namespace cohort::runtime::audit
