#pragma once

#include <caf/type_id.hpp>

#include "messages/codec.hpp"
#include "messages/v1/assignment.pb.h"
#include "messages/v1/coordination.pb.h"
#include "messages/v1/council.pb.h"
#include "messages/v1/event.pb.h"
#include "messages/v1/learning.pb.h"
#include "messages/v1/link.pb.h"
#include "messages/v1/node.pb.h"
#include "messages/v1/progress.pb.h"
#include "messages/v1/quality.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/task.pb.h"
#include "messages/v1/telemetry.pb.h"
#include "messages/v1/timer.pb.h"
#include "messages/v1/workspace.pb.h"

/// Every message that one actor sends to another.
///
/// CAF 0.17 sends these *names* between nodes, so renaming a package or a
/// message breaks a mixed-version cluster. Add a new one instead.
CAF_BEGIN_TYPE_ID_BLOCK(cohort, caf::first_custom_type_id)

  // task.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::TaskRequest))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::TaskAccepted))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::CancelTask))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::TaskCancelled))
  // assignment.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::SubmitUnits))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::Assignments))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::WorkerHello))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::FinishedAttempt))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::AttemptsFinished))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::AttemptProgress))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::CancelAttempt))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::CancelAcknowledged))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::CancelUnits))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::UnitsCancelled))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::UnitsFinished))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::RetireWorker))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::SpecializedWorkerQuery))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::SpecializedWorkerReport))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::PoolQuery))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::PoolReport))
  // council.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::ReviewRequest))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::ReviewOutcome))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::JudgeRequest))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::Verdict))
  // coordination.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::StartCoordination))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::StopCoordination))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::CoordinationReport))
  // quality.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::RunGates))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::GatesFinished))
  // result.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::TaskResult))
  // workspace.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::StoreFailed))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::TakeSnapshot))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::SnapshotReport))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::MergePatch))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::MergeReport))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::RevertFiles))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::RevertReport))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::CompareTrees))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::CompareReport))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::DeliverResult))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::DeliveryReport))
  // progress.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::ProgressEvent))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::ProgressBatch))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::Subscribe))
  // event.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::AppendEvents))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::EventsStored))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::ReadEvents))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::EventList))
  // timer.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::StartTimer))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::TimerExpired))

  // node.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::Shutdown))
  // link.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::Envelope))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::PeerMessage))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::FromWorker))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::Drain))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::PeerGone))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::FetchTree))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::TreeFetched))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::NodeTable))
  // telemetry.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::ObserveAttempts))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::AttemptSpans))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::TraceQuery))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::TraceReport))
  // node.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::Drained))
  // learning.proto
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::HistoryQuery))
  CAF_ADD_TYPE_ID(cohort, (cohort::messages::v1::HistoryReport))

  CAF_ADD_ATOM(cohort, cohort::messages, flush_atom, "flush")

CAF_END_TYPE_ID_BLOCK(cohort)
