#include "runtime/resilience/failure_window.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <random>

namespace cohort::tests::failure_window_test {

using namespace std::chrono_literals;
using cohort::runtime::resilience::failure_window;

TEST_CASE("what is older than the window is forgotten, by tenths") {
  failure_window window{10s};
  failure_window::time_point now{1h};
  window.add(true, now);
  window.add(false, now + 5s);
  CHECK(window.within(now + 5s).calls == 2);
  CHECK(window.within(now + 5s).failures == 1);
  CHECK(window.within(now + 9s + 999ms).failures == 1);
  CHECK(window.within(now + 10s).failures == 0);
  CHECK(window.within(now + 10s).calls == 1);
  CHECK(window.within(now + 15s).calls == 0);
}

TEST_CASE("a cleared window has seen nothing") {
  failure_window window{10s};
  failure_window::time_point now{1h};
  window.add(true, now);
  window.clear();
  CHECK(window.within(now).calls == 0);
}

TEST_CASE("a window of no time is a short one") {
  failure_window window{0s};
  failure_window::time_point now{1h};
  window.add(true, now);
  CHECK(window.within(now).failures == 1);
  CHECK(window.within(now + 10ms).failures == 0);
}

TEST_CASE("it counts what a list of all calls counts, up to a tenth") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    failure_window window{10s};
    failure_window::time_point now{1h};
    std::deque<failure_window::time_point> failures;
    for (int i = 0; i < 2'000; ++i) {
      now += std::chrono::milliseconds{random() % 200};
      auto fails = random() % 3 == 0;
      window.add(fails, now);
      if (fails)
        failures.push_back(now);
      auto younger_than = [&](auto age) {
        return static_cast<uint32_t>(
          std::count_if(failures.begin(), failures.end(),
                        [&](auto when) { return when > now - age; }));
      };
      auto seen = window.within(now).failures;
      REQUIRE(seen >= younger_than(9s));
      REQUIRE(seen <= younger_than(10s));
    }
  }
}

} // namespace cohort::tests::failure_window_test
