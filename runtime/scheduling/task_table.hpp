#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/scheduling/unit_table.hpp"

namespace cohort::runtime::scheduling {

/// What one requester submitted for one task.
struct task_record {
  requester_id requester = 0;
  std::string task_id;
  std::vector<uint64_t> units; // As submitted; some may be gone.
  uint64_t live = 0;           // Of these: those that are not.
  uint64_t stopping = 0;       // Cancelled attempts that have not stopped.
  bool is_cancelling = false;  // Somebody waits for these.
};

/// Tasks that have units or attempts; the others are forgotten.
///
/// Costs: O(log tasks), O(1) for the task that was asked for last; add and
/// remove
///        O(1) on average.
class task_table {
public:
  explicit task_table(unit_table& units);

  /// The task's record, new where there is none.
  task_record& get(requester_id requester, const std::string& task_id);
  /// nullptr where there is none.
  [[nodiscard]] task_record* find(requester_id requester,
                                  const std::string& task_id);
  /// All tasks of the requester, by name.
  [[nodiscard]] std::vector<task_record*> of(requester_id requester);

  /// Unit and task belong together until remove(), which comes after the unit
  /// has left the table of units.
  void add(task_record& task, unit_record& unit);
  void remove(task_record& task);
  /// Forgets the task if nothing is left of it.
  void forget_if_done(task_record& task);

private:
  using key = std::pair<requester_id, std::string_view>; // Into the record.

  unit_table& units_;
  std::map<key, std::unique_ptr<task_record>> tasks_;
  task_record* latest_ = nullptr;
};

} // namespace cohort::runtime::scheduling
