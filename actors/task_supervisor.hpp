#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/coordination/earlier_work.hpp"
#include "runtime/coordination/supervisor_machine.hpp"

namespace cohort::actors {

/// Makes a coordinator that plans for `workers`; the orchestrator has none when
/// parallel execution is not supported.
using coordinator_factory
  = std::function<coordinator_actor(caf::local_actor*, unsigned workers)>;

/// Leads one task from its acceptance, or from where its last process ended, to
/// its result: the shell of supervisor_machine.
///
/// Owns:  the machine's state, the coordinator's life, the task's deadline.
/// Sends: what the machine decides, each decision to the journal first, and the
///        task's end when everything has stopped. To whoever gave it the task:
///        TaskAccepted once its first event is durable, and one TaskResult once
///        its last one is (or with the reason why it is not); then it quits.
///        What the historian knows goes to the coordinator, if it is there by
///        then; the result to the historian.
///        Drained to whoever sent Drain, once all that came before has been
///        decided, the coordinator's share included.
/// Links: monitors its coordinator, and restarts it from the journal.
/// Ends:  only after pool, gatekeeper and coordinator say that nothing of the
///        task runs any more.
struct task_supervisor_state {
  static inline const char* name = "task_supervisor";

  runtime::coordination::supervisor_state machine;
  caf::strong_actor_ptr asker;
  caf::strong_actor_ptr drainer; // Waits for Drained.
  coordinator_actor coordinator;
  caf::actor_addr coordinator_address;
  std::optional<pb::TaskResult> result; // Waits for the last stop.
  std::vector<pb::Event> last_words;    // Its event; waits as well.
  int stopping = 0;                     // Answers that are missing.
  int unstored = 0;         // Decisions that are not known to be durable.
  bool is_answered = false; // The asker knows whether the task is accepted.
  caf::actor_clock::time_point began;
  std::optional<caf::actor_clock::time_point> deadline;
  std::map<runtime::coordination::supervisor_phase, double>
    seconds; // By phase.
  caf::actor_clock::time_point phase_began;
  runtime::coordination::earlier_work earlier; // Of processes before.
  pb::HistoryReport learnt;                    // Empty until it comes.
  bool has_just_ended = false; // In this process; what had ended teaches
                               // nothing new.
};

task_supervisor_actor::behavior_type task_supervisor(
  task_supervisor_actor::stateful_pointer<task_supervisor_state> self,
  services others, coordinator_factory make_coordinator,
  runtime::coordination::supervisor_settings settings);

} // namespace cohort::actors
