#include "runtime/scheduling/deadline_heap.hpp"

#include "runtime/scheduling/fleet.hpp"

namespace cohort::runtime::scheduling {

bool deadline_heap::is_before(const entry& a, const entry& b) {
  return a.due != b.due ? a.due < b.due : a.worker->id < b.worker->id;
}

void deadline_heap::put(size_t position, entry what) {
  heap_[position] = what;
  what.worker->deadline_place = static_cast<uint32_t>(position);
}

/// Puts the entry where it belongs, beginning with a hole at `position`.
void deadline_heap::sift(size_t position, entry what) {
  while (position > 0 && is_before(what, heap_[(position - 1) / 2])) {
    put(position, heap_[(position - 1) / 2]);
    position = (position - 1) / 2;
  }
  for (;;) {
    auto child = 2 * position + 1;
    if (child + 1 < heap_.size() && is_before(heap_[child + 1], heap_[child]))
      ++child;
    if (child >= heap_.size() || !is_before(heap_[child], what))
      break;
    put(position, heap_[child]);
    position = child;
  }
  put(position, what);
}

void deadline_heap::set(worker_record& worker, time_point due) {
  auto place = worker.deadline_place;
  if (due == time_point::max()) {
    if (place == nowhere)
      return;
    worker.deadline_place = nowhere;
    auto last = heap_.back();
    heap_.pop_back();
    if (last.worker != &worker)
      sift(place, last);
    return;
  }
  if (place == nowhere) {
    heap_.emplace_back();
    sift(heap_.size() - 1, {due, &worker});
  } else if (heap_[place].due != due) {
    sift(place, {due, &worker});
  }
}

worker_record* deadline_heap::first() const {
  return heap_.empty() ? nullptr : heap_.front().worker;
}

time_point deadline_heap::first_due() const {
  return heap_.empty() ? time_point::max() : heap_.front().due;
}

} // namespace cohort::runtime::scheduling
