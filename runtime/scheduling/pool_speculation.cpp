#include <algorithm>
#include <utility>

#include "runtime/resilience/later.hpp"
#include "runtime/scheduling/pool_impl.hpp"

namespace cohort::runtime::scheduling {

namespace {

/// How long it has been its worker's to do. One that waits there behind
/// another is as late as one that runs.
std::chrono::nanoseconds age_of(const held_record& attempt, time_point now) {
  return now - (attempt.began <= now ? attempt.began : attempt.assigned);
}

std::chrono::nanoseconds time_of(const held_record& attempt, time_point now) {
  return now - std::min(attempt.began, now);
}

} // namespace

void pool::impl::expect_stragglers(time_point now) {
  if (settings.speculation.enabled && next_look == time_point::max()
      && !held.empty())
    next_look = resilience::later(now, settings.speculation.least);
}

void pool::impl::speculate(time_point now) {
  struct straggler {
    double lateness = 0; // Its age, in limits.
    uint32_t place = nowhere;
  };
  std::vector<straggler> found;
  auto next = std::chrono::nanoseconds{settings.speculation.least};
  next_look = time_point::max();
  for (auto& worker : workers.all())
    for (auto place = worker != nullptr ? worker->first : nowhere;
         place != nowhere; place = held.at(place).next) {
      auto& attempt = held.at(place);
      if (attempt.is_lost || units.find(attempt.sequence)->is_speculated)
        continue;
      auto& work = units.work_of(*units.find(attempt.sequence));
      auto limit = may_run_twice(work) ? late.limit(work) : std::nullopt;
      if (!limit)
        continue;
      auto age = age_of(attempt, now);
      if (age < *limit)
        next = std::min(next, *limit - age);
      else
        found.push_back({static_cast<double>(age.count())
                           / static_cast<double>(limit->count()),
                         place});
    }
  std::stable_sort(found.begin(), found.end(),
                   [](auto& a, auto& b) { return a.lateness > b.lateness; });
  for (auto& one : found)
    begin_second(one.place, now);
  if (workers.has_free())
    expect_stragglers(now);
  if (next_look != time_point::max())
    next_look = now + next;
}

void pool::impl::begin_second(uint32_t place, time_point now) {
  auto& first = held.at(place);
  auto& unit = *units.find(first.sequence);
  auto cpu_is_full = cpu_bound_held >= settings.max_cpu_bound + cores_brought;
  if (unit.deadline <= now || (unit.is_cpu_bound && cpu_is_full)
      || !late.affords(units.work_of(unit), seconds_held))
    return;
  auto* worker = workers.choose_second(unit, *first.worker, now);
  if (worker == nullptr)
    return;
  ++speculated;
  ++seconds_held;
  unit.is_speculated = true;
  unit.second = start_attempt(unit, *worker, true, now);
}

uint32_t pool::impl::current(const unit_record& unit,
                             const worker_record& worker, uint32_t attempt) {
  for (auto place : {unit.held, unit.second})
    if (place != nowhere && held.at(place).attempt == attempt
        && held.at(place).worker == &worker)
      return place;
  return nowhere;
}

void pool::impl::release(unit_record& unit, uint32_t place, time_point now) {
  auto& attempt = held.at(place);
  auto took = time_of(attempt, now);
  late.spend(took, attempt.is_second);
  if (attempt.is_second) {
    speculated_time += took;
    --seconds_held;
  }
  if (place == unit.held)
    unit.held = std::exchange(unit.second, nowhere);
  else
    unit.second = nowhere;
}

bool pool::impl::goes_on(const unit_record& unit, const held_record& attempt,
                         time_point now) {
  if (unit.held == nowhere)
    return false;
  wasted_time += time_of(attempt, now);
  return true;
}

void pool::impl::outrun(unit_record& unit, time_point now) {
  if (unit.held == nowhere)
    return;
  auto& other = held.at(unit.held);
  wasted_time += time_of(other, now);
  if (other.began <= now)
    note_end(other, unit, pb::ATTEMPT_END_OUTRUN,
             failure(errc::cancelled, "another attempt answered first"), now);
  stop(unit.held, false, now);
}

} // namespace cohort::runtime::scheduling
