#include "runtime/scheduling/stragglers.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <string_view>

namespace cohort::runtime::scheduling {

namespace {

constexpr uint32_t sample_size_min = 5;    // To compare with.
constexpr uint32_t sample_size_max = 1024; // Then older ones count half.
constexpr size_t families_max = 256;       // Then all are learned anew.
constexpr double seconds_max = 3600;       // Then older ones count half.

/// A double's exponent and the two bits behind it, for ratios from 2^-18 on.
constexpr uint64_t first_bucket = uint64_t{1023 - 18} << 2U;

size_t bucket_of(double ratio, size_t count) {
  auto bits = std::bit_cast<uint64_t>(std::max(0.0, ratio)) >> 50U;
  return std::min<uint64_t>(std::max(bits, first_bucket) - first_bucket,
                            count - 1);
}

double upper_bound_of(size_t bucket) {
  return std::bit_cast<double>((first_bucket + bucket + 1) << 50U);
}

double predicted(const pb::WorkUnit& unit) {
  return unit.predicted_seconds() > 0 ? unit.predicted_seconds() : 1;
}

uint64_t key_of(const pb::WorkUnit& unit) {
  std::hash<std::string_view> hash;
  uint64_t key = hash(unit.workspace_root());
  if (unit.command().argv_size() > 0)
    key = key * 31 + hash(unit.command().argv(0));
  return key * 31 + static_cast<uint64_t>(unit.work_case());
}

double seconds_of(stragglers::duration span) {
  return std::chrono::duration<double>(span).count();
}

} // namespace

bool may_run_twice(const pb::WorkUnit& unit) {
  switch (unit.work_case()) {
    case pb::WorkUnit::kNoop:
    case pb::WorkUnit::kPrepare:
    case pb::WorkUnit::kCheck:
      return true;
    case pb::WorkUnit::kRepair: // Programs may cost, and act elsewhere.
      return std::none_of(unit.repair().executors().begin(),
                          unit.repair().executors().end(),
                          [](auto& one) { return one.has_command(); });
    case pb::WorkUnit::kCommand:
      return unit.command().repeatable();
    case pb::WorkUnit::kTests: // They run the project's own code.
    case pb::WorkUnit::kCoverage:
    case pb::WorkUnit::kPlanMutants:
    case pb::WorkUnit::kMutants:
    case pb::WorkUnit::WORK_NOT_SET:
      return false;
  }
  return false;
}

stragglers::stragglers(const speculation_settings& settings)
  : settings_{settings} {
  // nop
}

void stragglers::learn(const pb::WorkUnit& unit, duration took) {
  if (families_.size() >= families_max)
    families_.clear();
  auto& own = families_[key_of(unit)];
  if (own.size == sample_size_max) {
    own.size = 0;
    for (auto& count : own.counts) {
      count /= 2;
      own.size += count;
    }
  }
  ++own.counts[bucket_of(seconds_of(took) / predicted(unit), bucket_count)];
  ++own.size;
}

std::optional<stragglers::duration>
stragglers::limit(const pb::WorkUnit& unit) const {
  auto* own = family_of(unit);
  if (own == nullptr)
    return std::nullopt;
  auto late = std::chrono::duration<double>{quantile(*own, 0.9, unit)
                                            * settings_.factor};
  constexpr std::chrono::hours longest{24 * 365};
  return late < longest
           ? std::max<duration>(settings_.least,
                                std::chrono::duration_cast<duration>(late))
           : longest;
}

void stragglers::spend(duration took, bool is_second) {
  seconds_ += seconds_of(took);
  second_seconds_ += is_second ? seconds_of(took) : 0;
  if (seconds_ <= seconds_max)
    return;
  seconds_ /= 2;
  second_seconds_ /= 2;
}

bool stragglers::affords(const pb::WorkUnit& unit, uint32_t running) const {
  auto* own = family_of(unit);
  if (own == nullptr)
    return false;
  auto expected = quantile(*own, 0.5, unit) * (running + 1.0);
  return second_seconds_ + expected <= settings_.budget * seconds_;
}

const stragglers::family*
stragglers::family_of(const pb::WorkUnit& unit) const {
  auto found = families_.find(key_of(unit));
  return found != families_.end() && found->second.size >= sample_size_min
           ? &found->second
           : nullptr;
}

double stragglers::quantile(const family& of, double share,
                            const pb::WorkUnit& unit) {
  uint32_t below = 0;
  size_t bucket = 0;
  while (bucket + 1 < bucket_count
         && (below += of.counts[bucket]) < share * of.size)
    ++bucket;
  return upper_bound_of(bucket) * predicted(unit);
}

} // namespace cohort::runtime::scheduling
