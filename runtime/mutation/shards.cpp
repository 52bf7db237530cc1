#include "runtime/mutation/shards.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

namespace cohort::runtime::mutation {

namespace {

using mutant_trial = pb::MutantsUnit::Trial;

constexpr double start_seconds = 0.005; // Of a test's program.

using test_times = std::map<std::string_view, double>;

test_times times_of(const pb::MutationPlan& plan) {
  test_times result;
  for (auto& test : plan.tests())
    result.emplace(test.name(), test.seconds());
  return result;
}

double predict(const mutant_trial& one, const test_times& times,
               double rebuild_seconds) {
  auto result = one.mutant().needs_rebuild() ? rebuild_seconds : 0;
  double left = 1;
  for (auto& name : one.tests()) {
    auto found = times.find(name);
    result += left
              * (start_seconds + (found == times.end() ? 0 : found->second));
    left /= 2;
  }
  return result;
}

struct timed_trial {
  double seconds = 0;
  mutant_trial what;
};

double sum_of(const std::vector<timed_trial>& trials) {
  double result = 0;
  for (auto& one : trials)
    result += one.seconds;
  return result;
}

void split(std::vector<timed_trial> trials, const std::string& tree,
           size_t count, std::vector<shard>& to) {
  count = std::min(count, trials.size());
  auto first = to.size();
  to.resize(first + count);
  std::stable_sort(trials.begin(), trials.end(),
                   [](auto& a, auto& b) { return a.seconds > b.seconds; });
  auto is_shorter = [](auto& a, auto& b) {
    return a.predicted_seconds < b.predicted_seconds;
  };
  for (auto& one : trials) {
    auto& shortest = *std::min_element(
      to.begin() + static_cast<std::ptrdiff_t>(first), to.end(), is_shorter);
    shortest.tree = tree;
    shortest.predicted_seconds += one.seconds;
    *shortest.unit.add_trials() = std::move(one.what);
  }
}

} // namespace

std::vector<mutant_trial> trials_of(const pb::MutationPlan& plan) {
  std::vector<const pb::TestTrace*> tests;
  for (auto& test : plan.tests())
    tests.push_back(&test);
  std::stable_sort(tests.begin(), tests.end(), [](auto* a, auto* b) {
    return a->seconds() < b->seconds();
  });
  std::vector<mutant_trial> result;
  for (auto& mutant : plan.mutants()) {
    mutant_trial one;
    *one.mutable_mutant() = mutant;
    for (auto* test : tests)
      if (mutant.needs_rebuild()
          || std::binary_search(test->reaches().begin(), test->reaches().end(),
                                mutant.id()))
        one.add_tests(test->name());
    if (one.tests_size() > 0)
      result.push_back(std::move(one));
  }
  return result;
}

std::vector<shard> make_shards(const pb::MutationPlan& plan,
                               const std::string& plain_tree, size_t count,
                               double rebuild_seconds) {
  auto times = times_of(plan);
  std::vector<timed_trial> chosen;
  std::vector<timed_trial> rebuilt;
  for (auto& one : trials_of(plan)) {
    auto& kind = one.mutant().needs_rebuild() ? rebuilt : chosen;
    kind.push_back({predict(one, times, rebuild_seconds), one});
  }
  auto rebuilding = sum_of(rebuilt);
  auto all = rebuilding + sum_of(chosen);
  size_t own = 0; // Shards of those that are rebuilt.
  if (!rebuilt.empty()) {
    auto share = std::lround(static_cast<double>(count) * rebuilding
                             / std::max(all, start_seconds));
    own = std::max<size_t>(1, static_cast<size_t>(share));
  }
  std::vector<shard> result;
  auto others = count > own ? count - own : 1;
  split(std::move(chosen), plan.tree(), others, result);
  split(std::move(rebuilt), plain_tree, own, result);
  for (auto& one : result) {
    auto& trials = *one.unit.mutable_trials();
    std::sort(trials.begin(), trials.end(), [](auto& a, auto& b) {
      return a.mutant().id() < b.mutant().id();
    });
    one.unit.set_plain_tree(plain_tree);
    for (auto& test : plan.tests()) {
      auto& added = *one.unit.add_tests();
      added.set_name(test.name());
      added.set_seconds(test.seconds());
    }
  }
  return result;
}

} // namespace cohort::runtime::mutation
