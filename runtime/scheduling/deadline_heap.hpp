#pragma once

#include <vector>

#include "runtime/scheduling/pool.hpp"

namespace cohort::runtime::scheduling {

struct worker_record;

/// When each worker has to be looked at next; the earliest first, among equals
/// the lowest worker id.
///
/// Costs: set O(log workers), first O(1).
class deadline_heap {
public:
  /// time_point::max() takes the worker out.
  void set(worker_record& worker, time_point due);
  /// nullptr when no worker waits for a time.
  [[nodiscard]] worker_record* first() const;
  [[nodiscard]] time_point first_due() const;

private:
  struct entry {
    time_point due;
    worker_record* worker;
  };

  [[nodiscard]] static bool is_before(const entry& a, const entry& b);
  void put(size_t position, entry what);
  void sift(size_t position, entry what);

  std::vector<entry> heap_; // A worker's place is in its record.
};

} // namespace cohort::runtime::scheduling
