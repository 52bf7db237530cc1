#pragma once

#include <vector>

#include "runtime/scheduling/task_table.hpp"
#include "runtime/scheduling/worker_record.hpp"

namespace cohort::runtime::scheduling {

/// An attempt that a worker holds.
struct held_record {
  uint64_t sequence = 0;
  uint32_t attempt = 0;
  worker_record* worker = nullptr;
  uint32_t previous = nowhere; // Of the same worker.
  uint32_t next = nowhere;
  bool is_cpu_bound = false;
  bool is_second = false;      // It began beside another at its unit.
  bool is_lost = false;        // Told to stop; waits for the worker's word.
  bool is_expired = false;     // Lost with its worker's trust.
  task_record* task = nullptr; // Of a lost one.
  time_point give_up = time_point::max(); // Of a lost one: on that word.
  resilience::circuit_breaker::call call; // Of the worker's breaker.
  breaker_board::pass pass;
  time_point assigned;
  time_point began = time_point::max(); // As its worker's oldest; max: not yet.
};

/// All attempts that workers hold: one list for each worker, oldest first.
///
/// Costs: O(1); find() O(what the worker holds).
class held_table {
public:
  /// Puts the attempt behind what its worker holds; returns its place.
  uint32_t add(const held_record& attempt);
  /// The place may be used again.
  void remove(uint32_t place);
  [[nodiscard]] held_record& at(uint32_t place) {
    return held_[place];
  }
  [[nodiscard]] bool empty() const noexcept {
    return held_.size() == unused_.size();
  }
  /// Returns the place, or `nowhere`.
  [[nodiscard]] uint32_t find(const worker_record& worker, uint64_t sequence,
                              uint32_t attempt) const;
  /// The earliest time at which one of the worker's lost attempts is given up.
  [[nodiscard]] time_point first_give_up(const worker_record& worker) const;

private:
  std::vector<held_record> held_;
  std::vector<uint32_t> unused_;
};

} // namespace cohort::runtime::scheduling
