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

Verdict stumble_over_review_3(const JudgeRequest& request) {
  if (request.review() == 3)
    throw std::runtime_error{"a judge's own mistake"};
  return approve(request);
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

TEST_CASE_FIXTURE(judge_fixture, "a judge that throws gives no verdict, and is "
                                 "there for the next plan") {
  auto clumsy = spawn(actors::judge, stumble_over_review_3);
  send_as(chair.actor, clumsy, request());
  CHECK(chair.got<Verdict>().empty());
  auto next = request();
  next.set_review(4);
  send_as(chair.actor, clumsy, next);
  CHECK(chair.got<Verdict>().size() == 1);
}

TEST_SUITE_END();

} // namespace cohort::tests::judge_test
