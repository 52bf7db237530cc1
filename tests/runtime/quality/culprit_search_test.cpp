#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <set>

#include "runtime/quality/culprit_search.hpp"

namespace cohort::tests::culprit_search_test {

namespace {

using namespace cohort::runtime::quality;
using oracle = std::function<trial_verdict(const change_set&)>;
using levels = std::vector<std::vector<change_set>>;

bool has(const change_set& set, size_t change) {
  return std::binary_search(set.begin(), set.end(), change);
}

bool has_all(const change_set& set, const change_set& changes) {
  return std::includes(set.begin(), set.end(), changes.begin(), changes.end());
}

std::vector<change_set> one_each(size_t count) {
  std::vector<change_set> result(count);
  for (size_t i = 0; i < count; ++i)
    result[i] = {i};
  return result;
}

/// Breaks when all of one of the sets are there.
oracle breaks_with(std::vector<change_set> sets) {
  return [sets = std::move(sets)](const change_set& tried) {
    return std::any_of(sets.begin(), sets.end(),
                       [&](auto& set) { return has_all(tried, set); })
             ? trial_verdict::breaks
             : trial_verdict::holds;
  };
}

culprit_search searched(levels all, const oracle& ask, size_t width = 1) {
  culprit_search search{std::move(all), width};
  std::set<change_set> seen;
  while (!search.next().empty()) {
    REQUIRE(search.next().size() <= width);
    std::vector<trial_verdict> verdicts;
    for (auto& set : search.next()) {
      REQUIRE(seen.insert(set).second); // No set is tried twice.
      verdicts.push_back(ask(set));
    }
    search.answer(verdicts);
  }
  return search;
}

change_set changes_of(const std::vector<culprit>& culprits) {
  change_set result;
  for (auto& one : culprits)
    result.push_back(one.change);
  return result;
}

change_set drawn(std::mt19937& random, size_t count, size_t of) {
  std::set<size_t> result;
  while (result.size() < count)
    result.insert(std::uniform_int_distribution<size_t>{0, of - 1}(random));
  return {result.begin(), result.end()};
}

std::vector<change_set> alone(const change_set& changes) {
  std::vector<change_set> result;
  for (auto change : changes)
    result.push_back({change});
  return result;
}

} // namespace

TEST_CASE("one of one") {
  auto found = searched({one_each(1)}, breaks_with({{0}}));
  CHECK(found.culprits() == std::vector<culprit>{{0, {}}});
  CHECK(found.kept().empty());
  CHECK(found.trials() <= 1);
}

TEST_CASE("no changes: nothing to ask") {
  auto found = searched({}, breaks_with({}));
  CHECK(found.culprits().empty());
  CHECK(found.trials() == 0);
}

TEST_CASE("exactly the planted ones of 200 are taken out, within c k log2 n "
          "rounds, c = 1.5") {
  constexpr size_t n = 200;
  std::mt19937 random{7};
  for (size_t k : {1, 3, 8})
    for (auto play = 0; play < 50; ++play) {
      auto planted = drawn(random, k, n);
      CAPTURE(planted);
      auto found = searched({one_each(n)}, breaks_with(alone(planted)));
      CHECK(changes_of(found.culprits()) == planted);
      for (auto& one : found.culprits())
        CHECK(one.needs.empty());
      CHECK(found.kept().size() == n - k);
      CHECK(static_cast<double>(found.rounds())
            <= 1.5 * static_cast<double>(k) * std::log2(n));
    }
}

TEST_CASE("several sets at once take fewer rounds") {
  auto planted = alone({17, 90, 150});
  auto one = searched({one_each(200)}, breaks_with(planted));
  auto four = searched({one_each(200)}, breaks_with(planted), 4);
  CHECK(four.culprits() == one.culprits());
  CHECK(four.rounds() * 3 <= one.rounds() * 2);
}

TEST_CASE("of a pair that breaks only together the later one goes, and the "
          "other is named") {
  std::mt19937 random{11};
  for (auto play = 0; play < 100; ++play) {
    auto pair = drawn(random, 2, 200);
    auto found = searched({one_each(200)}, breaks_with({pair}));
    CHECK(found.culprits() == std::vector<culprit>{{pair[1], {pair[0]}}});
    CHECK(found.kept().size() == 199);
  }
}

TEST_CASE("of a triple, too") {
  auto found = searched({one_each(200)}, breaks_with({{3, 50, 120}}));
  CHECK(found.culprits() == std::vector<culprit>{{120, {3, 50}}});
}

TEST_CASE("a change that needs a later one to build is not blamed") {
  // 5 does not build without 60; 100 is bad.
  auto ask = [](const change_set& set) {
    if (has(set, 5) && !has(set, 60))
      return trial_verdict::unresolved;
    return has(set, 100) ? trial_verdict::breaks : trial_verdict::holds;
  };
  auto found = searched({one_each(200)}, ask);
  CHECK(found.culprits() == std::vector<culprit>{{100, {}}});
}

TEST_CASE("groups are searched first, then the parts of those that break") {
  // 40 groups of 5, by pairs of "files".
  levels all{{}, one_each(200)};
  for (size_t group = 0; group < 40; ++group) {
    auto& changes = all[0].emplace_back(5);
    std::iota(changes.begin(), changes.end(), group * 5);
  }
  auto found = searched(all, breaks_with({{42}, {43}, {171}}));
  CHECK(changes_of(found.culprits()) == change_set{42, 43, 171});
  CHECK(found.kept().size() == 197);
}

TEST_CASE("whatever breaks: the rest has been seen to hold, and none can come "
          "back") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 random{seed};
    CAPTURE(seed);
    auto pick = [&](size_t low, size_t high) {
      return std::uniform_int_distribution<size_t>{low, high}(random);
    };
    auto n = pick(1, 40);
    std::vector<change_set> bad;
    for (size_t i = pick(1, 4); i > 0; --i)
      bad.push_back(drawn(random, std::min(n, pick(1, 3)), n));
    std::set<change_set> held;
    auto truth = breaks_with(bad);
    auto ask = [&](const change_set& set) {
      auto verdict = truth(set);
      if (verdict == trial_verdict::holds)
        held.insert(set);
      return verdict;
    };
    auto found = searched({one_each(n)}, ask, pick(1, 4));
    auto kept = found.kept();
    CHECK((kept.empty() || held.count(kept) == 1));
    CHECK(kept.size() + found.culprits().size() == n);
    for (auto& one : found.culprits()) {
      auto with = kept;
      with.insert(std::upper_bound(with.begin(), with.end(), one.change),
                  one.change);
      CHECK(truth(with) == trial_verdict::breaks);
      // What it needs is enough, and all of it is needed.
      auto minimal = one.needs;
      minimal.insert(std::upper_bound(minimal.begin(), minimal.end(),
                                      one.change),
                     one.change);
      CHECK(truth(minimal) == trial_verdict::breaks);
      for (auto need : one.needs) {
        auto less = minimal;
        less.erase(std::find(less.begin(), less.end(), need));
        CHECK(truth(less) == trial_verdict::holds);
      }
    }
  }
}

TEST_CASE("answers that contradict each other end, too") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random{seed};
    auto ask = [&](const change_set&) {
      return static_cast<trial_verdict>(random() % 3);
    };
    auto found = searched({one_each(30)}, ask, 1 + seed % 3);
    CHECK(found.kept().size() + found.culprits().size() == 30);
  }
}

} // namespace cohort::tests::culprit_search_test
