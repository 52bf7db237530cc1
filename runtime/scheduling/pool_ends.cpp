#include <utility>

#include "runtime/resilience/backoff.hpp"
#include "runtime/resilience/later.hpp"
#include "runtime/scheduling/pool_impl.hpp"
#include "runtime/telemetry/attempt_span.hpp"

namespace cohort::runtime::scheduling {

pb::AttemptResult failure(errc code, std::string message) {
  pb::AttemptResult result;
  result.mutable_error()->set_code(static_cast<uint32_t>(code));
  result.mutable_error()->set_message(std::move(message));
  return result;
}

void pool::impl::finish(worker_record& worker, uint64_t sequence,
                        uint32_t attempt, pb::AttemptResult result,
                        time_point now) {
  auto* unit = units.find(sequence);
  auto own = unit != nullptr ? current(*unit, worker, attempt) : nowhere;
  if (own == nowhere) {
    ++fenced;
    // Of an attempt that was lost, it still says that nothing runs any more.
    if (auto place = held.find(worker, sequence, attempt); place != nowhere)
      stopped(let_go(place, now));
    return;
  }
  auto done = let_go(own, now);
  if (result.has_error() && unit->deadline <= now) {
    abandon(done, unit->kind, now); // It may have been killed for that.
    note_end(done, *unit, pb::ATTEMPT_END_CANCELLED, result, now);
    return cut(*unit, now);
  }
  auto how = result.has_error() ? pb::ATTEMPT_END_FAILED
                                : pb::ATTEMPT_END_FINISHED;
  judge(done, *unit, how, result, now);
  note_end(done, *unit, how, result, now);
  result.set_worker(worker.hello.worker());
  result.set_attempt(attempt);
  if (!result.has_error()) {
    late.learn(units.work_of(*unit), now - std::min(done.began, now));
    outrun(*unit, now);
    succeed(*unit, std::move(result));
  } else if (goes_on(*unit, done, now))
    return;
  else if (result.error().recoverable())
    retry_or_fail(*unit, std::move(result), worker.id, now);
  else {
    std::vector<ending> endings;
    endings.push_back({sequence, std::move(result)});
    fail(std::move(endings));
  }
}

void pool::impl::note_end(const held_record& attempt, const unit_record& unit,
                          pb::AttemptEnd how, const pb::AttemptResult& result,
                          time_point now) {
  if (!is_observed)
    return;
  auto& out = ended.emplace_back();
  out.began = std::min(attempt.began, now);
  out.ended = now;
  out.span = telemetry::span_of(units.work_of(unit));
  out.span.set_sequence(attempt.sequence);
  out.span.set_attempt(attempt.attempt);
  out.span.set_worker(attempt.worker->hello.worker());
  out.span.set_node(attempt.worker->hello.node());
  out.span.set_held_seconds(
    std::chrono::duration<double>(out.began - attempt.assigned).count());
  out.span.set_speculative(attempt.is_second);
  out.span.set_end(how);
  out.span.set_code(result.error().code());
  if (result.has_metrics())
    *out.span.mutable_metrics() = result.metrics();
}

held_record pool::impl::let_go(uint32_t place, time_point now) {
  auto attempt = held.at(place);
  auto& worker = *attempt.worker;
  auto was_first = worker.first == place;
  if (!attempt.is_lost)
    release(*units.find(attempt.sequence), place, now);
  held.remove(place);
  cpu_bound_held -= attempt.is_cpu_bound ? 1 : 0;
  if (worker.load == 0)
    worker.busy += now - worker.busy_since;
  if (was_first)
    start_lease(worker, now);
  return attempt;
}

void pool::impl::succeed(unit_record& unit, pb::AttemptResult result) {
  auto dependents = std::move(unit.dependents);
  end(unit, std::move(result));
  for (auto sequence : dependents)
    if (auto* dependent = units.find(sequence);
        dependent != nullptr && --dependent->missing == 0)
      enqueue(*dependent);
}

void pool::impl::fail(std::vector<ending> endings) {
  for (size_t i = 0; i < endings.size(); ++i) {
    auto* unit = units.find(endings[i].sequence);
    if (unit == nullptr)
      continue; // It depended on two that failed.
    for (auto dependent : unit->dependents)
      endings.push_back(
        {dependent,
         failure(errc::cancelled, "dependency " + std::to_string(unit->ticket)
                                    + " failed, so this unit was not tried")});
    end(*unit, std::move(endings[i].result));
  }
}

void pool::impl::retry_or_fail(unit_record& unit, pb::AttemptResult why,
                               worker_id where, time_point now) {
  if (unit.tries >= settings.max_attempts || budget.may_retry())
    return redo_or_fail(unit, std::move(why), where, now);
  ++retries_denied;
  fail(unit, std::move(why), "not tried again: the retry budget is spent");
}

void pool::impl::redo_or_fail(unit_record& unit, pb::AttemptResult why,
                              worker_id where, time_point now) {
  if (unit.tries < settings.max_attempts)
    return back_off(unit, where, now);
  fail(unit, std::move(why),
       "given up after " + std::to_string(unit.tries)
         + (unit.tries == 1 ? " attempt" : " attempts"));
}

void pool::impl::fail(unit_record& unit, pb::AttemptResult why,
                      const std::string& how) {
  auto& error = *why.mutable_error();
  error.set_recoverable(false);
  error.set_message(error.message() + " (" + how + ')');
  std::vector<ending> endings;
  endings.push_back({unit.sequence(), std::move(why)});
  fail(std::move(endings));
}

void pool::impl::fail_late(unit_record& unit) {
  std::vector<ending> endings;
  endings.push_back(
    {unit.sequence(), failure(errc::timed_out, "the task's time is over")});
  fail(std::move(endings));
}

void pool::impl::back_off(unit_record& unit, worker_id where, time_point now) {
  ++queued;
  unit.phase = unit_phase::backing_off;
  unit.avoids_worker = true;
  unit.avoided = where;
  auto wait = resilience::backoff(unit.tries, settings.retry_backoff,
                                  settings.retry_backoff_max, random());
  retries.push({resilience::later(now, wait), unit.order, unit.sequence()});
}

void pool::impl::end(unit_record& unit, pb::AttemptResult result) {
  ++(result.has_error() ? failed : finished);
  auto& out = effects.emplace_back();
  out.what = effect::kind::finished;
  out.requester = unit.task->requester;
  out.sequence = unit.sequence();
  out.attempt = result.attempt();
  out.result = std::move(result);
  out.result.set_task_id(unit.task->task_id);
  out.result.set_ticket(unit.ticket);
  out.result.set_head_epoch(head_epoch);
  auto& task = *unit.task;
  remove_unit(unit);
  tasks.forget_if_done(task);
}

/// REQUIRES: no worker holds it as its current attempt.
void pool::impl::remove_unit(unit_record& unit) {
  queued -= unit.phase == unit_phase::running ? 0 : 1;
  auto* queue = unit.phase == unit_phase::ready ? &queue_of(unit) : nullptr;
  auto& task = *unit.task;
  specialties.leave(unit.specialty);
  units.remove(unit);
  tasks.remove(task);
  if (queue != nullptr)
    queue->left_husk(units);
}

} // namespace cohort::runtime::scheduling
