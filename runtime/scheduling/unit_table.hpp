#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "runtime/scheduling/breaker_board.hpp"
#include "runtime/scheduling/pool.hpp"

namespace cohort::runtime::scheduling {

struct task_record;

/// Where there is no place in a table.
inline constexpr uint32_t nowhere = UINT32_MAX;

enum class unit_phase : uint8_t {
  unused,
  blocked,
  ready,
  backing_off,
  running
};

/// What decides about a unit, in two cache lines: with a million units queued,
/// the lines touched are the price of a decision.
struct alignas(64) unit_record {
  double rank = 0;
  uint64_t order = 0;      // Of submission.
  uint32_t index = 0;      // Own place in the table.
  uint32_t generation = 1; // Of whoever has the place.
  unit_phase phase = unit_phase::unused;
  bool is_cpu_bound = false; // And that is limited.
  bool avoids_worker = false;
  work_kind kind = work_kind::any;
  bool is_speculated = false; // It had its second attempt.
  uint32_t specialty = 0;
  uint32_t missing = 0; // Dependencies that are not done.
  uint32_t attempt = 0; // Number of the last dispatch.
  uint32_t tries = 0; // Attempts that began, or may still; two at once are one.
  uint32_t held = nowhere; // While running: its place among the held attempts.
  uint64_t home = 0; // Stands for workspace and tree; 0: any slot will do.

  std::chrono::milliseconds lease{0};
  time_point deadline = time_point::max(); // Its task's.
  uint64_t ticket = 0;
  worker_id avoided = 0;     // Where it failed last.
  uint32_t second = nowhere; // A second attempt beside `held`: its place.
  std::vector<uint64_t> dependents; // Sequences; some may be gone.
  task_record* task = nullptr;

  /// The pool's name for the unit: never the same for two units.
  [[nodiscard]] uint64_t sequence() const {
    return (static_cast<uint64_t>(generation) << 32U) | index;
  }
};

/// All units that are neither finished nor cancelled. Places are reused, under
/// another generation; records do not move.
///
/// Costs: O(1) for everything.
class unit_table {
public:
  /// The unit comes back with its work, and nothing else, filled in.
  unit_record& add(pb::WorkUnit work);
  void remove(unit_record& unit);
  /// nullptr when that unit is gone, or never was.
  [[nodiscard]] unit_record* find(uint64_t sequence);
  [[nodiscard]] unit_record& at(uint32_t index) {
    return chunks_[index / chunk_size]->units[index % chunk_size];
  }
  /// The unit as it was submitted; kept whole, as another attempt may need it.
  [[nodiscard]] const pb::WorkUnit& work_of(const unit_record& unit) const {
    return *chunks_[unit.index / chunk_size]->work[unit.index % chunk_size];
  }

private:
  static constexpr uint32_t chunk_size = 256;

  struct chunk {
    std::array<unit_record, chunk_size> units;
    std::array<std::optional<pb::WorkUnit>, chunk_size> work;
  };

  std::vector<std::unique_ptr<chunk>> chunks_;
  std::vector<uint32_t> unused_;
  uint32_t size_ = 0; // Places that were ever used.
};

} // namespace cohort::runtime::scheduling
