#include "runtime/council/consensus.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <random>

#include <doctest/doctest.h>

#include "runtime/council/judges.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::consensus_test {

using namespace cohort;
using namespace cohort::runtime::council;
using cohort::runtime::analysis::gather;
using cohort::runtime::decomposition::check_invariants;
using cohort::runtime::decomposition::decomposition_settings;

namespace {

constexpr uint64_t review = 7;

decomposition_settings limits_of(unsigned subtasks = 20) {
  decomposition_settings settings;
  settings.strategy = "file_based";
  settings.max_subtasks_per_task = subtasks;
  return settings;
}

pb::ReviewRequest request_for(const std::vector<pb::UnitReport>& reports,
                              unsigned subtasks = 20) {
  pb::ReviewRequest request;
  *request.mutable_evidence() = gather("t", reports);
  request.set_workers(2);
  auto plan = runtime::decomposition::decompose({}, request.evidence(), {}, 1,
                                                limits_of(subtasks));
  REQUIRE(plan.has_value());
  *request.mutable_decomposition() = *plan;
  return request;
}

pb::Verdict vote(std::string judge, pb::Opinion opinion, double weight = 1,
                 double probability = 1, uint32_t round = 1) {
  pb::Verdict verdict;
  verdict.set_review(review);
  verdict.set_round(round);
  verdict.set_judge(std::move(judge));
  verdict.set_opinion(opinion);
  verdict.set_weight(weight);
  verdict.set_probability(probability);
  return verdict;
}

pb::Verdict approve(std::string judge, double weight = 1,
                    double probability = 1) {
  return vote(std::move(judge), pb::OPINION_APPROVE, weight, probability);
}

pb::Verdict reject(std::string judge, double weight = 1) {
  return vote(std::move(judge), pb::OPINION_REJECT, weight);
}

pb::Amendment amendment(pb::AmendmentKind kind, std::string first,
                        std::string second = {}) {
  pb::Amendment result;
  result.set_kind(kind);
  result.set_first(std::move(first));
  result.set_second(std::move(second));
  return result;
}

pb::Verdict ask_for(std::string judge, pb::Amendment wanted,
                    double weight = 1) {
  auto verdict = vote(std::move(judge), pb::OPINION_AMEND, weight);
  *verdict.add_amendments() = std::move(wanted);
  return verdict;
}

/// Rules on three broken sources, one subtask each, asked of `seats` judges.
ruling rule(const std::vector<pb::Verdict>& verdicts, size_t seats = 4,
            uint32_t round = 1) {
  return decide(request_for(tests::broken_sources(3)), verdicts, seats, review,
                round, {}, limits_of());
}

std::map<uint32_t, int> owners(const pb::Decomposition& plan) {
  std::map<uint32_t, int> result;
  for (auto& subtask : plan.subtasks())
    for (auto index : subtask.diagnostics())
      ++result[index];
  return result;
}

} // namespace

TEST_CASE("approved by a supermajority of weight times probability") {
  CHECK(rule({approve("a"), approve("b"), approve("c"), approve("d")}).outcome
        == decision::approved);
  CHECK(rule({approve("a"), approve("b"), approve("c"), reject("d")}).outcome
        == decision::approved);
  CHECK(rule({approve("a"), approve("b"), reject("c"), reject("d")}).outcome
        == decision::rejected);
  CHECK(rule({approve("a", 9), reject("b"), reject("c"), reject("d")}).outcome
        == decision::approved);
  CHECK(rule({approve("a", 9, 0.01), reject("b"), reject("c")}).outcome
        == decision::rejected);
  CHECK(
    rule({approve("a", 1, 0), approve("b", 1, 0), approve("c", 1, 0)}).outcome
    == decision::rejected); // Nobody is sure of anything.
}

TEST_CASE("exactly the supermajority is enough") {
  council_settings settings;
  settings.supermajority = 0.75;
  auto ruling = decide(request_for(tests::broken_sources(3)),
                       {approve("a", 0.1), approve("b", 0.1), approve("c", 0.1),
                        reject("d", 0.1)},
                       4, review, 1, settings, limits_of());
  CHECK(ruling.outcome == decision::approved);
}

TEST_CASE("more than the quorum of the judges must answer") {
  CHECK(rule({approve("a"), approve("b")}).outcome == decision::no_quorum);
  CHECK(rule({approve("a"), approve("b"), approve("c")}).outcome
        == decision::approved);
  CHECK(rule({}).outcome == decision::no_quorum);
  CHECK(rule({}, 0).outcome == decision::no_quorum);
  CHECK(rule({approve("a")}, 0).outcome == decision::no_quorum);
  CHECK(rule({approve("a")}, 1).outcome == decision::approved);
}

