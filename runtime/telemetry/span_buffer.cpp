#include "runtime/telemetry/span_buffer.hpp"

#include <utility>

namespace cohort::runtime::telemetry {

span_buffer::span_buffer(size_t capacity) : capacity_{capacity} {
  // nop
}

void span_buffer::push(pb::AttemptSpan span) {
  spans_.push_back(std::move(span));
  if (spans_.size() <= capacity_)
    return;
  spans_.pop_front();
  ++dropped_;
}

void span_buffer::report(const std::string& task_id,
                         pb::TraceReport& to) const {
  for (auto& span : spans_)
    if (span.task_id() == task_id)
      *to.add_spans() = span;
  to.set_dropped(dropped_);
}

} // namespace cohort::runtime::telemetry
