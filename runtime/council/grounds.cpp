#include "runtime/council/grounds.hpp"

#include <algorithm>

#include "runtime/council/measures.hpp"
#include "runtime/council/verdict.hpp"

namespace cohort::runtime::council {

grounds::grounds(const pb::ReviewRequest& request)
  : is_oversized_{is_oversized(request)} {
  if (is_oversized_)
    return;
  auto& plan = request.decomposition();
  auto id = [&](size_t i) { return plan.subtasks(static_cast<int>(i)).id(); };
  for (auto& found : find_clashes(request))
    clashes_[{id(found.first), id(found.second)}]
      = council::severity_of(found, request);
  auto balance = measure_balance(request);
  is_uneven_ = balance.is_uneven();
  for (auto i : balance.heavy)
    heavy_.insert(id(i));
  for (auto i : measure_granularity(request).small)
    small_.insert(id(i));
  for (auto& risk : find_risks(request))
    if (risk.is_needless)
      needless_.emplace(id(risk.subtask), risk.severity);
  for (auto& subtask : plan.subtasks()) {
    auto* record = record_of(subtask.specialty(), subtask.error_type(),
                             request);
    if (record != nullptr && mostly_fails(*record))
      failing_.insert(subtask.id());
  }
}

double grounds::clash(const std::string& x, const std::string& y) const {
  for (auto& pair : {std::pair{x, y}, std::pair{y, x}})
    if (auto found = clashes_.find(pair); found != clashes_.end())
      return found->second;
  return 0;
}

bool grounds::bear_out(const pb::Finding& finding) const {
  if (is_oversized_)
    return finding.subtasks().empty();
  auto& named = finding.subtasks();
  auto any_in = [&](auto& ids) {
    return std::any_of(named.begin(), named.end(),
                       [&](auto& id) { return ids.count(id) > 0; });
  };
  switch (finding.kind()) {
    case pb::FINDING_KIND_CONFLICT:
      return named.size() == 2 && clash(named[0], named[1]) > 0;
    case pb::FINDING_KIND_IMBALANCE:
      return is_uneven_ && any_in(heavy_);
    case pb::FINDING_KIND_GRANULARITY:
      return small_.size() > 1 && any_in(small_);
    case pb::FINDING_KIND_REGRESSION:
      return any_in(needless_);
    case pb::FINDING_KIND_HISTORY:
      return any_in(failing_);
    default:
      return false; // Invariants are not for judges to find.
  }
}

double grounds::severity_of(const pb::Finding& finding) const {
  if (!bear_out(finding) || is_oversized_)
    return 0;
  auto& named = finding.subtasks();
  double result = 0;
  if (finding.kind() == pb::FINDING_KIND_CONFLICT)
    result = clash(named[0], named[1]);
  else if (finding.kind() == pb::FINDING_KIND_REGRESSION)
    for (auto& id : named)
      if (auto found = needless_.find(id); found != needless_.end())
        result = std::max(result, found->second);
  return result;
}

bool grounds::bear_out(const pb::Amendment& amendment) const {
  auto& x = amendment.first();
  auto& y = amendment.second();
  switch (amendment.kind()) {
    case pb::AMENDMENT_KIND_MERGE:
      return clash(x, y) > 0 || (small_.count(x) > 0 && small_.count(y) > 0);
    case pb::AMENDMENT_KIND_ORDER:
      return clash(x, y) > 0;
    case pb::AMENDMENT_KIND_SPLIT:
      return is_uneven_ && heavy_.count(x) > 0;
    case pb::AMENDMENT_KIND_DROP:
    case pb::AMENDMENT_KIND_REASSIGN:
      return failing_.count(x) > 0;
    default:
      return false;
  }
}

bool grounds::bear_out(const pb::Verdict& verdict) const {
  auto holds = [this](auto& said) { return bear_out(said); };
  return std::any_of(verdict.findings().begin(), verdict.findings().end(),
                     holds)
         || std::any_of(verdict.amendments().begin(),
                        verdict.amendments().end(), holds);
}

} // namespace cohort::runtime::council
