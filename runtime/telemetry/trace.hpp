#pragma once

#include <string>

#include "messages/v1/telemetry.pb.h"

/// Where the time of a task went, for programs that draw it.
///
/// Pure. The same report gives the same bytes: ids follow from the task's and
/// from what the pool called the attempts.
/// Units:  nanoseconds (OTLP) and microseconds (Chrome) since 1970.
/// Source: OTLP/JSON, opentelemetry-proto 1.0 ("JSON Protobuf Encoding": ids in
///         hexadecimal, 64-bit numbers as strings); Chrome's "Trace Event
///         Format", complete events.
namespace cohort::runtime::telemetry {

namespace pb = messages::v1;

/// One trace: a root span for the task, and below it a span for each attempt.
[[nodiscard]] std::string to_otlp_json(const pb::TraceReport& trace);

/// For chrome://tracing and Perfetto: a process for each node, in it a row for
/// each worker; the task has a row of its own.
[[nodiscard]] std::string to_chrome_json(const pb::TraceReport& trace);

} // namespace cohort::runtime::telemetry