TEST_CASE("a quorum of everybody is met by everybody") {
  council_settings settings;
  settings.quorum = 1;
  auto ask = [&](const std::vector<pb::Verdict>& verdicts) {
    return decide(request_for(tests::broken_sources(3)), verdicts, 2, review, 1,
                  settings, limits_of())
      .outcome;
  };
  CHECK(ask({approve("a")}) == decision::no_quorum);
  CHECK(ask({approve("a"), approve("b")}) == decision::approved);
}

TEST_CASE("verdicts without sense count as absent") {
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  constexpr auto infinity = std::numeric_limits<double>::infinity();
  auto other_review = approve("c");
  other_review.set_review(8);
  for (auto& bad :
       {vote("c", pb::OPINION_UNSPECIFIED), vote("c", pb::Opinion(99)),
        approve("c", nan), approve("c", -1), approve("c", 0),
        approve("c", infinity), approve("c", 1, nan), approve("c", 1, -0.1),
        approve("c", 1, 1.1), approve("c", 1, infinity),
        vote("c", pb::OPINION_APPROVE, 1, 1, 2), approve(""), other_review,
        approve("b")}) {
    CAPTURE(bad.ShortDebugString());
    CHECK(rule({approve("a"), approve("b"), bad}).outcome
          == decision::no_quorum);
  }
}

TEST_CASE("of two answers by one judge the first counts") {
  auto outcome
    = rule({reject("a", 5), approve("a", 50), approve("b"), approve("c")})
        .outcome;
  CHECK(outcome == decision::rejected);
  // A first answer without sense is an answer all the same.
  CHECK(rule({approve("a", -1), approve("a"), approve("b")}).outcome
        == decision::no_quorum);
}

TEST_CASE("weights at the edge of what a number holds do not break the vote") {
  constexpr auto most = std::numeric_limits<double>::max();
  CHECK(rule({approve("a", most), approve("b", most), approve("c", most),
              reject("d", most)})
          .outcome
        == decision::approved);
}

TEST_CASE("a grave finding of a judge that rejects is a veto") {
  auto grave = reject("d", 0.01);
  auto& finding = *grave.add_findings();
  finding.set_kind(pb::FINDING_KIND_CONFLICT);
  finding.set_severity(0.95);
  finding.set_text("both write x");
  auto others = std::vector{approve("a"), approve("b"), approve("c")};
  auto with = [&](pb::Verdict last) {
    auto all = others;
    all.push_back(std::move(last));
    return rule(all);
  };
  auto vetoed = with(grave);
  CHECK(vetoed.outcome == decision::rejected);
  CHECK(vetoed.reason.find("both write x") != std::string::npos);
  auto milder = grave;
  milder.mutable_findings(0)->set_severity(0.94);
  CHECK(with(milder).outcome == decision::approved);
  auto other_kind = grave;
  other_kind.mutable_findings(0)->set_kind(pb::FINDING_KIND_GRANULARITY);
  CHECK(with(other_kind).outcome == decision::approved);
  auto not_rejecting = grave;
  not_rejecting.set_opinion(pb::OPINION_APPROVE);
  CHECK(with(not_rejecting).outcome == decision::approved);
}

TEST_CASE("nobody can outvote an invariant") {
  auto request = request_for(tests::broken_sources(3));
  request.mutable_decomposition()->mutable_subtasks()->RemoveLast();
  auto ruling = decide(request, {approve("a"), approve("b"), approve("c")}, 3,
                       review, 1, {}, limits_of());
  CHECK(ruling.outcome == decision::rejected);
  CHECK(ruling.reason.find("invariant") != std::string::npos);
}

