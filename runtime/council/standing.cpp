#include "runtime/council/standing.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/council/verdict.hpp"

namespace cohort::runtime::council {

namespace {

constexpr size_t verdict_bytes_max = 1 << 20;
constexpr double claimed_min = 0.5;
constexpr double claimed_max = 2;
constexpr double coin_throws = 10;
constexpr double coin_brier = 0.25;

bool is_share(double value) {
  return value >= 0 && value <= 1;
}

} // namespace

bool has_sense(const pb::Verdict& verdict, uint64_t review, uint32_t round) {
  return verdict.review() == review && verdict.round() == round
         && !verdict.judge().empty() && pb::Opinion_IsValid(verdict.opinion())
         && verdict.opinion() != pb::OPINION_UNSPECIFIED
         && is_share(verdict.probability()) && std::isfinite(verdict.weight())
         && verdict.weight() > 0 && verdict.ByteSizeLong() <= verdict_bytes_max
         && verdict.amendments_size() <= said_max
         && std::all_of(verdict.findings().begin(), verdict.findings().end(),
                        [](auto& x) { return is_share(x.severity()); })
         && std::all_of(verdict.predictions().begin(),
                        verdict.predictions().end(),
                        [](auto& x) { return is_share(x.probability()); });
}

double standing_of(const pb::JudgeRecord& record) {
  auto count = static_cast<double>(record.predictions());
  auto sum = record.brier_sum();
  if (!(sum >= 0 && sum <= count))
    return 1;
  auto mean = (coin_throws * coin_brier + sum) / (coin_throws + count);
  return std::exp2(1 - mean / coin_brier);
}

double weight_of(const pb::Verdict& verdict, const pb::ReviewRequest& request) {
  auto claimed = std::clamp(verdict.weight(), claimed_min, claimed_max);
  for (auto& record : request.judges())
    if (record.judge() == verdict.judge())
      return claimed * standing_of(record);
  return claimed;
}

} // namespace cohort::runtime::council
