#include "runtime/quality/culprit_search.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cohort::runtime::quality {

namespace {

change_set joined(const change_set& a, const change_set& b) {
  change_set result;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(),
                 std::back_inserter(result));
  return result;
}

} // namespace

culprit_search::culprit_search(std::vector<std::vector<change_set>> levels,
                               size_t width)
  : levels_{std::move(levels)}, width_{width} {
  for (auto& groups : levels_)
    for (auto& group : groups)
      std::sort(group.begin(), group.end());
  if (levels_.empty() || levels_.front().empty())
    stage_ = stage::over;
  else
    begin_level(levels_.front());
  advance();
}

const std::vector<change_set>& culprit_search::next() const {
  return asked_;
}

void culprit_search::answer(const std::vector<trial_verdict>& verdicts) {
  for (size_t i = 0; i < asked_.size() && i < verdicts.size(); ++i)
    known_.emplace(asked_[i], verdicts[i]);
  ++rounds_;
  advance();
}

change_set culprit_search::kept() const {
  return good_;
}

const std::vector<culprit>& culprit_search::culprits() const {
  return culprits_;
}

void culprit_search::begin_level(const std::vector<change_set>& groups) {
  groups_ = groups;
  low_ = 0;
  // The whole is known to break when it is all there is.
  high_ = level_ == 0 ? groups_.size() : groups_.size() + 1;
  taken_out_.clear();
  tried_ = 0;
  stage_ = stage::locate;
}

/// What was taken out is divided further, or is a culprit.
void culprit_search::end_level() {
  std::vector<change_set> parts;
  if (++level_ < levels_.size())
    for (auto& part : levels_[level_])
      if (std::any_of(taken_out_.begin(), taken_out_.end(), [&](auto& group) {
            return std::includes(group.begin(), group.end(), part.begin(),
                                 part.end());
          }))
        parts.push_back(part);
  if (parts.empty()) {
    tried_ = 0;
    stage_ = stage::explain;
    return;
  }
  begin_level(parts);
}

/// Goes on until there is something to ask, or nothing any more.
void culprit_search::advance() {
  asked_.clear();
  auto goes_on = true;
  while (goes_on)
    switch (stage_) {
      case stage::locate:
        goes_on = locate();
        break;
      case stage::put_back:
        goes_on = put_back();
        break;
      case stage::explain:
        goes_on = explain();
        break;
      case stage::over:
        std::sort(culprits_.begin(), culprits_.end(),
                  [](auto& a, auto& b) { return a.change < b.change; });
        goes_on = false;
        break;
    }
}

/// Narrows down where the prefixes of groups_ tip. Returns whether there is
/// nothing to ask for that.
bool culprit_search::locate() {
  auto count = groups_.size();
  // The first that breaks, and the last before it that holds.
  for (auto length : std::exchange(lengths_, {})) {
    if (known_.at(prefix(length)) != trial_verdict::holds) {
      high_ = length;
      break;
    }
    low_ = length;
  }
  if (low_ == count) {
    good_ = prefix(count);
    groups_.clear();
    low_ = 0;
    stage_ = stage::put_back;
    return true;
  }
  if (high_ == low_ + 1 && high_ <= count) {
    good_ = prefix(low_);
    taken_out_.push_back(groups_[low_]);
    groups_.erase(groups_.begin(),
                  groups_.begin() + static_cast<std::ptrdiff_t>(high_));
    low_ = 0;
    high_ = groups_.size() + 1;
    return true;
  }
  auto is_open = high_ > count; // Most often nothing more is wrong.
  auto last = std::min(high_, count);
  auto between = last - low_ - 1;
  auto parts = std::min(width_ - (is_open ? 1 : 0), between);
  for (size_t i = 1; i <= parts; ++i)
    lengths_.push_back(low_ + i * (between + 1) / (parts + 1));
  if (is_open)
    lengths_.push_back(count);
  for (auto length : lengths_)
    (void) verdict(prefix(length)); // Asks for it, unless it is known.
  return asked_.empty();
}

/// Tries each group that was taken out on top of what is kept. Those that hold
/// come back.
bool culprit_search::put_back() {
  if (tried_ == taken_out_.size()) {
    end_level();
    return true;
  }
  auto set = joined(good_, taken_out_[tried_]);
  auto known = verdict(set);
  if (!known)
    return false;
  if (*known != trial_verdict::holds) {
    ++tried_;
    return true;
  }
  good_ = std::move(set);
  taken_out_.erase(taken_out_.begin() + static_cast<std::ptrdiff_t>(tried_));
  tried_ = 0; // It may be what another one waited for.
  return true;
}

bool culprit_search::explain() {
  if (tried_ == taken_out_.size()) {
    stage_ = stage::over;
    return true;
  }
  auto& group = taken_out_[tried_];
  auto needs = needed(group, true, good_);
  if (!needs)
    return false;
  for (auto change : group)
    culprits_.push_back({change, *needs});
  ++tried_;
  return true;
}

/// QuickXplain, where "inconsistent" is "breaks". A question that has no answer
/// yet is asked, and the whole begins again once it has: answers are kept.
std::optional<change_set> culprit_search::needed(const change_set& with,
                                                 bool is_new,
                                                 const change_set& from) {
  if (is_new) {
    auto known = verdict(with);
    if (!known)
      return std::nullopt;
    if (*known == trial_verdict::breaks)
      return change_set{};
  }
  if (from.size() <= 1)
    return from;
  auto middle = from.begin() + static_cast<std::ptrdiff_t>(from.size() / 2);
  change_set first{from.begin(), middle};
  change_set second{middle, from.end()};
  auto of_second = needed(joined(with, first), true, second);
  if (!of_second)
    return std::nullopt;
  auto of_first = needed(joined(with, *of_second), !of_second->empty(), first);
  if (!of_first)
    return std::nullopt;
  return joined(*of_first, *of_second);
}

/// good_ and the first `length` of groups_.
change_set culprit_search::prefix(size_t length) const {
  auto result = good_;
  for (size_t i = 0; i < length; ++i)
    result.insert(result.end(), groups_[i].begin(), groups_[i].end());
  std::sort(result.begin(), result.end());
  return result;
}

/// What is known of the set; it is asked for when that is nothing.
std::optional<trial_verdict> culprit_search::verdict(const change_set& set) {
  if (auto known = known_.find(set); known != known_.end())
    return known->second;
  asked_.push_back(set);
  return std::nullopt;
}

} // namespace cohort::runtime::quality
