#include "runtime/scheduling/held_table.hpp"

#include <algorithm>

namespace cohort::runtime::scheduling {

uint32_t held_table::add(const held_record& attempt) {
  if (unused_.empty()) {
    unused_.push_back(static_cast<uint32_t>(held_.size()));
    held_.emplace_back();
  }
  auto place = unused_.back();
  unused_.pop_back();
  auto& worker = *attempt.worker;
  held_[place] = attempt;
  held_[place].previous = worker.last;
  held_[place].next = nowhere;
  (worker.last == nowhere ? worker.first : held_[worker.last].next) = place;
  worker.last = place;
  ++worker.load;
  return place;
}

void held_table::remove(uint32_t place) {
  auto& held = held_[place];
  auto& worker = *held.worker;
  (held.previous == nowhere ? worker.first : held_[held.previous].next)
    = held.next;
  (held.next == nowhere ? worker.last : held_[held.next].previous)
    = held.previous;
  --worker.load;
  worker.lost -= held.is_lost ? 1 : 0;
  worker.expired -= held.is_expired ? 1 : 0;
  held = held_record{};
  unused_.push_back(place);
}

uint32_t held_table::find(const worker_record& worker, uint64_t sequence,
                          uint32_t attempt) const {
  auto place = worker.first;
  while (
    place != nowhere
    && (held_[place].sequence != sequence || held_[place].attempt != attempt))
    place = held_[place].next;
  return place;
}

time_point held_table::first_give_up(const worker_record& worker) const {
  auto first = time_point::max();
  if (worker.lost > 0)
    for (auto place = worker.first; place != nowhere; place = held_[place].next)
      first = std::min(first, held_[place].give_up);
  return first;
}

} // namespace cohort::runtime::scheduling
