#include "actors/council_chair.hpp"

#include <doctest/doctest.h>

#include "actors/timer.hpp"
#include "tests/support/actor_fixture.hpp"

namespace cohort::tests::council_chair_test {

using namespace std::chrono_literals;
using namespace cohort;
using namespace cohort::messages::v1;

namespace {

/// One error in each of two files, each owned by a subtask of its own.
ReviewRequest two_subtasks() {
  ReviewRequest request;
  request.set_task_id("t");
  request.set_workers(2);
  for (int i = 0; i < 2; ++i) {
    auto file = std::string{i == 0 ? "a.cc" : "b.cc"};
    auto& error = *request.mutable_evidence()->add_diagnostics();
    error.set_tool("gcc");
    error.set_severity(SEVERITY_ERROR);
    error.mutable_location()->set_file(file);
    error.mutable_location()->set_line(1);
    error.set_message("expected ';'");
    error.add_units(file);
    auto& subtask = *request.mutable_decomposition()->add_subtasks();
    subtask.set_id("s" + std::to_string(i + 1));
    subtask.mutable_specialty()->set_kind(SPECIALTY_KIND_COMPILATION_ERRORS);
    subtask.add_files(file);
    subtask.add_units(file);
    subtask.add_diagnostics(static_cast<uint32_t>(i));
    subtask.set_effort_seconds(1);
  }
  request.mutable_decomposition()->set_round(1);
  return request;
}

struct chair_fixture : tests::actor_fixture {
  using judge_double = tests::double_of<JudgeRequest>;
  actors::timer_actor timer = spawn(actors::timer, 10ms);
  std::vector<judge_double> judges;
  actors::council_chair_actor chair;
  tests::double_of<ReviewOutcome> asker = spawn_double<ReviewOutcome>();

  chair_fixture() {
    std::vector<actors::seat> seats;
    for (auto* name : {"a", "b", "c"}) {
      judges.push_back(spawn_double<JudgeRequest>());
      seats.push_back({name, judges.back().actor});
    }
    actors::council_chair_settings settings;
    settings.council.review_timeout = 200ms;
    settings.council.max_review_rounds = 2;
    chair = spawn(actors::council_chair, timer, seats, settings);
    run();
  }

  void ask(const ReviewRequest& request) {
    send_as(asker.actor, chair, request);
  }

  void answer(size_t judge, Opinion opinion,
              FindingKind kind = FINDING_KIND_UNSPECIFIED) {
    send_as(judges[judge].actor, chair, verdict_of(judge, opinion, kind));
  }

  Verdict verdict_of(size_t judge, Opinion opinion,
                     FindingKind kind = FINDING_KIND_UNSPECIFIED) {
    auto& request = judges[judge].last<JudgeRequest>();
    Verdict verdict;
    verdict.set_review(request.review());
    verdict.set_round(request.round());
    verdict.set_judge(std::string(1, static_cast<char>('a' + judge)));
    verdict.set_opinion(opinion);
    verdict.set_probability(0.9);
    verdict.set_weight(1);
    if (kind != FINDING_KIND_UNSPECIFIED) {
      auto& finding = *verdict.add_findings();
      finding.set_kind(kind);
      finding.set_severity(1.0);
      finding.add_subtasks("s1");
    }
    if (opinion == OPINION_AMEND) {
      auto& amendment = *verdict.add_amendments();
      amendment.set_kind(AMENDMENT_KIND_MERGE);
      amendment.set_first("s1");
      amendment.set_second("s2");
    }
    return verdict;
  }

