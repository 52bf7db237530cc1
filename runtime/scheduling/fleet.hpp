#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/scheduling/deadline_heap.hpp"
#include "runtime/scheduling/held_table.hpp"
#include "runtime/scheduling/slot_set.hpp"
#include "runtime/scheduling/specialty_table.hpp"

namespace cohort::runtime::scheduling {

/// All workers, by what they can do and how much they hold.
///
/// Costs: O(specialties of the worker) for each change of load: a free worker
/// is
///        one bit for each of them; O(log workers) for its deadline.
class fleet {
public:
  fleet(const resilience::breaker_settings& settings, breaker_board& breakers,
        specialty_table& specialties, const held_table& held);

  /// Returns nullptr when the id is taken.
  worker_record* add(worker_id id, const pb::WorkerHello& hello);
  /// REQUIRES: the worker holds nothing.
  void remove(worker_record& worker);
  [[nodiscard]] worker_record* find(worker_id id) const;
  /// By id; the places of workers that have left are nullptr.
  [[nodiscard]] const std::vector<std::unique_ptr<worker_record>>& all() const {
    return workers_;
  }

  /// Puts the worker where its load and state say that it belongs, and notes
  /// when it has to be looked at next.
  void place(worker_record& worker, time_point now);
  /// The worker will never get anything again.
  void give_up(worker_record& worker);

  [[nodiscard]] bool has_free() const {
    return free_ > 0;
  }
  struct choice {
    worker_record* worker = nullptr; // nullptr: nobody.
    bool is_exact = false;
  };
  /// The free worker for a unit: the least loaded first, so that nothing waits
  /// behind another unit while somebody is idle; then one of exactly the
  /// specialty before a generalist, one whose slot holds the unit's tree, and
  /// the lowest id. Where the unit failed last it comes again only when no
  /// other worker that fits is there, busy or not. Where a breaker keeps it
  /// away it does not come; that costs O(workers) while one is not closed.
  [[nodiscard]] choice choose(const unit_record& unit, time_point now) const;
  /// The idle worker for a second attempt beside the one on `first`, or
  /// nullptr: on another node if somebody is idle there, not where the unit
  /// failed last, and not where a breaker keeps it away.
  [[nodiscard]] worker_record* choose_second(const unit_record& unit,
                                             const worker_record& first,
                                             time_point now) const;

  [[nodiscard]] const deadline_heap& deadlines() const {
    return deadlines_;
  }

private:
  /// Loads from the last one on count as equal.
  static constexpr uint32_t buckets = 64;

  struct group {
    std::array<slot_set, buckets> free; // Workers of one specialty, by load.
    uint64_t occupied = 0;              // A bit for each that is not empty.
    uint32_t only_this = 0;             // Not given up, and no generalists.
  };
  struct candidate {
    worker_record* worker = nullptr;
    uint32_t bucket = buckets;
  };

  void leave_free(worker_record& worker);
  void enter_free(worker_record& worker, uint32_t bucket);
  void count_usable(const worker_record& worker, int change);
  [[nodiscard]] candidate
  first_free(uint32_t specialty, const unit_record& unit,
             const worker_record* avoided, time_point now) const;
  [[nodiscard]] bool may_do(const worker_record& worker,
                            const unit_record& unit, time_point now) const;
  /// How many workers, busy or not, fit the unit.
  [[nodiscard]] uint32_t usable_for(const unit_record& unit) const;
  void renumber();

  const resilience::breaker_settings& settings_; // Of workers' own.
  breaker_board& breakers_;
  specialty_table& specialties_;
  const held_table& held_;
  std::vector<group> groups_; // By specialty.
  uint32_t generalists_ = 0;  // Not given up.
  uint32_t free_ = 0;
  std::vector<std::unique_ptr<worker_record>> workers_; // By slot.
  std::vector<worker_id> ids_;                          // By slot; ascending.
  size_t gone_ = 0; // Slots of workers that have left.
  deadline_heap deadlines_;
};

} // namespace cohort::runtime::scheduling
