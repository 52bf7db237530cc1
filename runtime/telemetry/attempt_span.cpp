#include "runtime/telemetry/attempt_span.hpp"

namespace cohort::runtime::telemetry {

pb::AttemptSpan span_of(const pb::WorkUnit& unit) {
  pb::AttemptSpan span;
  span.set_task_id(unit.task_id());
  span.set_ticket(unit.ticket());
  switch (unit.work_case()) {
    case pb::WorkUnit::kNoop:
      span.set_kind("noop");
      break;
    case pb::WorkUnit::kPrepare:
      span.set_kind("prepare");
      break;
    case pb::WorkUnit::kCheck:
      span.set_kind("check");
      span.set_subject(unit.check().unit());
      span.set_compiler(unit.check().compiler());
      break;
    case pb::WorkUnit::kRepair:
      span.set_kind("repair");
      span.set_subject(unit.repair().subtask().id());
      break;
    case pb::WorkUnit::kTests:
      span.set_kind("tests");
      break;
    case pb::WorkUnit::kCommand:
      span.set_kind("command");
      if (unit.command().argv_size() > 0)
        span.set_subject(unit.command().argv(0));
      break;
    case pb::WorkUnit::kCoverage:
      span.set_kind("coverage");
      break;
    case pb::WorkUnit::kPlanMutants:
      span.set_kind("mutation plan");
      break;
    case pb::WorkUnit::kMutants:
      span.set_kind("mutants");
      break;
    case pb::WorkUnit::WORK_NOT_SET:
      span.set_kind("none");
      break;
  }
  return span;
}

} // namespace cohort::runtime::telemetry
