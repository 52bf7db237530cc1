#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "messages/v1/telemetry.pb.h"

namespace cohort::runtime::telemetry {

namespace pb = messages::v1;

/// The newest spans: where there is no room, the oldest goes and is counted.
///
/// Costs: O(1) for each span; O(all) for a report. A span is some 700 bytes.
class span_buffer {
public:
  explicit span_buffer(size_t capacity);

  void push(pb::AttemptSpan span);
  /// Adds the task's spans, in order of arrival, and how many spans are gone.
  void report(const std::string& task_id, pb::TraceReport& to) const;

private:
  size_t capacity_;
  uint64_t dropped_ = 0;
  std::deque<pb::AttemptSpan> spans_;
};

} // namespace cohort::runtime::telemetry
