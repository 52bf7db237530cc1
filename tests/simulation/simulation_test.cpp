#include <doctest/doctest.h>

#include <algorithm>

#include <spdlog/spdlog.h>

#include "tests/simulation/invariants.hpp"
#include "tests/simulation/play.hpp"
#include "tests/simulation/saboteurs.hpp"
#include "tests/simulation/scenario.hpp"

namespace cohort::tests::simulation_test {

/// A few plays of each scenario, for every change; thousands are played by
/// `simulate`. And that what must not happen is found when it does.

using namespace cohort::tests::simulation;

namespace {

struct simulation_fixture {
  std::vector<scenario> scenarios = all_scenarios();

  simulation_fixture() {
    spdlog::set_level(spdlog::level::off); // Of disasters there are many.
  }

  [[nodiscard]] const scenario& find(std::string_view name) const {
    auto found = std::find_if(scenarios.begin(), scenarios.end(),
                              [&](auto& what) { return what.name == name; });
    REQUIRE(found != scenarios.end());
    return *found;
  }
};

/// The first seed with which the saboteur is found out; 0: none.
uint64_t found_at(const saboteur& by, const scenario& what) {
  auto known = std::find_if(invariants().begin(), invariants().end(),
                            [&](auto& one) { return one.name == by.breaks; });
  REQUIRE(known != invariants().end());
  for (uint64_t seed = 1; seed <= 1000; ++seed)
    if (!known->broken(play(what, seed, by.parts())).empty())
      return seed;
  return 0;
}

} // namespace

TEST_CASE_FIXTURE(simulation_fixture,
                  "whatever goes wrong, the invariants hold") {
  constexpr uint64_t seeds = 6;
  for (auto& what : scenarios)
    for (uint64_t seed = 1; seed <= seeds; ++seed) {
      CAPTURE(what.name);
      CAPTURE(seed);
      CHECK(broken_invariants(what, play(what, seed, {})).empty());
    }
}

TEST_CASE_FIXTURE(simulation_fixture, "a seed plays the same each time") {
  for (auto& what : scenarios)
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(what.name);
      CAPTURE(seed);
      std::vector<std::string> first;
      std::vector<std::string> second;
      static_cast<void>(play(what, seed, {}, &first));
      static_cast<void>(play(what, seed, {}, &second));
      CHECK(first.size() > 100);
      CHECK(first == second);
    }
}

TEST_CASE_FIXTURE(simulation_fixture, "another seed plays in another order") {
  std::vector<std::string> first;
  std::vector<std::string> second;
  static_cast<void>(play(find("calm"), 1, {}, &first));
  static_cast<void>(play(find("calm"), 65, {}, &second)); // The same workspace.
  CHECK(first != second);
}

TEST_CASE_FIXTURE(simulation_fixture,
                  "each invariant can be broken, and it is found") {
  for (auto& known : invariants()) {
    CAPTURE(known.name);
    CHECK(std::any_of(saboteurs().begin(), saboteurs().end(),
                      [&](auto& by) { return by.breaks == known.name; }));
  }
  for (auto& by : saboteurs()) {
    CAPTURE(by.does);
    auto seed = found_at(by, find(by.scenario));
    MESSAGE(by.does << " breaks " << by.breaks << " with seed " << seed);
    CHECK(seed > 0);
  }
}

} // namespace cohort::tests::simulation_test
