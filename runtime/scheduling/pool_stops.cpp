#include <utility>

#include "runtime/resilience/later.hpp"
#include "runtime/scheduling/pool_impl.hpp"

namespace cohort::runtime::scheduling {

void pool::impl::cancel_task(requester_id requester, const std::string& task_id,
                             time_point now) {
  if (auto* task = tasks.find(requester, task_id)) {
    task->is_cancelling = true;
    fail(stop_all_of(*task, now));
    return;
  }
  task_record nothing;
  nothing.requester = requester;
  nothing.task_id = task_id;
  nothing.is_cancelling = true;
  answer(nothing);
}

std::vector<pool::impl::ending> pool::impl::stop_all_of(task_record& task,
                                                        time_point now) {
  std::vector<ending> orphans;
  for (auto own : std::exchange(task.units, {})) {
    auto* found = units.find(own);
    if (found == nullptr)
      continue;
    auto& unit = *found;
    for (auto sequence : unit.dependents)
      if (auto* other = units.find(sequence);
          other != nullptr && other->task != &task)
        orphans.push_back(
          {sequence,
           failure(errc::cancelled, "dependency " + std::to_string(unit.ticket)
                                      + " was cancelled with its task, so this "
                                        "unit was not tried")});
    while (unit.held != nowhere) { // One, or two.
      if (held.at(unit.held).began <= now)
        note_end(held.at(unit.held), unit, pb::ATTEMPT_END_CANCELLED,
                 failure(errc::cancelled, "its task was cancelled"), now);
      stop(unit.held, false, now);
    }
    remove_unit(unit);
  }
  answer(task);
  tasks.forget_if_done(task);
  return orphans;
}

void pool::impl::stop(uint32_t place, bool is_expired, time_point now) {
  auto& attempt = held.at(place);
  auto& worker = *attempt.worker;
  auto& unit = *units.find(attempt.sequence);
  release(unit, place, now);
  attempt.is_lost = true;
  attempt.is_expired = is_expired;
  attempt.task = unit.task;
  attempt.give_up = resilience::later(now, settings.cancel_timeout);
  ++unit.task->stopping;
  ++worker.lost;
  worker.expired += is_expired ? 1 : 0;
  abandon(attempt, unit.kind, now);
  if (worker.first == place)
    worker.lease_end = time_point::max();
  auto& out = effects.emplace_back();
  out.what = effect::kind::cancel;
  out.worker = worker.id;
  out.sequence = attempt.sequence;
  out.attempt = attempt.attempt;
  workers.place(worker, now);
}

void pool::impl::stopped(const held_record& attempt) {
  if (!attempt.is_lost)
    return;
  --attempt.task->stopping;
  answer(*attempt.task);
  tasks.forget_if_done(*attempt.task);
}

void pool::impl::answer(task_record& task) {
  if (task.stopping > 0 || !std::exchange(task.is_cancelling, false))
    return;
  auto& out = effects.emplace_back();
  out.what = effect::kind::cancelled;
  out.requester = task.requester;
  out.task_id = task.task_id;
}

void pool::impl::give_back(unit_record& unit) {
  if (unit.held != nowhere)
    return; // Its other attempt goes on.
  --unit.tries;
  ++queued;
  enqueue(unit);
}

/// The attempt that ran is lost; those that waited behind it go elsewhere.
void pool::impl::end_lease(worker_record& worker, time_point now) {
  auto place = worker.first;
  auto first = held.at(place);
  auto& unit = *units.find(first.sequence);
  auto why = failure(errc::timed_out, "worker " + worker.hello.worker()
                                        + " gave no result within "
                                        + std::to_string(worker.lease.count())
                                        + " ms");
  why.set_worker(worker.hello.worker());
  why.set_attempt(first.attempt);
  judge(first, unit, pb::ATTEMPT_END_LOST, why, now);
  note_end(first, unit, pb::ATTEMPT_END_LOST, why, now);
  stop(place, true, now);
  if (!goes_on(unit, first, now))
    retry_or_fail(unit, std::move(why), worker.id, now);
  for (place = first.next; place != nowhere; place = held.at(place).next) {
    if (held.at(place).is_lost)
      continue;
    auto& behind = *units.find(held.at(place).sequence);
    stop(place, true, now);
    give_back(behind);
  }
}

void pool::impl::cut(unit_record& unit, time_point now) {
  while (unit.held != nowhere) { // One, or two.
    if (held.at(unit.held).began <= now)
      note_end(held.at(unit.held), unit, pb::ATTEMPT_END_CANCELLED,
               failure(errc::timed_out, "the task's time is over"), now);
    stop(unit.held, false, now);
  }
  fail_late(unit);
}

void pool::impl::take_back_waiting(worker_record& worker, time_point now) {
  for (auto place = worker.first; place != nowhere;
       place = held.at(place).next) {
    if (place == worker.first || held.at(place).is_lost)
      continue;
    auto& unit = *units.find(held.at(place).sequence);
    stop(place, false, now);
    give_back(unit);
  }
}

void pool::impl::strip(worker_record& worker, errc code, const std::string& why,
                       time_point now) {
  for (bool is_first = true; worker.first != nowhere; is_first = false) {
    auto attempt = let_go(worker.first, now);
    if (attempt.is_lost) {
      stopped(attempt);
      continue;
    }
    auto& unit = *units.find(attempt.sequence);
    if (!is_first) {
      abandon(attempt, unit.kind, now);
      give_back(unit);
      continue;
    }
    auto lost = failure(code, why);
    lost.set_worker(worker.hello.worker());
    lost.set_attempt(attempt.attempt);
    judge(attempt, unit, pb::ATTEMPT_END_LOST, lost, now);
    note_end(attempt, unit, pb::ATTEMPT_END_LOST, lost, now);
    if (!goes_on(unit, attempt, now))
      redo_or_fail(unit, std::move(lost), worker.id, now);
  }
}

void pool::impl::look_at(worker_record& worker, time_point now) {
  if (worker.lease_end <= now) {
    auto& unit = *units.find(held.at(worker.first).sequence);
    unit.deadline <= now ? cut(unit, now) : end_lease(worker, now);
  }
  if (held.first_give_up(worker) <= now) {
    workers.give_up(worker);
    for (auto place = worker.first; place != nowhere;
         place = held.at(place).next) {
      auto& attempt = held.at(place);
      if (attempt.is_lost)
        continue;
      auto& out = effects.emplace_back();
      out.what = effect::kind::cancel;
      out.worker = worker.id;
      out.sequence = attempt.sequence;
      out.attempt = attempt.attempt;
    }
    strip(worker, errc::timed_out,
          "worker " + worker.hello.worker()
            + " did not acknowledge a cancel within "
            + std::to_string(settings.cancel_timeout.count()) + " ms",
          now);
  }
  workers.place(worker, now);
}

void pool::impl::tick(time_point now) {
  while (!retries.empty() && retries.top().due <= now) {
    auto* unit = units.find(retries.top().sequence);
    retries.pop();
    if (unit != nullptr)
      enqueue(*unit);
  }
  while (workers.deadlines().first_due() <= now)
    look_at(*workers.deadlines().first(), now);
  match(now);
  if (next_look <= now)
    speculate(now);
}

} // namespace cohort::runtime::scheduling
