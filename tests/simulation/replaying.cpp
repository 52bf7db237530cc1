#include "tests/simulation/replaying.hpp"

#include "actors/coordinator.hpp"
#include "actors/orchestrator.hpp"
#include "tests/runtime/coordination/told.hpp"
#include "tests/simulation/inside.hpp"

namespace cohort::tests::simulation {

namespace {

namespace coordination = runtime::coordination;

/// Where two texts part.
std::string difference(const std::string& live, const std::string& replayed) {
  size_t at = 0;
  while (at < live.size() && at < replayed.size() && live[at] == replayed[at])
    ++at;
  auto begin = live.rfind('\n', at) + 1;
  return "live \"" + live.substr(begin, 120) + "\", replayed \""
         + replayed.substr(begin, 120) + '"';
}

void compare(const std::string& who, const std::string& live,
             const std::string& replayed,
             std::vector<std::string>& differences) {
  if (live != replayed)
    differences.push_back(who + ": " + difference(live, replayed));
}

} // namespace

void compare_with_replay(const scene& where,
                         std::vector<std::string>& differences) {
  if (!where.host().is_running())
    return; // What the process had not written ended with it.
  auto& log = where.host().log();
  for (auto& handle : where.host().coordinators()) {
    auto* actor = inside<actors::coordinator_state>(handle);
    if (actor == nullptr)
      continue;
    auto& live = actor->machine;
    auto& id = live.start.request().task_id();
    if (live.phase == coordination::coordinator_phase::idle
        || log.refused.count(id) > 0)
      continue;
    auto start = live.start;
    auto journal = *log.read(id);
    for (auto& event : journal)
      *start.add_history() = std::move(event);
    compare(
      "coordinator of " + id, told(live),
      told(coordination::replay(std::move(start), where.host().coordination())),
      differences);
  }
  auto* tasks = inside<actors::orchestrator_state>(where.host().orchestrator());
  if (tasks == nullptr)
    return;
  for (auto& entry : tasks->tasks) {
    auto& id = entry.first;
    auto* actor
      = inside<actors::task_supervisor_state>(entry.second.supervisor);
    // A coordinator's events are ahead of what it reports; the task's end is
    // written once everything has stopped.
    if (actor == nullptr || log.refused.count(id) > 0
        || actor->machine.phase == coordination::supervisor_phase::coordinating
        || actor->machine.phase == coordination::supervisor_phase::done)
      continue;
    pb::EventList history;
    auto journal = *log.read(id);
    for (auto& event : journal)
      *history.add_events() = std::move(event);
    compare("supervisor of " + id, told(actor->machine),
            told(coordination::replay(history, where.host().supervision())),
            differences);
  }
}

} // namespace cohort::tests::simulation
