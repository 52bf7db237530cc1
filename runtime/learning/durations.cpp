#include "runtime/learning/durations.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "runtime/learning/predictions.hpp"

namespace cohort::runtime::learning {

namespace {

constexpr uint64_t durations_kept = 64;
constexpr double first_spread = 0.7;  // Of logarithms: a factor of two.
constexpr double least_spread = 0.2;  // Less is luck.
constexpr double far_in_spreads = 3;  // What is farther counts as that far.
constexpr double log_ratio_max = 4.6; // A factor of a hundred.

bool is_time(double seconds) {
  return std::isfinite(seconds) && seconds > 0;
}

/// Logarithm of a ratio that may have been made up.
double log_of(double ratio) {
  return is_time(ratio)
           ? std::clamp(std::log(ratio), -log_ratio_max, log_ratio_max)
           : 0;
}

double model_seconds(const pb::Subtask& subtask) {
  return is_time(subtask.model_seconds()) ? subtask.model_seconds()
                                          : subtask.effort_seconds();
}

bool is_same(const pb::Specialty& x, const pb::Specialty& y) {
  return x.kind() == y.kind() && x.custom_name() == y.custom_name();
}

struct kind_name {
  std::string error_type;
  uint32_t size_class = 0;
};

/// From the widest to the closest.
std::vector<kind_name> names_of(const pb::Subtask& subtask) {
  std::vector<kind_name> result{{"", 0}};
  if (subtask.error_type().empty())
    return result;
  result.push_back({subtask.error_type(), 0});
  if (auto size = size_class_of(subtask); size > 0)
    result.push_back({subtask.error_type(), size});
  return result;
}

} // namespace

uint32_t size_class_of(const pb::Subtask& subtask) {
  return static_cast<uint32_t>(
    std::bit_width(static_cast<unsigned>(subtask.diagnostics_size())));
}

std::vector<pb::DurationRecord> durations_of(const pb::TaskResult& result) {
  using kind = std::tuple<int, std::string, std::string, uint32_t>;
  std::map<kind, pb::DurationRecord> records;
  auto ends = ends_of(result);
  for (auto& subtask : result.plan().subtasks()) {
    auto found = ends.find(subtask.id());
    if (found == ends.end() || found->second.has_failed
        || !is_time(found->second.work_seconds)
        || !is_time(model_seconds(subtask)))
      continue;
    for (auto& name : names_of(subtask)) {
      pb::DurationRecord one;
      *one.mutable_specialty() = subtask.specialty();
      one.set_error_type(name.error_type);
      one.set_size_class(name.size_class);
      one.set_ended(1);
      one.set_ratio(found->second.work_seconds / model_seconds(subtask));
      one.set_spread(1);
      auto& record
        = records[{one.specialty().kind(), one.specialty().custom_name(),
                   name.error_type, name.size_class}];
      record = sum(record, one);
    }
  }
  std::vector<pb::DurationRecord> lessons;
  for (auto& entry : records)
    lessons.push_back(std::move(entry.second));
  return lessons;
}

pb::DurationRecord sum(const pb::DurationRecord& known,
                       const pb::DurationRecord& more) {
  auto result = more;
  auto before = std::min(known.ended(), durations_kept);
  auto added = std::min(more.ended(), durations_kept);
  result.set_ended(std::min(before + added, durations_kept));
  if (before + added == 0)
    return result;
  auto mean = before == 0 ? 0 : log_of(known.ratio());
  auto spread = before == 0 ? first_spread : log_of(known.spread());
  auto part = static_cast<double>(added) / static_cast<double>(before + added);
  auto bound = far_in_spreads * std::max(spread, least_spread);
  auto off = std::clamp(log_of(more.ratio()) - mean, -bound, bound);
  result.set_ratio(std::exp(mean + part * off));
  // The first alone says nothing of how far others will be.
  if (before > 0)
    spread += part * (std::max(std::abs(off), log_of(more.spread())) - spread);
  result.set_spread(std::exp(std::max(0.0, spread)));
  return result;
}

double factor_for(const pb::Subtask& subtask,
                  const std::vector<pb::DurationRecord>& known) {
  double log_factor = 0;
  for (auto& name : names_of(subtask)) {
    auto found = std::find_if(known.begin(), known.end(), [&](auto& record) {
      return record.ended() > 0
             && is_same(record.specialty(), subtask.specialty())
             && record.error_type() == name.error_type
             && record.size_class() == name.size_class;
    });
    if (found == known.end())
      continue;
    auto count = static_cast<double>(std::min(found->ended(), durations_kept));
    log_factor = (count * log_of(found->ratio()) + log_factor) / (count + 1);
  }
  return std::exp(log_factor);
}

int correct_efforts(pb::Decomposition& plan,
                    const std::vector<pb::DurationRecord>& known) {
  auto changed = 0;
  for (auto& subtask : *plan.mutable_subtasks()) {
    auto model = model_seconds(subtask);
    auto factor = factor_for(subtask, known);
    if (!is_time(model) || factor == 1)
      continue;
    subtask.set_model_seconds(model);
    subtask.set_effort_seconds(model * factor);
    if (std::abs(factor - 1) >= 0.1)
      ++changed;
  }
  return changed;
}

} // namespace cohort::runtime::learning
