#include "runtime/quality/blame.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "runtime/analysis/disjoint_sets.hpp"
#include "runtime/quality/gates.hpp"

namespace cohort::runtime::quality {

namespace {

struct record {
  uint32_t runs = 0;
  uint32_t failures = 0;
};

/// A test that is not there has failed each time.
record record_of(const pb::TestReport& report, const std::string& test,
                 uint32_t runs) {
  for (auto& one : report.cases())
    if (one.name() == test)
      return {runs_of(one), failures_of(one)};
  return {runs, runs};
}

} // namespace

blame::blame(std::vector<pb::ChangedFile> changed,
             const std::vector<pb::SubtaskResult>& subtasks,
             const std::vector<std::string>& tests, blame_settings settings)
  : changed_{std::move(changed)}, settings_{settings}, tests_{tests} {
  std::sort(tests_.begin(), tests_.end());
  for (uint32_t file = 0; file < changed_.size(); ++file)
    for (uint32_t i = 0; i < changed_[file].changes(); ++i)
      leaves_.push_back({file, i});
  for (auto& subtask : subtasks)
    for (auto& file : subtask.files())
      owners_[file].push_back(subtask.subtask_id());
  levels_ = levels(subtasks);
  if (tests_.empty() || leaves_.empty())
    stage_ = stage::over;
}

std::optional<blame_trial> blame::next() const {
  if (stage_ == stage::over)
    return std::nullopt;
  blame_trial result;
  result.tests = tests_;
  result.runs = stage_ == stage::search ? 1 : settings_.runs;
  result.out = all_but(tried());
  return result;
}

void blame::answer(const pb::TestReport& report) {
  if (++trials_ > settings_.max_trials) {
    culprits_.clear();
    stage_ = stage::over;
    return;
  }
  auto is_built = report.failure().empty();
  switch (stage_) {
    case stage::without:
      // A base that does not build has nothing to say about the change.
      if (!is_built)
        stage_ = stage::over;
      else if (are_steady(report, true))
        stage_ = stage::with;
      break;
    case stage::with:
      if (!is_built || are_steady(report, false))
        begin_search();
      break;
    case stage::search: {
      auto passes = [&](auto& test) {
        return record_of(report, test, 1).failures == 0;
      };
      search_->answer({!is_built ? trial_verdict::unresolved
                       : std::all_of(tests_.begin(), tests_.end(), passes)
                         ? trial_verdict::holds
                         : trial_verdict::breaks});
      if (search_->next().empty())
        end_search();
      break;
    }
    case stage::kept:
      prove_kept(report);
      break;
    case stage::culprits:
      prove_culprit(report);
      break;
    case stage::over:
      break;
  }
}

pb::CulpritsFound blame::found() const {
  pb::CulpritsFound result;
  result.set_checks(static_cast<uint32_t>(trials_));
  result.mutable_flaky_tests()->Add(flaky_.begin(), flaky_.end());
  auto name = [&](size_t number) {
    auto& leaf = leaves_[number];
    auto& file = changed_[leaf.file];
    return leaf.change < static_cast<uint32_t>(file.lines_size())
             ? file.file() + ':'
                 + std::to_string(file.lines(leaf.change).first())
             : file.file();
  };
  for (size_t i = 0; i < culprits_.size(); ++i) {
    auto& leaf = leaves_[culprits_[i].change];
    auto& file = changed_[leaf.file];
    auto& culprit = *result.add_culprits();
    culprit.set_file(file.file());
    if (leaf.change < static_cast<uint32_t>(file.lines_size()))
      *culprit.add_lines() = file.lines(static_cast<int>(leaf.change));
    if (auto owners = owners_.find(file.file()); owners != owners_.end())
      culprit.mutable_subtasks()->Add(owners->second.begin(),
                                      owners->second.end());
    culprit.mutable_tests()->Add(failing_[i].begin(), failing_[i].end());
    for (auto need : culprits_[i].needs)
      culprit.add_needs(name(need));
  }
  return result;
}

std::vector<pb::FilePart> blame::taken_back() const {
  change_set in;
  for (size_t i = 0; i < leaves_.size(); ++i)
    if (std::none_of(culprits_.begin(), culprits_.end(),
                     [&](auto& culprit) { return culprit.change == i; }))
      in.push_back(i);
  return all_but(in);
}

void blame::begin_search() {
  search_.emplace(levels_);
  stage_ = stage::search;
}

void blame::end_search() {
  kept_ = search_->kept();
  culprits_ = search_->culprits();
  failing_.clear();
  stage_ = stage::kept;
}

void blame::prove_kept(const pb::TestReport& report) {
  if (!report.failure().empty()) { // It did build.
    culprits_.clear();
    stage_ = stage::over;
  } else if (are_steady(report, true)) {
    stage_ = culprits_.empty() ? stage::over : stage::culprits;
  }
}

/// The next culprit, on top of what is kept.
void blame::prove_culprit(const pb::TestReport& report) {
  auto& accused = culprits_[failing_.size()];
  std::vector<std::string> failing;
  std::vector<std::string> contradicting;
  for (auto& test : tests_) {
    auto seen = record_of(report, test, settings_.runs);
    if (seen.failures == seen.runs)
      failing.push_back(test);
    else if (seen.failures > 0)
      contradicting.push_back(test);
  }
  if (!report.failure().empty())
    failing.clear(); // It does not even build.
  else if (!contradicting.empty())
    return leave_out(contradicting);
  else if (failing.empty()) {
    kept_.insert(std::upper_bound(kept_.begin(), kept_.end(), accused.change),
                 accused.change);
    culprits_.erase(culprits_.begin()
                    + static_cast<std::ptrdiff_t>(failing_.size()));
    failing_.clear(); // Proved on top of less.
    stage_ = culprits_.empty() ? stage::over : stage::culprits;
    return;
  }
  failing_.push_back(std::move(failing));
  if (failing_.size() == culprits_.size())
    stage_ = stage::over;
}

bool blame::are_steady(const pb::TestReport& report, bool pass) {
  std::vector<std::string> contradicting;
  for (auto& test : tests_) {
    auto seen = record_of(report, test, settings_.runs);
    if (seen.failures != (pass ? 0 : seen.runs))
      contradicting.push_back(test);
  }
  if (contradicting.empty())
    return true;
  leave_out(contradicting);
  return false;
}

/// What is left of the tests has to be proved anew only where that is not known
/// of each.
void blame::leave_out(const std::vector<std::string>& flaky) {
  flaky_.insert(flaky.begin(), flaky.end());
  std::vector<std::string> rest;
  std::set_difference(tests_.begin(), tests_.end(), flaky.begin(), flaky.end(),
                      std::back_inserter(rest));
  tests_ = std::move(rest);
  culprits_.clear();
  kept_.clear();
  if (tests_.empty())
    stage_ = stage::over;
  else if (stage_ == stage::without)
    stage_ = stage::with; // The others did pass.
  else
    begin_search();
}

/// By subtask, with those that share a file in one group; by file; by change.
std::vector<std::vector<change_set>>
blame::levels(const std::vector<pb::SubtaskResult>& subtasks) const {
  std::map<std::string, uint32_t> numbers;
  for (uint32_t file = 0; file < changed_.size(); ++file)
    numbers.emplace(changed_[file].file(), file);
  analysis::disjoint_sets sets{changed_.size()};
  for (auto& subtask : subtasks) {
    std::optional<uint32_t> first;
    for (auto& name : subtask.files())
      if (auto file = numbers.find(name); file != numbers.end()) {
        sets.join(first.value_or(file->second), file->second);
        first = first.value_or(file->second);
      }
  }
  std::map<uint32_t, change_set> by_subtask;
  std::map<uint32_t, change_set> by_file;
  std::vector<change_set> single;
  for (size_t i = 0; i < leaves_.size(); ++i) {
    by_subtask[sets.find(leaves_[i].file)].push_back(i);
    by_file[leaves_[i].file].push_back(i);
    single.push_back({i});
  }
  auto groups = [](const std::map<uint32_t, change_set>& from) {
    std::vector<change_set> result;
    for (auto& [key, group] : from)
      result.push_back(group);
    std::sort(result.begin(), result.end());
    return result;
  };
  return {groups(by_subtask), groups(by_file), std::move(single)};
}

/// Those that the trial under way holds.
change_set blame::tried() const {
  change_set all(leaves_.size());
  std::iota(all.begin(), all.end(), size_t{0});
  switch (stage_) {
    case stage::with:
      return all;
    case stage::search:
      return search_->next().front();
    case stage::kept:
      return kept_;
    case stage::culprits: {
      auto result = kept_;
      auto accused = culprits_[failing_.size()].change;
      result.insert(std::upper_bound(result.begin(), result.end(), accused),
                    accused);
      return result;
    }
    case stage::without:
    case stage::over:
      break;
  }
  return {};
}

std::vector<pb::FilePart> blame::all_but(const change_set& in) const {
  std::vector<pb::FilePart> result;
  for (size_t i = 0; i < leaves_.size(); ++i) {
    if (std::binary_search(in.begin(), in.end(), i))
      continue;
    auto& file = changed_[leaves_[i].file].file();
    if (result.empty() || result.back().file() != file)
      result.emplace_back().set_file(file);
    result.back().add_changes(leaves_[i].change);
  }
  return result;
}

} // namespace cohort::runtime::quality
