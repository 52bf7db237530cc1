#include <algorithm>
#include <utility>

#include "runtime/scheduling/pool_impl.hpp"
#include "runtime/telemetry/metrics.hpp"

namespace cohort::runtime::scheduling {

namespace {

/// A worker that answers works, even if the task does not.
bool is_fault_of_worker(errc code) {
  return code == errc::crashed || code == errc::tool_failed
         || code == errc::timed_out;
}

} // namespace

void pool::impl::judge(const held_record& attempt, const unit_record& unit,
                       pb::AttemptEnd how, const pb::AttemptResult& result,
                       time_point now) {
  auto& worker = *attempt.worker;
  ++(result.has_error() ? worker.failed : worker.finished);
  if (result.has_metrics())
    telemetry::add(worker.metrics, result.metrics());
  tallies.add(unit.task->task_id, worker.hello.worker(), result,
              now - std::min(attempt.began, now));
  auto fails = result.has_error()
               && is_fault_of_worker(static_cast<errc>(result.error().code()));
  auto jitter = fails ? random() : 0;
  auto outcome = how == pb::ATTEMPT_END_LOST ? breaker_board::outcome::lost
                 : fails ? breaker_board::outcome::work_failed
                         : breaker_board::outcome::fine;
  auto turns = breakers.note(worker.node, unit.kind, attempt.pass, outcome, now,
                             jitter);
  auto own = fails ? worker.breaker.failed(attempt.call, now, jitter)
                   : worker.breaker.succeeded(attempt.call, now);
  auto& why = result.error().message();
  if (turns.node != turn::none)
    tell(unit, turns.node, breakers.what(worker.node), why);
  if (turns.work != turn::none)
    tell(unit, turns.work, breakers.what(worker.node, unit.kind), why);
  if (own != turn::none)
    tell(unit, own, "worker " + worker.hello.worker(), why);
  if (turns.work == turn::opened_again)
    fail_if_broken_everywhere(unit.kind, why, now);
}

/// That a probe failed is no news.
void pool::impl::tell(const unit_record& unit, turn what, std::string breaker,
                      const std::string& why) {
  if (what == turn::opened_again)
    return;
  auto is_open = what == turn::opened;
  breakers_opened += is_open ? 1 : 0;
  auto& out = news.emplace_back();
  out.requester = unit.task->requester;
  out.change.set_task_id(unit.task->task_id);
  out.change.set_what(std::move(breaker));
  out.change.set_is_open(is_open);
  out.change.set_why(is_open ? why : "");
}

void pool::impl::abandon(const held_record& attempt, work_kind kind,
                         time_point now) {
  attempt.worker->breaker.abandoned(attempt.call);
  breakers.note(attempt.worker->node, kind, attempt.pass,
                breaker_board::outcome::abandoned, now, 0);
}

void pool::impl::fail_if_broken_everywhere(work_kind kind,
                                           const std::string& why,
                                           time_point now) {
  auto& all = workers.all();
  if (!std::all_of(all.begin(), all.end(), [&](auto& worker) {
        return worker == nullptr || worker->is_given_up
               || breakers.is_open(worker->node, kind, now);
      }))
    return;
  std::vector<ending> endings;
  auto take_all = [&](ready_queue& queue) {
    for (auto* entry = queue.front(units); entry; entry = queue.front(units)) {
      endings.push_back(
        {entry->sequence,
         failure(errc::tool_failed, std::string{name_of(kind)}
                                      + " fail wherever they are tried, so "
                                        "this one was not; the last time: "
                                      + why)});
      // In no queue any more.
      units.find(entry->sequence)->phase = unit_phase::backing_off;
      queue.pop();
    }
  };
  for (auto pair = static_cast<uint32_t>(kind); pair * 2 < lanes.size();
       pair += work_kinds)
    for (auto lane : {pair * 2, pair * 2 + 1}) {
      take_all(lanes[lane].ready);
      for (auto& [worker, queue] : lanes[lane].avoiding)
        take_all(queue);
    }
  fail(std::move(endings));
}

} // namespace cohort::runtime::scheduling
