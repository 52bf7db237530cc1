#include "runtime/scheduling/ready_queue.hpp"

#include <algorithm>

namespace cohort::runtime::scheduling {

namespace {

/// For std heaps, which keep the largest in front.
bool is_after(const ready_queue::entry& a, const ready_queue::entry& b) {
  return is_before(b.how, a.how);
}

bool is_husk(unit_table& units, const ready_queue::entry& entry) {
  return units.find(entry.sequence) == nullptr;
}

} // namespace

void ready_queue::push(const unit_record& unit) {
  entry added{{unit.rank, unit.order}, unit.sequence()};
  if (in_order_.size() == next_in_order_) {
    in_order_.clear();
    next_in_order_ = 0;
  }
  if (in_order_.empty() || is_before(in_order_.back().how, added.how)) {
    in_order_.push_back(added);
    return;
  }
  heap_.push_back(added);
  std::push_heap(heap_.begin(), heap_.end(), is_after);
}

bool ready_queue::front_is_in_order() const {
  if (next_in_order_ == in_order_.size())
    return false;
  return heap_.empty()
         || is_before(in_order_[next_in_order_].how, heap_.front().how);
}

const ready_queue::entry* ready_queue::front(unit_table& units) {
  while (!empty()) {
    auto& first = front_is_in_order() ? in_order_[next_in_order_]
                                      : heap_.front();
    if (husks_ == 0 || !is_husk(units, first))
      return &first;
    --husks_;
    pop();
  }
  return nullptr;
}

void ready_queue::pop() {
  if (!front_is_in_order()) {
    std::pop_heap(heap_.begin(), heap_.end(), is_after);
    heap_.pop_back();
    return;
  }
  ++next_in_order_;
  // What was taken is given back once it is the greater part.
  if (next_in_order_ >= 64 && next_in_order_ * 2 > in_order_.size()) {
    in_order_.erase(in_order_.begin(),
                    in_order_.begin()
                      + static_cast<std::ptrdiff_t>(next_in_order_));
    next_in_order_ = 0;
  }
}

void ready_queue::left_husk(unit_table& units) {
  ++husks_;
  auto waiting = in_order_.size() - next_in_order_ + heap_.size();
  if (husks_ >= 64 && husks_ * 2 > waiting)
    remove_husks(units);
}

void ready_queue::remove_husks(unit_table& units) {
  auto drop = [&](auto& x) { return is_husk(units, x); };
  in_order_.erase(in_order_.begin(),
                  in_order_.begin()
                    + static_cast<std::ptrdiff_t>(next_in_order_));
  next_in_order_ = 0;
  std::erase_if(in_order_, drop);
  std::erase_if(heap_, drop);
  std::make_heap(heap_.begin(), heap_.end(), is_after);
  husks_ = 0;
}

} // namespace cohort::runtime::scheduling
