#include "actors/judge.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/support/actor_fixture.hpp"

namespace cohort::tests::judge_test {

using namespace cohort;
using namespace cohort::messages::v1;

namespace {

Verdict approve(const JudgeRequest& request) {
  Verdict result;
  result.set_review(request.review());
  result.set_judge("one");
  result.set_opinion(OPINION_APPROVE);
  return result;
}

Verdict stumble(const JudgeRequest&) {
  throw std::runtime_error{"a judge's own mistake"};
}

struct judge_fixture : tests::actor_fixture {
  tests::double_of<Verdict> chair = spawn_double<Verdict>();

  static JudgeRequest request() {
    JudgeRequest result;
    result.set_review(3);
    return result;
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/judge");

TEST_CASE_FIXTURE(judge_fixture, "a verdict goes to whoever asked") {
  auto judge = spawn(actors::judge, approve);
  send_as(chair.actor, judge, request());
  REQUIRE(chair.got<Verdict>().size() == 1);
  CHECK(chair.last<Verdict>().review() == 3);
}

TEST_CASE_FIXTURE(judge_fixture, "a judge that throws dies alone") {
  auto clumsy = spawn(actors::judge, stumble);
  auto sound = spawn(actors::judge, approve);
  self->monitor(clumsy);
  send_as(chair.actor, clumsy, request());
  CHECK(chair.got<Verdict>().empty());
  auto is_down = false;
  self->receive([&](const caf::down_msg&) { is_down = true; },
                caf::after(std::chrono::seconds{0}) >> [] {});
  CHECK(is_down);
  send_as(chair.actor, sound, request());
  CHECK(chair.got<Verdict>().size() == 1);
}

TEST_SUITE_END();

} // namespace cohort::tests::judge_test
