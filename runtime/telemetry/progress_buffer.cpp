#include "runtime/telemetry/progress_buffer.hpp"

#include <algorithm>

namespace cohort::runtime::telemetry {

progress_buffer::progress_buffer(size_t capacity)
  : capacity_{std::max<size_t>(1, capacity)} {
  // nop
}

progress_buffer::key progress_buffer::key_of(const pb::ProgressEvent& event) {
  return {event.task_id(), event.kind(), event.subject()};
}

void progress_buffer::make_room(const key& coming) {
  auto same = newest_.find(coming);
  auto goes = same != newest_.end() ? waiting_.find(same->second)
                                    : waiting_.begin();
  if (same == newest_.end()) {
    // Its key is forgotten with it, unless a newer one of that key waits.
    auto last = newest_.find(key_of(goes->second));
    if (last->second == goes->first)
      newest_.erase(last);
  }
  waiting_.erase(goes);
  ++coalesced_;
}

void progress_buffer::push(pb::ProgressEvent event) {
  auto order = next_++;
  if (event.terminal()) {
    terminal_.emplace_back(order, std::move(event));
    return;
  }
  auto what = key_of(event);
  if (waiting_.size() >= capacity_)
    make_room(what);
  newest_[std::move(what)] = order;
  waiting_.emplace_hint(waiting_.end(), order, std::move(event));
}

pb::ProgressBatch progress_buffer::take() {
  pb::ProgressBatch batch;
  batch.set_coalesced(std::exchange(coalesced_, 0));
  batch.mutable_events()->Reserve(static_cast<int>(size()));
  auto terminal = terminal_.begin();
  auto add_terminal_before = [&](uint64_t order) {
    for (; terminal != terminal_.end() && terminal->first < order; ++terminal)
      *batch.add_events() = std::move(terminal->second);
  };
  for (auto& [order, event] : waiting_) {
    add_terminal_before(order);
    *batch.add_events() = std::move(event);
  }
  add_terminal_before(next_);
  waiting_.clear();
  newest_.clear();
  terminal_.clear();
  return batch;
}

size_t progress_buffer::size() const noexcept {
  return waiting_.size() + terminal_.size();
}

bool progress_buffer::urgent() const noexcept {
  return !terminal_.empty();
}

} // namespace cohort::runtime::telemetry
