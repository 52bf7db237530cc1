#pragma once

#include <algorithm>
#include <cstdint>

#include <google/protobuf/util/time_util.h>

#include "messages/v1/telemetry.pb.h"

namespace cohort::runtime::telemetry {

/// From when to when, in nanoseconds since 1970.
struct time_range {
  int64_t started = 0;
  int64_t ended = 0;
};

inline time_range range_of(const messages::v1::AttemptSpan& span) {
  using google::protobuf::util::TimeUtil;
  return {TimeUtil::TimestampToNanoseconds(span.started()),
          TimeUtil::TimestampToNanoseconds(span.ended())};
}

/// Of the whole task: as it was heard of, and wide enough for all its spans.
inline time_range range_of(const messages::v1::TraceReport& trace) {
  using google::protobuf::util::TimeUtil;
  time_range result{INT64_MAX, 0};
  if (trace.has_started())
    result.started = TimeUtil::TimestampToNanoseconds(trace.started());
  if (trace.has_ended())
    result.ended = TimeUtil::TimestampToNanoseconds(trace.ended());
  for (auto& span : trace.spans()) {
    auto one = range_of(span);
    result.started = std::min(result.started, one.started);
    result.ended = std::max(result.ended, one.ended);
  }
  if (result.started == INT64_MAX)
    result.started = result.ended; // Nothing was heard of it.
  result.ended = std::max(result.ended, result.started);
  return result;
}

} // namespace cohort::runtime::telemetry
