#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/expected.hpp"

namespace cohort::runtime::chaos {

/// What can be made to go wrong.
enum class fault : uint8_t {
  kill_worker, // Whoever starts a program dies, and the program is killed.
  hang_worker, // A program stops, and does not end.
  fail_disk,   // The journal cannot be written any more: the disk is full.
  slow_node,   // Every program takes ten times as long.
  drop_link,   // The connection to the head breaks.
};

/// Which process faults are for.
enum class place : uint8_t { run, node };

/// When it strikes, from 1: fail_disk with a write of the journal, slow_node
/// at once, all others with the start of a program.
struct strike {
  fault what = fault::kill_worker;
  uint64_t at = 1;

  friend bool operator==(const strike&, const strike&) = default;
};

/// Which faults a process meets, and when.
///
/// Pure. The same text is the same plan: where it does not say when, its seed
/// does.
class plan {
public:
  /// "SEED:FAULT[@N],...", for instance "7:kill-worker@3,hang-worker": the
  /// worker that starts the third program dies, and one of the first ten
  /// programs hangs. Errors: invalid_request, with what is allowed.
  static expected<plan> parse(std::string_view text, place where);

  [[nodiscard]] const std::vector<strike>& strikes() const {
    return strikes_;
  }
  /// Whether the fault strikes with that program, or that write.
  [[nodiscard]] bool strikes(fault what, uint64_t number) const;
  /// Whether it struck with that number, or before.
  [[nodiscard]] bool holds(fault what, uint64_t number) const;

private:
  std::vector<strike> strikes_; // As they were asked for.
};

/// "kill-worker"
[[nodiscard]] std::string to_string(fault what);

} // namespace cohort::runtime::chaos
