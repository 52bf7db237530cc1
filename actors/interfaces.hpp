#pragma once

#include <type_traits>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/typed_actor.hpp>

#include "messages/caf_compat.hpp"
#include "messages/type_ids.hpp"

/// Who understands what: the typed interface of every role.
///
/// Nearly all messages are one-way; a report goes to whoever asked. So no
/// pending request, with its time-out, keeps the process alive; deadlines are
/// the timer's.
namespace cohort::actors {

namespace pb = messages::v1;
using messages::accepts;
using messages::answers;

/// Sends TimerExpired to the sender.
using timer_actor
  = caf::typed_actor<accepts<pb::StartTimer>, accepts<messages::flush_atom>>;

/// Sends EventsStored or EventList to the sender.
using journal_actor
  = caf::typed_actor<accepts<pb::AppendEvents>, accepts<pb::ReadEvents>,
                     accepts<messages::flush_atom>>;

/// Sends the request's report, or StoreFailed, to the sender.
using storekeeper_actor
  = caf::typed_actor<accepts<pb::TakeSnapshot>, accepts<pb::MergePatch>,
                     accepts<pb::RevertFiles>, accepts<pb::CompareTrees>,
                     accepts<pb::DeliverResult>>;

/// Sends ProgressBatch to subscribers.
using progress_hub_actor
  = caf::typed_actor<accepts<pb::ProgressEvent>, accepts<pb::Subscribe>,
                     accepts<pb::TimerExpired>>;

using worker_actor
  = caf::typed_actor<accepts<pb::Assignments>, accepts<pb::CancelAttempt>,
                     accepts<pb::FinishedAttempt>,
                     accepts<pb::AttemptProgress>>;

/// Sends Assignments and CancelAttempt to workers, UnitsFinished and
/// UnitsCancelled to requesters.
using worker_pool_actor = caf::typed_actor<
  accepts<pb::WorkerHello>, accepts<pb::SubmitUnits>, accepts<pb::CancelUnits>,
  accepts<pb::AttemptsFinished>, accepts<pb::AttemptProgress>,
  accepts<pb::CancelAcknowledged>, accepts<pb::TimerExpired>,
  answers<pb::PoolQuery, pb::PoolReport>,
  answers<pb::SpecializedWorkerQuery, pb::SpecializedWorkerReport>>;

/// Sends a Verdict to the sender.
using judge_actor = caf::typed_actor<accepts<pb::JudgeRequest>>;

/// Sends ReviewOutcome to the sender.
using council_chair_actor
  = caf::typed_actor<accepts<pb::ReviewRequest>, accepts<pb::Verdict>,
                     accepts<pb::TimerExpired>>;

/// Sends GatesFinished, or UnitsCancelled, to the sender.
using gatekeeper_actor
  = caf::typed_actor<accepts<pb::RunGates>, accepts<pb::CancelUnits>,
                     accepts<pb::UnitsFinished>, accepts<pb::UnitsCancelled>>;

/// Sends CoordinationReport to whoever sent StartCoordination.
using coordinator_actor
  = caf::typed_actor<accepts<pb::StartCoordination>,
                     accepts<pb::StopCoordination>, accepts<pb::ReviewOutcome>,
                     accepts<pb::UnitsFinished>, accepts<pb::UnitsCancelled>,
                     accepts<pb::MergeReport>, accepts<pb::StoreFailed>,
                     accepts<pb::EventsStored>>;

/// Sends TaskResult to whoever sent TaskRequest.
using task_supervisor_actor
  = caf::typed_actor<accepts<pb::TaskRequest>, accepts<pb::CancelTask>,
                     accepts<pb::SnapshotReport>, accepts<pb::CompareReport>,
                     accepts<pb::RevertReport>, accepts<pb::DeliveryReport>,
                     accepts<pb::StoreFailed>, accepts<pb::UnitsFinished>,
                     accepts<pb::UnitsCancelled>,
                     accepts<pb::CoordinationReport>,
                     accepts<pb::GatesFinished>, accepts<pb::EventsStored>,
                     accepts<pb::EventList>, accepts<pb::TimerExpired>>;

using orchestrator_actor
  = caf::typed_actor<answers<pb::TaskRequest, pb::TaskAccepted>,
                     answers<pb::CancelTask, pb::TaskCancelled>,
                     accepts<pb::TaskResult>>;

/// Ends the process's actors in order.
using root_supervisor_actor = caf::typed_actor<accepts<pb::Shutdown>>;

/// What a task's actors need of others.
struct services {
  timer_actor timer;
  journal_actor journal;
  storekeeper_actor store;
  progress_hub_actor progress;
  worker_pool_actor pool;
  council_chair_actor council;
  gatekeeper_actor gatekeeper;
};

/// Sends `message` to whoever sent the current one; to nobody when that is
/// gone.
template <class Self, class Message>
void reply_to(Self* self, const caf::strong_actor_ptr& sender,
              Message&& message) {
  using handle = caf::typed_actor<accepts<std::decay_t<Message>>>;
  if (sender)
    self->send(caf::actor_cast<handle>(sender), std::forward<Message>(message));
}

} // namespace cohort::actors