TEST_CASE("an amendment that nobody opposes is applied and asked about again") {
  auto ruling
    = rule({ask_for("a", amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2")),
            approve("b"), approve("c"), approve("d")});
  CHECK(ruling.outcome == decision::amended);
  REQUIRE(ruling.plan.subtasks_size() == 2);
  CHECK(ruling.plan.subtasks(0).files_size() == 2);
}

TEST_CASE("in the last round the vote decides") {
  auto in_round = [&](pb::Verdict verdict) {
    verdict.set_round(3);
    return verdict;
  };
  auto ruling = rule(
    {in_round(ask_for("a", amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2"))),
     in_round(approve("b")), in_round(approve("c")), in_round(approve("d"))},
    4, 3);
  CHECK(ruling.outcome == decision::approved);
  CHECK(ruling.plan.subtasks_size() == 3);
}

TEST_CASE("an amendment that most oppose is not applied") {
  auto wanted = amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2");
  CHECK(rule({ask_for("a", wanted), reject("b"), reject("c")}, 3).outcome
        == decision::rejected);
  auto cut = amendment(pb::AMENDMENT_KIND_ORDER, "s1", "s2");
  auto other = amendment(pb::AMENDMENT_KIND_ORDER, "s2", "s1");
  auto ruling = rule(
    {ask_for("a", cut, 3), ask_for("b", other, 1), approve("c", 0.5)}, 3);
  REQUIRE(ruling.outcome == decision::amended);
  CHECK(ruling.plan.subtasks(1).depends_on_size() == 1);
  CHECK(ruling.plan.subtasks(0).depends_on_size() == 0);
}

TEST_CASE("amendments that break an invariant or do not fit change nothing") {
  for (auto& bad : {amendment(pb::AMENDMENT_KIND_DROP,
                              "s1"), // Its errors lose their owner.
                    amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s1"),
                    amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s99"),
                    amendment(pb::AMENDMENT_KIND_ORDER, "", ""),
                    amendment(pb::AMENDMENT_KIND_SPLIT, "s1"), // One file.
                    amendment(pb::AMENDMENT_KIND_REASSIGN, "s1"),
                    amendment(pb::AMENDMENT_KIND_UNSPECIFIED, "s1"),
                    amendment(pb::AmendmentKind(77), "s1", "s2")}) {
    CAPTURE(bad.ShortDebugString());
    auto ruling
      = rule({ask_for("a", bad), approve("b"), approve("c"), approve("d")});
    CHECK(ruling.outcome == decision::approved);
    CHECK(ruling.plan.subtasks_size() == 3);
  }
}

TEST_CASE("merges of one round follow each other") {
  auto both = ask_for("a", amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2"));
  *both.add_amendments() = amendment(pb::AMENDMENT_KIND_MERGE, "s2", "s3");
  auto ruling = rule({both, approve("b"), approve("c")}, 3);
  REQUIRE(ruling.outcome == decision::amended);
  REQUIRE(ruling.plan.subtasks_size() == 1);
  CHECK(ruling.plan.subtasks(0).files_size() == 3);
}

TEST_CASE("the order of the verdicts does not matter") {
  std::vector<pb::Verdict> verdicts{
    ask_for("a", amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2")),
    ask_for("b", amendment(pb::AMENDMENT_KIND_ORDER, "s3", "s1")),
    ask_for("c", amendment(pb::AMENDMENT_KIND_SPLIT, "s2")), approve("d")};
  auto first = rule(verdicts);
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    std::shuffle(verdicts.begin(), verdicts.end(), random);
    auto again = rule(verdicts);
    CHECK(again.outcome == first.outcome);
    CHECK(again.plan.SerializeAsString() == first.plan.SerializeAsString());
  }
}

TEST_CASE("a split halves the work, and what waited waits for both") {
  auto reports = tests::broken_sources(5);
  auto request = request_for(reports, 1);
  auto plan = request.decomposition();
  auto& waiting = *plan.add_subtasks();
  waiting.set_id("s2");
  waiting.add_depends_on()->set_subtask_id("s1");
  auto split = amend(plan, amendment(pb::AMENDMENT_KIND_SPLIT, "s1"),
                     request.evidence());
  REQUIRE(split.subtasks_size() == 3);
  CHECK(split.subtasks(0).files_size() + split.subtasks(2).files_size() == 5);
  CHECK(split.subtasks(2).id() == "s3");
  CHECK(split.subtasks(2).files_size() >= 2);
  CHECK(split.subtasks(2).units_size() == split.subtasks(2).files_size());
  CHECK(split.subtasks(1).depends_on_size() == 2);
  CHECK(split.subtasks(0).effort_seconds() + split.subtasks(2).effort_seconds()
        == doctest::Approx(plan.subtasks(0).effort_seconds()));
}

TEST_CASE("a merge through a third subtask would be a cycle, and is refused") {
  auto request = request_for(tests::broken_sources(3));
  auto plan = request.decomposition();
  plan.mutable_subtasks(1)->add_depends_on()->set_subtask_id("s1");
  plan.mutable_subtasks(2)->add_depends_on()->set_subtask_id("s2");
  auto merged = amend(plan, amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s3"),
                      request.evidence());
  CHECK(merged.subtasks_size() == 3);
  auto direct = amend(plan, amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2"),
                      request.evidence());
  REQUIRE(direct.subtasks_size() == 2);
  CHECK(direct.subtasks(0).depends_on().empty());
  CHECK(direct.subtasks(1).depends_on(0).subtask_id() == "s1");
}

TEST_CASE("a specialty is taken over only if it makes sense") {
  auto request = request_for(tests::broken_sources(1));
  auto wanted = amendment(pb::AMENDMENT_KIND_REASSIGN, "s1");
  auto kind_after = [&] {
    return amend(request.decomposition(), wanted, request.evidence())
      .subtasks(0)
      .specialty()
      .kind();
  };
  auto& specialty = *wanted.mutable_specialty();
  specialty.set_kind(pb::SPECIALTY_KIND_TYPE_SYSTEM);
  CHECK(kind_after() == pb::SPECIALTY_KIND_TYPE_SYSTEM);
  specialty.set_kind(pb::SPECIALTY_KIND_CUSTOM);
  CHECK(kind_after() == pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  specialty.set_custom_name("embedded");
  CHECK(kind_after() == pb::SPECIALTY_KIND_CUSTOM);
}

TEST_CASE("whatever amendments win, the plan holds and owns every error once") {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    auto request = request_for(tests::random_reports(seed));
    auto before = owners(request.decomposition());
    std::mt19937 random{seed};
    auto any_id = [&] { return "s" + std::to_string(1 + random() % 24); };
    for (uint32_t round = 1; round <= 2; ++round) {
      std::vector<pb::Verdict> verdicts;
      for (auto* judge : {"a", "b", "c", "d"}) {
        auto verdict = vote(judge, pb::OPINION_AMEND, 1, 1, round);
        for (int i = 0; i < 6; ++i) {
          auto wanted = amendment(pb::AmendmentKind(1 + random() % 5), any_id(),
                                  any_id());
          wanted.mutable_specialty()->set_kind(
            pb::SpecialtyKind(random() % 10));
          *verdict.add_amendments() = wanted;
        }
        verdicts.push_back(std::move(verdict));
      }
      auto ruling = decide(request, verdicts, 4, review, round, {},
                           limits_of());
      auto broken = check_invariants(ruling.plan, request.evidence(), {},
                                     limits_of());
      CHECK_MESSAGE(broken.empty(), broken.front().text());
      CHECK(owners(ruling.plan) == before);
      *request.mutable_decomposition() = ruling.plan;
    }
  }
}

TEST_CASE("the standing judges mend a plan within the rounds, then approve") {
  // Two coupled headers apart, and a source that waits for neither.
  pb::ReviewRequest request;
  request.set_workers(2);
  *request.mutable_evidence()
    = gather("t", {tests::make_unit("a.cc", {"x.hpp", "y.hpp"},
                                    {tests::make_error("x.hpp", 1),
                                     tests::make_error("y.hpp", 1),
                                     tests::make_error("a.cc", 1)})});
  for (int i = 0; i < 3; ++i) {
    auto& subtask = *request.mutable_decomposition()->add_subtasks();
    subtask.set_id("s" + std::to_string(i + 1));
    subtask.add_files(request.evidence().diagnostics(i).location().file());
    subtask.add_diagnostics(static_cast<uint32_t>(i));
    subtask.set_effort_seconds(10);
  }
  council_settings settings;
  for (uint32_t round = 1; round <= settings.max_review_rounds; ++round) {
    pb::JudgeRequest question;
    question.set_review(review);
    question.set_round(round);
    *question.mutable_request() = request;
    std::vector<pb::Verdict> verdicts;
    for (auto& judge : judges())
      verdicts.push_back(judge.decide(question));
    auto ruling = decide(request, verdicts, 4, review, round, settings,
                         limits_of());
    CAPTURE(ruling.reason);
    if (round == 1)
      REQUIRE(ruling.outcome == decision::amended);
    *request.mutable_decomposition() = ruling.plan;
    if (ruling.outcome == decision::approved) {
      CHECK(ruling.plan.subtasks_size() == 2);
      return;
    }
    REQUIRE(ruling.outcome == decision::amended);
  }
  FAIL("never approved");
}

} // namespace cohort::tests::consensus_test
