#include <google/protobuf/util/time_util.h>

#include "runtime/resilience/later.hpp"
#include "runtime/scheduling/pool_impl.hpp"

namespace cohort::runtime::scheduling {

namespace {

/// Lanes come in pairs: of a specialty and kind of work, and of its CPU-bound
/// units.
uint32_t lane_of(const unit_record& unit) {
  auto pair = unit.specialty * work_kinds + static_cast<uint32_t>(unit.kind);
  return pair * 2 + (unit.is_cpu_bound ? 1 : 0);
}

} // namespace

uint32_t pool::impl::lanes_end() const {
  return specialties.end() * work_kinds * 2;
}

ready_queue& pool::impl::queue_of(const unit_record& unit) {
  auto& lane = lanes[lane_of(unit)];
  return unit.avoids_worker ? lane.avoiding[unit.avoided] : lane.ready;
}

void pool::impl::enqueue(unit_record& unit) {
  unit.phase = unit_phase::ready;
  queue_of(unit).push(unit);
  active_lanes.insert(lane_of(unit));
}

void pool::impl::match(time_point now) {
  while (workers.has_free() && !is_draining) {
    auto best = best_pairing();
    if (best.from == nullptr)
      return expect_stragglers(now);
    auto& unit = *units.find(best.entry->sequence);
    best.from->pop();
    unit.phase = unit_phase::backing_off; // In no queue any more.
    if (unit.deadline > now)
      assign(unit, *best.to.worker, now);
    else
      fail_late(unit);
  }
}

pool::impl::pairing pool::impl::best_pairing() {
  pairing best;
  auto cpu_is_full = cpu_bound_held >= settings.max_cpu_bound + cores_brought;
  for (auto number = active_lanes.next(0); number;
       number = active_lanes.next(*number + 1)) {
    if (*number % 2 == 1 && cpu_is_full)
      continue;
    auto& lane = lanes[*number];
    consider(lane.ready, best);
    for (auto it = lane.avoiding.begin(); it != lane.avoiding.end();) {
      consider(it->second, best);
      it = it->second.empty() ? lane.avoiding.erase(it) : std::next(it);
    }
    if (lane.ready.empty() && lane.avoiding.empty())
      active_lanes.erase(*number);
  }
  return best;
}

/// All units of one queue fit the same workers, so its first one stands for it.
void pool::impl::consider(ready_queue& queue, pairing& best) {
  auto* first = queue.front(units);
  if (first == nullptr)
    return;
  if (best.from != nullptr && first->how.rank < best.entry->how.rank)
    return;
  auto choice = workers.choose(*units.find(first->sequence), latest);
  if (choice.worker == nullptr)
    return;
  if (best.from != nullptr && first->how.rank == best.entry->how.rank) {
    if (best.to.is_exact && !choice.is_exact)
      return;
    if (best.to.is_exact == choice.is_exact
        && best.entry->how.order < first->how.order)
      return;
  }
  best = {&queue, first, choice};
}

void pool::impl::assign(unit_record& unit, worker_record& worker,
                        time_point now) {
  retried += unit.attempt > 0 ? 1 : 0;
  if (unit.attempt == 0)
    budget.first_attempt();
  --queued;
  unit.phase = unit_phase::running;
  ++unit.tries;
  unit.held = start_attempt(unit, worker, false, now);
}

uint32_t pool::impl::start_attempt(unit_record& unit, worker_record& worker,
                                   bool is_second, time_point now) {
  held_record attempt;
  attempt.sequence = unit.sequence();
  attempt.attempt = ++unit.attempt;
  attempt.worker = &worker;
  attempt.is_cpu_bound = unit.is_cpu_bound;
  attempt.is_second = is_second;
  attempt.assigned = now;
  // Only workers whose breaker lets a call pass are free.
  attempt.call = worker.breaker.allow(now).value_or(attempt.call);
  attempt.pass = breakers.allow(worker.node, unit.kind, now);
  cpu_bound_held += unit.is_cpu_bound ? 1 : 0;
  if (worker.load == 0)
    worker.busy_since = now;
  auto place = held.add(attempt);
  if (worker.load == 1)
    start_lease(worker, now);
  if (unit.home != 0)
    worker.home = unit.home;
  auto& out = effects.emplace_back();
  out.what = effect::kind::assign;
  out.worker = worker.id;
  out.sequence = attempt.sequence;
  out.attempt = attempt.attempt;
  out.assignment.set_sequence(attempt.sequence);
  out.assignment.set_attempt(attempt.attempt);
  out.assignment.set_head_epoch(head_epoch);
  *out.assignment.mutable_unit() = units.work_of(unit);
  if (unit.deadline != time_point::max())
    *out.assignment.mutable_unit()->mutable_time_left()
      = google::protobuf::util::TimeUtil::NanosecondsToDuration(
        std::chrono::nanoseconds{unit.deadline - now}.count());
  workers.place(worker, now);
  return place;
}

void pool::impl::start_lease(worker_record& worker, time_point now) {
  worker.lease_end = time_point::max();
  if (worker.first == nowhere || held.at(worker.first).is_lost)
    return;
  auto& first = held.at(worker.first);
  first.began = std::min(first.began, now);
  auto& unit = *units.find(first.sequence);
  worker.lease = unit.lease;
  worker.lease_end = std::min(resilience::later(now, unit.lease),
                              unit.deadline);
}

} // namespace cohort::runtime::scheduling
