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

/// Whatever carries out assignments: a worker of this process, or what stands
/// for one of another.
using worker_actor
  = caf::typed_actor<accepts<pb::Assignments>, accepts<pb::CancelAttempt>>;

/// A worker of this process, with what its runner says.
using local_worker_actor = worker_actor::extend<accepts<pb::FinishedAttempt>,
                                                accepts<pb::AttemptProgress>>;

/// Whoever gives workers their assignments: the pool, or a node's link to it.
/// Sends Assignments and CancelAttempt to workers.
using dispatcher_actor
  = caf::typed_actor<accepts<pb::WorkerHello>, accepts<pb::AttemptsFinished>,
                     accepts<pb::AttemptProgress>,
                     accepts<pb::CancelAcknowledged>>;

/// Sends UnitsFinished and UnitsCancelled to requesters, AttemptSpans to
/// whoever observes, Drained to whoever sent Drain.
using worker_pool_actor = dispatcher_actor::extend<
  accepts<pb::SubmitUnits>, accepts<pb::CancelUnits>, accepts<pb::RetireWorker>,
  accepts<pb::Drain>, accepts<pb::TimerExpired>, accepts<pb::ObserveAttempts>,
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

/// Sends CoordinationReport to whoever sent StartCoordination, Drained to
/// whoever sent Drain.
using coordinator_actor
  = caf::typed_actor<accepts<pb::StartCoordination>,
                     accepts<pb::StopCoordination>, accepts<pb::ReviewOutcome>,
                     accepts<pb::UnitsFinished>, accepts<pb::UnitsCancelled>,
                     accepts<pb::MergeReport>, accepts<pb::StoreFailed>,
                     accepts<pb::EventsStored>, accepts<pb::Drain>>;

/// Sends HistoryReport to the sender. A TaskResult is of a task that has ended.
using historian_actor
  = caf::typed_actor<accepts<pb::HistoryQuery>, accepts<pb::TaskResult>>;

/// Begins with a TaskRequest, or with the journal of a task that goes on. Sends
/// TaskAccepted and TaskResult to whoever sent that, Drained to whoever sent
/// Drain.
using task_supervisor_actor = caf::typed_actor<
  accepts<pb::TaskRequest>, accepts<pb::CancelTask>,
  accepts<pb::SnapshotReport>, accepts<pb::CompareReport>,
  accepts<pb::RevertReport>, accepts<pb::DeliveryReport>,
  accepts<pb::StoreFailed>, accepts<pb::UnitsFinished>,
  accepts<pb::UnitsCancelled>, accepts<pb::CoordinationReport>,
  accepts<pb::GatesFinished>, accepts<pb::EventsStored>, accepts<pb::EventList>,
  accepts<pb::HistoryReport>, accepts<pb::TimerExpired>, accepts<pb::Drain>,
  accepts<pb::Drained>>;

/// What can be told to finish what it does, and to begin nothing new.
using drainable_actor = caf::typed_actor<accepts<pb::Drain>>;

/// An EventList is the journal of a task that is to go on. Sends Drained to
/// whoever sent Drain.
using orchestrator_actor
  = caf::typed_actor<answers<pb::TaskRequest, pb::TaskAccepted>,
                     answers<pb::EventList, pb::TaskAccepted>,
                     answers<pb::CancelTask, pb::TaskCancelled>,
                     accepts<pb::TaskAccepted>, accepts<pb::TaskResult>,
                     accepts<pb::EventsStored>, accepts<pb::Drain>,
                     accepts<pb::Drained>>;

/// All that other processes know of this one: hands what comes to the link.
using door_actor = caf::typed_actor<accepts<pb::Envelope>>;

/// One end of the talk with other processes. Sends PeerMessage and PeerGone to
/// whoever a peer's messages are for.
using link_actor
  = caf::typed_actor<accepts<pb::Envelope>, accepts<pb::PeerMessage>,
                     accepts<pb::TimerExpired>>;

/// A node's end of its link: to the node's workers it is their dispatcher.
using node_link_actor
  = dispatcher_actor::extend<accepts<pb::Envelope>, accepts<pb::PeerMessage>,
                             accepts<pb::TreeFetched>, accepts<pb::Drain>,
                             accepts<pb::TimerExpired>>;

/// Sends TreeFetched to whoever sent FetchTree; asks and answers to the sender
/// of PeerMessage.
using courier_actor
  = caf::typed_actor<accepts<pb::FetchTree>, accepts<pb::PeerMessage>,
                     accepts<pb::PeerGone>>;

/// Stands at the head for a worker of a node.
using remote_worker_actor
  = worker_actor::extend<accepts<pb::FromWorker>, accepts<pb::TreeFetched>,
                         accepts<pb::Drain>>;

/// Sends ClientReport, in PeerMessages, to the link.
using client_desk_actor
  = caf::typed_actor<accepts<pb::PeerMessage>, accepts<pb::PeerGone>,
                     accepts<pb::ProgressBatch>, accepts<pb::EventList>,
                     accepts<pb::EventsStored>>;

/// Watches the others; nothing depends on it.
using telemetry_actor
  = caf::typed_actor<accepts<pb::AttemptSpans>, accepts<pb::NodeTable>,
                     accepts<pb::ProgressBatch>, accepts<pb::TimerExpired>,
                     answers<pb::TraceQuery, pb::TraceReport>>;

/// Ends the process's actors in order.
using root_supervisor_actor
  = caf::typed_actor<accepts<pb::Shutdown>, accepts<messages::flush_atom>>;

/// What a task's actors need of others.
struct services {
  timer_actor timer;
  journal_actor journal;
  storekeeper_actor store;
  progress_hub_actor progress;
  worker_pool_actor pool;
  council_chair_actor council;
  gatekeeper_actor gatekeeper;
  historian_actor historian; // Null: nothing is learnt.
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
