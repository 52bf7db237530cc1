#pragma once

#include <chrono>
#include <cstddef>

namespace cohort::runtime::telemetry {

struct progress_settings {
  size_t message_buffer_size = 1000; // Events per subscriber. >= 1.
  std::chrono::milliseconds progress_update_interval{1000}; // Between batches.
};

} // namespace cohort::runtime::telemetry
