#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "messages/v1/assignment.pb.h"
#include "runtime/scheduling/settings.hpp"

namespace cohort::runtime::scheduling {

namespace pb = messages::v1;

/// Whether two attempts at the unit may run at once. What stays inside of a
/// slot may. A project's tests may not: they may use a port, or a file outside.
/// Of a program, whoever asks for it knows.
[[nodiscard]] bool may_run_twice(const pb::WorkUnit& unit);

/// From when on an attempt is a straggler, and whether a second one at its unit
/// is worth its time.
///
/// Units are compared with those of their family: the same kind of work in the
/// same workspace. What counts is how many times its prediction an attempt
/// took: a prediction that tells large from small sharpens the limit, one that
/// is always the same does no harm, and one that is often wrong makes the limit
/// a distant one.
///
/// Pure:   no clock; same calls, same answers.
/// Units:  durations, and seconds as `double`.
/// Costs:  O(log families) for each call, a few dozen steps for a limit; 600
///         bytes a family, some hundred families.
/// Source: backup tasks (Dean and Ghemawat, MapReduce, OSDI 2004, 3.6); only
///         what is late among its like, and with a cap (Zaharia et al.,
///         Improving MapReduce Performance in Heterogeneous Environments, OSDI
///         2008); a quantile as the limit (Dean and Barroso, The Tail at Scale,
///         CACM 2013).
class stragglers {
public:
  using duration = std::chrono::nanoseconds;

  explicit stragglers(const speculation_settings& settings);

  /// An attempt brought the unit's result after that time.
  void learn(const pb::WorkUnit& unit, duration took);
  /// The age from which an attempt at the unit is late: `factor` times what
  /// nine of ten of its family took, at least `least`. Nothing as long as too
  /// few of its family have ended.
  [[nodiscard]] std::optional<duration> limit(const pb::WorkUnit& unit) const;

  /// An attempt is over, however it ended.
  void spend(duration took, bool is_second);
  /// Whether one more second attempt fits into the budget, beside `running`
  /// others like it: what second ones take stays below a share of what all
  /// attempts took lately.
  [[nodiscard]] bool affords(const pb::WorkUnit& unit, uint32_t running) const;

private:
  /// Four buckets for each power of two.
  static constexpr size_t bucket_count = 144;

  struct family {
    std::array<uint32_t, bucket_count> counts{};
    uint32_t size = 0;
  };

  [[nodiscard]] const family* family_of(const pb::WorkUnit& unit) const;
  /// Seconds that this share of the family did not exceed. REQUIRES: size > 0.
  [[nodiscard]] static double quantile(const family& of, double share,
                                       const pb::WorkUnit& unit);

  const speculation_settings settings_;
  std::map<uint64_t, family> families_;
  double seconds_ = 0;        // Of all attempts, the last ones mostly.
  double second_seconds_ = 0; // Of second ones among them.
};

} // namespace cohort::runtime::scheduling
