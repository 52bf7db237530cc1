#pragma once

#include <fstream>
#include <string>

#include "messages/v1/telemetry.pb.h"
#include "nodes/options.hpp"
#include "runtime/expected.hpp"

namespace cohort::nodes {

/// Spans that a run keeps for its trace; where there are more, the oldest go.
inline constexpr size_t trace_spans_max = 100'000;

/// The file that a run's trace goes to: opened before the task starts, so that
/// hours of work do not end with a file that cannot be written.
class trace_file {
public:
  /// What was in the file is gone. Errors: invalid_request.
  static runtime::expected<trace_file> open(const std::string& path);

  /// Errors: storage_failed.
  runtime::expected<void> write(const messages::v1::TraceReport& trace,
                                trace_format format);

private:
  trace_file(std::string path, std::ofstream out);

  std::string path_;
  std::ofstream out_;
};

} // namespace cohort::nodes