  const ReviewOutcome& outcome() {
    return asker.last<ReviewOutcome>();
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/council_chair");

TEST_CASE_FIXTURE(chair_fixture, "a plan that all judges like is approved") {
  ask(two_subtasks());
  for (size_t i = 0; i < 3; ++i)
    answer(i, OPINION_APPROVE);
  REQUIRE(asker.got<ReviewOutcome>().size() == 1);
  CHECK(outcome().approved());
  CHECK(outcome().verdicts_size() == 3);
  CHECK(outcome().absent().empty());
}

TEST_CASE_FIXTURE(chair_fixture,
                  "a judge that never answers counts as absent") {
  ask(two_subtasks());
  answer(0, OPINION_APPROVE);
  answer(1, OPINION_APPROVE);
  CHECK(asker.got<ReviewOutcome>().empty());
  advance(300ms);
  REQUIRE(asker.got<ReviewOutcome>().size() == 1);
  CHECK(outcome().approved());
  REQUIRE(outcome().absent_size() == 1);
  CHECK(outcome().absent(0) == "c");
}

TEST_CASE_FIXTURE(chair_fixture, "without a quorum nothing is approved") {
  ask(two_subtasks());
  answer(0, OPINION_APPROVE);
  advance(300ms);
  REQUIRE(asker.got<ReviewOutcome>().size() == 1);
  CHECK(!outcome().approved());
}

TEST_CASE_FIXTURE(chair_fixture, "a majority that rejects refuses the plan") {
  ask(two_subtasks());
  answer(0, OPINION_REJECT);
  answer(1, OPINION_REJECT);
  answer(2, OPINION_APPROVE);
  CHECK(!outcome().approved());
}

TEST_CASE_FIXTURE(chair_fixture, "a veto beats a majority, if it is true") {
  auto request = two_subtasks();
  for (auto is_true : {true, false}) {
    if (is_true)
      request.mutable_decomposition()->mutable_subtasks(0)->add_files(
        "a.cmake");
    ask(request);
    answer(0, OPINION_APPROVE);
    answer(1, OPINION_APPROVE);
    answer(2, OPINION_REJECT, FINDING_KIND_REGRESSION);
    CHECK(outcome().approved() == !is_true);
    request = two_subtasks();
  }
}

TEST_CASE_FIXTURE(chair_fixture,
                  "an amendment that wins is applied and reviewed again") {
  ask(two_subtasks());
  for (size_t i = 0; i < 3; ++i)
    answer(i, OPINION_AMEND);
  CHECK(asker.got<ReviewOutcome>().empty());
  REQUIRE(judges[0].got<JudgeRequest>().size() == 2);
  CHECK(judges[0].last<JudgeRequest>().request().decomposition().subtasks_size()
        == 1);
  for (size_t i = 0; i < 3; ++i)
    answer(i, OPINION_APPROVE);
  CHECK(outcome().approved());
  CHECK(outcome().rounds() == 2);
  CHECK(outcome().decomposition().subtasks_size() == 1);
}

TEST_CASE_FIXTURE(chair_fixture, "nobody can outvote a broken invariant") {
  auto request = two_subtasks();
  request.mutable_decomposition()->mutable_subtasks(1)->clear_diagnostics();
  ask(request);
  REQUIRE(asker.got<ReviewOutcome>().size() == 1);
  CHECK(!outcome().approved());
  CHECK(judges[0].got<JudgeRequest>().empty());
}

TEST_CASE_FIXTURE(chair_fixture,
                  "a judge cannot speak for another, nor twice") {
  ask(two_subtasks());
  answer(0, OPINION_REJECT);
  answer(0, OPINION_REJECT);
  auto& request = judges[0].last<JudgeRequest>();
  Verdict forged;
  forged.set_review(request.review());
  forged.set_round(request.round());
  forged.set_judge("b");
  forged.set_opinion(OPINION_REJECT);
  forged.set_probability(1);
  forged.set_weight(1);
  send_as(judges[0].actor, chair, forged);
  CHECK(asker.got<ReviewOutcome>().empty()); // Still one verdict of three.
}

TEST_CASE_FIXTURE(chair_fixture, "who talks nonsense is absent, and not kept") {
  ask(two_subtasks());
  answer(0, OPINION_APPROVE);
  answer(1, OPINION_APPROVE);
  auto nonsense = verdict_of(2, OPINION_REJECT);
  for (int i = 0; i < 1'000'000; ++i)
    nonsense.add_findings();
  send_as(judges[2].actor, chair, nonsense);
  REQUIRE(asker.got<ReviewOutcome>().size() == 1); // Nobody waited.
  CHECK(outcome().approved());
  CHECK(outcome().verdicts_size() == 2);
  REQUIRE(outcome().absent_size() == 1);
  CHECK(outcome().absent(0) == "c");
}

TEST_CASE_FIXTURE(chair_fixture, "who was late once is not waited for again") {
  ask(two_subtasks());
  answer(0, OPINION_AMEND);
  answer(1, OPINION_AMEND);
  advance(300ms);
  REQUIRE(judges[0].got<JudgeRequest>().size() == 2);
  answer(0, OPINION_APPROVE);
  CHECK(asker.got<ReviewOutcome>().empty());
  answer(1, OPINION_APPROVE);
  REQUIRE(asker.got<ReviewOutcome>().size() == 1);
  CHECK(outcome().approved());
}

TEST_CASE_FIXTURE(chair_fixture, "a judge's record shows in what it weighs") {
  auto request = two_subtasks();
  auto& record = *request.add_judges();
  record.set_judge("b");
  record.set_predictions(1000);
  record.set_brier_sum(1000);
  ask(request);
  for (size_t i = 0; i < 3; ++i)
    answer(i, OPINION_APPROVE);
  CHECK(outcome().verdicts(0).weight() == 1);
  CHECK(outcome().verdicts(1).weight() < 0.2);
}

TEST_CASE_FIXTURE(chair_fixture, "a verdict of an earlier round is ignored") {
  ask(two_subtasks());
  auto old = judges[2].last<JudgeRequest>();
  for (size_t i = 0; i < 2; ++i)
    answer(i, OPINION_AMEND);
  advance(300ms);
  REQUIRE(judges[0].got<JudgeRequest>().size() == 2);
  Verdict late;
  late.set_review(old.review());
  late.set_round(old.round());
  late.set_judge("c");
  late.set_opinion(OPINION_REJECT);
  late.set_probability(1);
  late.set_weight(100);
  send_as(judges[2].actor, chair, late);
  for (size_t i = 0; i < 2; ++i)
    answer(i, OPINION_APPROVE);
  advance(300ms);
  CHECK(outcome().approved());
}

TEST_SUITE_END();

} // namespace cohort::tests::council_chair_test
