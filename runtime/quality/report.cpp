#include "runtime/quality/report.hpp"

#include <utility>

namespace cohort::runtime::quality {

pb::GateReport make_report(pb::GateKind kind, pb::GateVerdict verdict,
                           double score, std::string details) {
  pb::GateReport report;
  report.set_kind(kind);
  report.set_verdict(verdict);
  report.set_score(score);
  report.set_threshold(1);
  report.set_details(std::move(details));
  return report;
}

std::string name_some(const std::vector<std::string>& names) {
  constexpr size_t shown_max = 3;
  std::string result;
  for (size_t i = 0; i < names.size() && i < shown_max; ++i)
    result += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > shown_max)
    result += " and " + std::to_string(names.size() - shown_max) + " more";
  return result;
}

std::string count_of(size_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

std::string percent(double share) {
  return std::to_string(static_cast<int>(share * 100 + 1e-9)) + " %";
}

double share_of(size_t part, size_t all) {
  return all == 0 ? 1 : static_cast<double>(part) / static_cast<double>(all);
}

} // namespace cohort::runtime::quality
