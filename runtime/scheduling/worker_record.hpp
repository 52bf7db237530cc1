#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "runtime/resilience/circuit_breaker.hpp"
#include "runtime/scheduling/unit_table.hpp"

namespace cohort::runtime::scheduling {

struct worker_record {
  worker_record(worker_id number, const pb::WorkerHello& greeting,
                uint32_t node, const resilience::breaker_settings& settings);

  worker_id id;
  pb::WorkerHello hello;
  uint32_t node; // Its number on the breaker board.
  uint32_t credits;
  uint32_t slot = nowhere; // Its place in the fleet; ascends with the id.
  std::vector<uint32_t> specialties; // Without repetition.
  bool is_generalist = false;

  uint32_t first = nowhere; // What it holds, in the order of execution.
  uint32_t last = nowhere;
  uint32_t load = 0;
  std::chrono::milliseconds lease{0}; // Of the first one, if that is not lost;
  time_point lease_end = time_point::max(); // else no time.
  uint32_t lost = 0;
  uint32_t expired = 0;     // Of the lost ones: those that quarantine it.
  bool is_given_up = false; // Retires, or never answered a cancel.
  resilience::circuit_breaker breaker;

  uint32_t free_bucket = nowhere; // Where it stands among the free ones.
  uint32_t deadline_place = nowhere;
  uint64_t home = 0; // Workspace and tree that its slot holds; 0: unknown.

  uint64_t finished = 0;
  pb::ExecutionMetrics metrics; // Of all its attempts.
  uint64_t failed = 0;
  std::chrono::nanoseconds busy{0}; // Until busy_since, if it holds anything.
  time_point busy_since;

  /// Gets nothing: what it does after a lost attempt is not known.
  [[nodiscard]] bool is_quarantined() const {
    return is_given_up || expired > 0;
  }
};

} // namespace cohort::runtime::scheduling
