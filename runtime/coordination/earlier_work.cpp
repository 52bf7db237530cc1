#include "runtime/coordination/earlier_work.hpp"

#include <algorithm>
#include <string>

#include <google/protobuf/util/time_util.h>

#include "runtime/telemetry/metrics.hpp"

namespace cohort::runtime::coordination {

namespace {

double seconds_between(const pb::Event& before, const pb::Event& after) {
  using google::protobuf::util::TimeUtil;
  auto passed = TimeUtil::TimestampToMilliseconds(after.time())
                - TimeUtil::TimestampToMilliseconds(before.time());
  return std::max(0.0, static_cast<double>(passed) / 1000);
}

/// Reports are large, and no phase follows from them.
bool is_evidence(const pb::Event& event) {
  return event.has_evidence() || event.has_gates_checked();
}

template <class Workers>
pb::WorkerBreakdown* find_worker(Workers& workers, const std::string& name) {
  auto found = std::find_if(workers.begin(), workers.end(), [&](auto& worker) {
    return worker.worker() == name;
  });
  return found == workers.end() ? nullptr : &*found;
}

pb::WorkerBreakdown& worker_of(std::vector<pb::WorkerBreakdown>& workers,
                               const std::string& name) {
  if (auto* known = find_worker(workers, name))
    return *known;
  auto& fresh = workers.emplace_back();
  fresh.set_worker(name);
  return fresh;
}

void add_attempt(std::vector<pb::WorkerBreakdown>& workers,
                 const pb::AttemptResult& result) {
  auto& worker = worker_of(workers, result.worker());
  if (result.has_error())
    worker.set_failed(worker.failed() + 1);
  else
    worker.set_units(worker.units() + 1);
  worker.set_busy_seconds(worker.busy_seconds()
                          + result.metrics().wall_seconds());
  telemetry::add(*worker.mutable_metrics(), result.metrics());
}

} // namespace

earlier_work work_in(const pb::EventList& history) {
  earlier_work result;
  supervisor_state state;
  const pb::Event* before = nullptr;
  for (auto& event : history.events()) {
    if (before && !event.has_resumed())
      result.seconds[state.phase] += seconds_between(*before, event);
    before = &event;
    if (!is_evidence(event))
      evolve(state, event);
    if (event.has_completed())
      add_attempt(result.workers, event.completed().result());
    else if (event.has_fallback_finished())
      add_attempt(result.workers, event.fallback_finished().result());
    else if (event.has_failed() && !event.failed().worker().empty()) {
      auto& worker = worker_of(result.workers, event.failed().worker());
      worker.set_failed(worker.failed() + 1);
    }
  }
  return result;
}

void add(pb::TaskResult& result, const earlier_work& earlier) {
  for (auto& [phase, seconds] : earlier.seconds)
    result.set_wall_seconds(result.wall_seconds() + seconds);
  for (auto& worker : earlier.workers) {
    telemetry::add(*result.mutable_metrics(), worker.metrics());
    result.set_sequential_estimate_seconds(result.sequential_estimate_seconds()
                                           + worker.busy_seconds());
    auto* known = find_worker(*result.mutable_workers(), worker.worker());
    if (!known) {
      *result.add_workers() = worker;
      continue;
    }
    known->set_units(known->units() + worker.units());
    known->set_failed(known->failed() + worker.failed());
    known->set_busy_seconds(known->busy_seconds() + worker.busy_seconds());
    telemetry::add(*known->mutable_metrics(), worker.metrics());
  }
}

} // namespace cohort::runtime::coordination
