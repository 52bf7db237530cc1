#pragma once

#include <cstdint>
#include <vector>

#include "runtime/scheduling/unit_table.hpp"

namespace cohort::runtime::scheduling {

/// What decides the order of ready units: the longest remaining path first,
/// then the order of submission.
struct urgency {
  double rank = 0; // Not NaN.
  uint64_t order = 0;
};

[[nodiscard]] inline bool is_before(const urgency& a, const urgency& b) {
  return a.rank != b.rank ? a.rank > b.rank : a.order < b.order;
}

/// Ready units, most urgent first. A unit that is cancelled stays as a husk
/// that is skipped when it comes to the front; before husks are the greater
/// part, all of them go.
///
/// Costs: push and pop O(log size), and O(1) for units that come in order.
class ready_queue {
public:
  struct entry {
    urgency how;
    uint64_t sequence;
  };

  void push(const unit_record& unit);
  /// The most urgent unit that is ready, or nullptr.
  [[nodiscard]] const entry* front(unit_table& units);
  /// REQUIRES: front() found an entry.
  void pop();
  /// One of the units that wait here does not any more.
  void left_husk(unit_table& units);
  [[nodiscard]] bool empty() const noexcept {
    return in_order_.size() == next_in_order_ && heap_.empty();
  }

private:
  [[nodiscard]] bool front_is_in_order() const;
  void remove_husks(unit_table& units);

  std::vector<entry> in_order_; // From next_in_order_ on; sorted.
  size_t next_in_order_ = 0;
  std::vector<entry> heap_; // Those that came out of order.
  size_t husks_ = 0;
};

} // namespace cohort::runtime::scheduling
