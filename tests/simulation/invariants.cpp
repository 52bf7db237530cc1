#include "tests/simulation/invariants.hpp"

#include <algorithm>
#include <set>

#include "tests/simulation/effects.hpp"

namespace cohort::tests::simulation {

namespace {

bool handed_over(const pb::TaskResult& result) {
  return result.outcome() == pb::TASK_OUTCOME_DONE
         || result.outcome() == pb::TASK_OUTCOME_PARTIAL;
}

/// Whether each file of `tree` has as many faults as in `other`, or more.
bool lacks_only_repairs(const std::string& tree, const std::string& other) {
  auto faults = faults_in(tree);
  for (auto& [file, count] : faults_in(other))
    if (faults[file] < count)
      return false;
  return true;
}

/// The text about the first task that `look` finds something at.
template <class F>
std::string first_of(const record& happened, F look) {
  for (auto& [id, task] : happened.tasks)
    if (auto found = look(task); !found.empty())
      return id + ": " + found;
  return "";
}

std::string broken_stamp(const pb::AttemptResult& result) {
  if (result.has_error())
    return "";
  auto accepted = maker_of(result.worker(), result.head_epoch(),
                           result.attempt());
  if (result.artifacts_size() == 1 && result.artifacts(0).name() == accepted)
    return "";
  return "accepted as of " + accepted + ", but made by "
         + (result.artifacts_size() == 1 ? result.artifacts(0).name()
                                         : "nobody");
}

} // namespace

std::string broken_end(const record& happened) {
  return first_of(happened, [&](const task_record& task) -> std::string {
    if (task.is_accepted && task.results.empty())
      return "no result; the play ended because " + happened.stopped_because;
    if (task.results.size() > 1)
      return std::to_string(task.results.size()) + " results";
    return "";
  });
}

std::string broken_once(const record& happened) {
  return first_of(happened, [](const task_record& task) -> std::string {
    std::set<std::pair<uint32_t, std::string>> accepted;
    std::set<std::pair<uint32_t, std::string>> merged;
    for (auto& event : task.journal) {
      // A withdrawal takes the round's patches out, to be merged again.
      if (event.has_withdrawn())
        merged.clear();
      if (event.has_conflicted())
        accepted.erase(
          {event.conflicted().round(), event.conflicted().subtask_id()});
      if (event.has_completed()
          && !accepted
                .emplace(event.completed().round(),
                         event.completed().subtask_id())
                .second)
        return "two results of " + event.completed().subtask_id()
               + " were accepted in round "
               + std::to_string(event.completed().round());
      if (event.has_merged()
          && !merged
                .emplace(event.merged().round(), event.merged().subtask_id())
                .second)
        return event.merged().subtask_id() + " was merged twice in round "
               + std::to_string(event.merged().round());
    }
    return "";
  });
}

std::string broken_tree(const record& happened) {
  return first_of(happened, [&](const task_record& task) -> std::string {
    if (task.results.size() != 1 || !handed_over(task.results[0])
        || task.expected.empty())
      return "";
    auto gave_up
      = happened.pool.failed() > 0 || task.results[0].fell_back()
        || std::any_of(task.journal.begin(), task.journal.end(),
                       [](auto& event) { return event.has_failed(); });
    if (gave_up ? lacks_only_repairs(task.tree, task.expected)
                : task.tree == task.expected)
      return "";
    return task.tree + " instead of " + task.expected;
  });
}

std::string broken_fence(const record& happened) {
  return first_of(happened, [](const task_record& task) -> std::string {
    for (auto& event : task.journal) {
      std::string found;
      if (event.has_completed())
        found = broken_stamp(event.completed().result());
      if (event.has_fallback_finished())
        found = broken_stamp(event.fallback_finished().result());
      if (!found.empty())
        return found;
    }
    return "";
  });
}

std::string broken_bound(const record& happened) {
  if (happened.longest_queue > queue_max)
    return std::to_string(happened.longest_queue) + " messages wait for one";
  if (happened.stopped_because.empty() && happened.pool.queued() > 0)
    return std::to_string(happened.pool.queued()) + " units are left queued";
  return "";
}

std::string broken_replay(const record& happened) {
  return happened.replay_differences.empty()
           ? ""
           : happened.replay_differences.front();
}

std::string broken_journal(const record& happened) {
  return first_of(happened, [](const task_record& task) -> std::string {
    auto& journal = task.journal;
    if (!task.audit.empty())
      return task.audit;
    if (!task.is_accepted || !task.is_whole)
      return "";
    for (size_t i = 0; i < journal.size(); ++i)
      if (journal[i].sequence() != i + 1)
        return "event " + std::to_string(i + 1) + " has number "
               + std::to_string(journal[i].sequence());
    if (journal.empty() || !journal.front().has_accepted())
      return "it does not begin with its acceptance";
    auto end = std::find_if(journal.begin(), journal.end(),
                            [](auto& event) { return event.has_finished(); });
    if (task.results.size() == 1 && end == journal.end())
      return "it ended, but its journal does not say so";
    return "";
  });
}

const std::vector<invariant>& invariants() {
  static const std::vector<invariant> all{
    {"ends", broken_end},         {"once", broken_once},
    {"same_tree", broken_tree},   {"fenced", broken_fence},
    {"bounded", broken_bound},    {"replayed", broken_replay},
    {"journaled", broken_journal}};
  return all;
}

bool is_invariant(std::string_view name) {
  return std::any_of(invariants().begin(), invariants().end(),
                     [&](auto& known) { return known.name == name; });
}

} // namespace cohort::tests::simulation
