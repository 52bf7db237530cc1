#include "tests/simulation/replaying.hpp"

#include "actors/coordinator.hpp"
#include "actors/orchestrator.hpp"
#include "tests/runtime/coordination/told.hpp"

namespace cohort::tests::simulation {

namespace {

namespace coordination = runtime::coordination;

/// The state of an actor; nullptr once it is over.
template <class State, class Handle>
const State* state_of(const Handle& handle) {
  auto* actor = dynamic_cast<typename Handle::template stateful_pointer<State>>(
    caf::actor_cast<caf::abstract_actor*>(handle));
  return actor == nullptr
             || actor->getf(caf::abstract_actor::is_terminated_flag)
           ? nullptr
           : &actor->state;
}

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
  auto& log = where.host.log();
  for (auto& handle : where.host.coordinators()) {
    auto* actor = state_of<actors::coordinator_state>(handle);
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
      told(coordination::replay(std::move(start), where.host.coordination())),
      differences);
  }
  auto* tasks = state_of<actors::orchestrator_state>(where.host.orchestrator());
  if (tasks == nullptr)
    return;
  for (auto& entry : tasks->tasks) {
    auto& id = entry.first;
    auto* actor
      = state_of<actors::task_supervisor_state>(entry.second.supervisor);
    // A coordinator's events are ahead of what it reports; the task's end is
    // written once everything has stopped.
    if (actor == nullptr || log.refused.count(id) > 0
        || actor->machine.phase == coordination::supervisor_phase::coordinating
        || actor->machine.phase == coordination::supervisor_phase::done)
      continue;
    coordination::supervisor_state replayed;
    auto journal = *log.read(id);
    for (auto& event : journal)
      coordination::evolve(replayed, event);
    compare("supervisor of " + id, told(actor->machine), told(replayed),
            differences);
  }
}

} // namespace cohort::tests::simulation
