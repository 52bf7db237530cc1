#include "runtime/council/consensus.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <random>

#include <doctest/doctest.h>

#include "runtime/council/amend.hpp"
#include "runtime/council/measures.hpp"
#include "runtime/council/review.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/decomposition/graph.hpp"
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

/// The same, with subtasks that are hardly worth their overhead.
pb::ReviewRequest tiny(pb::ReviewRequest request) {
  for (auto& subtask : *request.mutable_decomposition()->mutable_subtasks())
    subtask.set_effort_seconds(0.01);
  return request;
}

/// Rules on three tiny subtasks.
ruling rule_on_tiny(const std::vector<pb::Verdict>& verdicts, size_t seats = 4,
                    uint32_t round = 1) {
  return decide(tiny(request_for(tests::broken_sources(3))), verdicts, seats,
                review, round, {}, limits_of());
}

/// s1 may write a build file, though nothing is wrong there.
pb::ReviewRequest with_build_file() {
  auto request = request_for(tests::broken_sources(3));
  request.mutable_decomposition()->mutable_subtasks(0)->add_files(
    "CMakeLists.txt");
  return request;
}

pb::Verdict reject_for_build_file(std::string judge, double weight = 1,
                                  double severity = 0.9) {
  auto verdict = reject(std::move(judge), weight);
  auto& finding = *verdict.add_findings();
  finding.set_kind(pb::FINDING_KIND_REGRESSION);
  finding.set_severity(severity);
  finding.add_subtasks("s1");
  finding.set_text("s1 writes CMakeLists.txt");
  return verdict;
}

pb::Decomposition amend(pb::Decomposition plan, const pb::Amendment& wanted,
                        const surroundings& around) {
  carry_out(plan, wanted, around);
  return plan;
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
  // Whatever weight one claims, it cannot outvote the others.
  CHECK(rule({approve("a", 9), reject("b"), reject("c"), reject("d")}).outcome
        == decision::rejected);
  CHECK(
    rule({approve("a", 1, 0), approve("b", 1, 0), approve("c", 1, 0)}).outcome
    == decision::rejected); // Nobody is sure of anything.
}

TEST_CASE("exactly the supermajority is enough") {
  council_settings settings;
  settings.supermajority = 0.75;
  auto ruling = decide(with_build_file(),
                       {approve("a", 0.1), approve("b", 0.1), approve("c", 0.1),
                        reject_for_build_file("d", 0.1)},
                       4, review, 1, settings, limits_of());
  CHECK(ruling.outcome == decision::approved);
  settings.supermajority = 0.76;
  CHECK(decide(with_build_file(),
               {approve("a"), approve("b"), approve("c"),
                reject_for_build_file("d")},
               4, review, 1, settings, limits_of())
          .outcome
        == decision::rejected);
}

TEST_CASE("an objection that nothing bears out counts for nothing") {
  council_settings settings;
  settings.supermajority = 1;
  auto ask = [&](const pb::ReviewRequest& request) {
    return decide(request,
                  {approve("a"), approve("b"), approve("c"),
                   reject_for_build_file("d"), reject_for_build_file("e")},
                  5, review, 1, settings, limits_of());
  };
  CHECK(ask(with_build_file()).outcome == decision::rejected);
  auto ruling = ask(request_for(tests::broken_sources(3)));
  CHECK(ruling.outcome == decision::approved);
  CHECK(ruling.reason
        == "3 of 5 judges approve, with 100 % of the weight; nothing bears out "
           "what d and e says");
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
    = rule({reject("a"), approve("a", 50), reject("b"), approve("c")}).outcome;
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

TEST_CASE("a grave finding of a judge that rejects is a veto, if it is true") {
  auto ask = [&](const pb::ReviewRequest& request, pb::Verdict last) {
    return decide(request,
                  {approve("a"), approve("b"), approve("c"), std::move(last)},
                  4, review, 1, {}, limits_of());
  };
  auto grave = reject_for_build_file("d", 0.01, 0.95);
  auto vetoed = ask(with_build_file(), grave);
  CHECK(vetoed.outcome == decision::rejected);
  CHECK(vetoed.reason == "veto of d: s1 writes CMakeLists.txt");
  CHECK(ask(request_for(tests::broken_sources(3)), grave).outcome
        == decision::approved);
  auto milder = grave;
  milder.mutable_findings(0)->set_severity(0.94);
  CHECK(ask(with_build_file(), milder).outcome == decision::approved);
  auto other_kind = grave;
  other_kind.mutable_findings(0)->set_kind(pb::FINDING_KIND_GRANULARITY);
  CHECK(ask(with_build_file(), other_kind).outcome == decision::approved);
  auto not_rejecting = grave;
  not_rejecting.set_opinion(pb::OPINION_APPROVE);
  CHECK(ask(with_build_file(), not_rejecting).outcome == decision::approved);
}

TEST_CASE("what one calls grave is no veto before it is measured as grave") {
  auto plan = request_for({tests::make_unit("u.cc", {"x.hpp", "y.hpp"},
                                            {tests::make_error("x.hpp", 1),
                                             tests::make_error("y.hpp", 2)})});
  plan.mutable_decomposition()->clear_subtasks();
  for (uint32_t i = 0; i < 2; ++i) {
    auto& subtask = *plan.mutable_decomposition()->add_subtasks();
    subtask.set_id("s" + std::to_string(i + 1));
    subtask.add_diagnostics(i);
    subtask.add_files(
      plan.evidence().diagnostics(static_cast<int>(i)).location().file());
  }
  REQUIRE(find_clashes(plan).size() == 1);
  auto liar = reject("d", 2);
  auto& finding = *liar.add_findings();
  finding.set_kind(pb::FINDING_KIND_CONFLICT);
  finding.set_severity(1);
  finding.add_subtasks("s1");
  finding.add_subtasks("s2");
  auto ask = [&](pb::Verdict third) {
    return decide(plan, {approve("a"), approve("b"), std::move(third), liar}, 4,
                  review, 1, {}, limits_of());
  };
  CHECK(ask(approve("c")).reason.find("veto") == std::string::npos);
  auto mended
    = ask(ask_for("c", amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2")));
  CHECK(mended.outcome == decision::amended);
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
  auto wanted = ask_for("a", amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2"));
  CHECK(rule({wanted, approve("b"), approve("c"), approve("d")}).outcome
        == decision::approved); // There is nothing that it would mend.
  auto ruling = decide(tiny(request_for(tests::broken_sources(3))),
                       {wanted, approve("b"), approve("c"), approve("d")}, 4,
                       review, 1, {}, limits_of());
  CHECK(ruling.outcome == decision::amended);
  REQUIRE(ruling.plan.subtasks_size() == 2);
  CHECK(ruling.plan.subtasks(0).files_size() == 2);
}

TEST_CASE("in the last round the vote decides") {
  auto in_round = [&](pb::Verdict verdict) {
    verdict.set_round(3);
    return verdict;
  };
  auto ruling = rule_on_tiny(
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
  CHECK(
    rule_on_tiny({ask_for("a", wanted), reject("b"), reject("c")}, 3).outcome
    == decision::rejected);
  CHECK(rule_on_tiny(
          {ask_for("a", wanted), reject("b"), reject("c"), approve("d")}, 4)
          .outcome
        == decision::amended);
  auto cut = amendment(pb::AMENDMENT_KIND_ORDER, "s1", "s2");
  auto other = amendment(pb::AMENDMENT_KIND_ORDER, "s2", "s1");
  auto ruling = rule(
    {ask_for("a", cut, 2), ask_for("b", cut, 2), ask_for("c", other, 0.5)}, 3);
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
    for (auto& wanted : {ask_for("b", bad), approve("b")}) {
      auto ruling
        = rule_on_tiny({ask_for("a", bad), wanted, approve("c"), approve("d")});
      CHECK(ruling.outcome != decision::amended);
      CHECK(ruling.plan.subtasks_size() == 3);
    }
  }
}

TEST_CASE("merges of one round follow each other") {
  auto both = ask_for("a", amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2"));
  *both.add_amendments() = amendment(pb::AMENDMENT_KIND_MERGE, "s2", "s3");
  auto ruling = rule_on_tiny({both, approve("b"), approve("c")}, 3);
  REQUIRE(ruling.outcome == decision::amended);
  REQUIRE(ruling.plan.subtasks_size() == 1);
  CHECK(ruling.plan.subtasks(0).files_size() == 3);
}

TEST_CASE("the order of the verdicts does not matter") {
  std::vector<pb::Verdict> verdicts{
    ask_for("a", amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2")),
    ask_for("b", amendment(pb::AMENDMENT_KIND_ORDER, "s3", "s1")),
    ask_for("c", amendment(pb::AMENDMENT_KIND_SPLIT, "s2")), approve("d")};
  auto first = rule_on_tiny(verdicts);
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    std::shuffle(verdicts.begin(), verdicts.end(), random);
    auto again = rule_on_tiny(verdicts);
    CHECK(again.outcome == first.outcome);
    CHECK(again.plan.SerializeAsString() == first.plan.SerializeAsString());
  }
}

TEST_CASE(
  "a split makes halves of fair shares, and what waited waits for all") {
  auto reports = tests::broken_sources(8);
  auto request = request_for(reports, 1);
  auto plan = request.decomposition();
  plan.mutable_subtasks(0)->set_model_seconds(40);
  auto& waiting = *plan.add_subtasks();
  waiting.set_id("s2");
  waiting.add_depends_on()->set_subtask_id("s1");
  auto split = amend(plan, amendment(pb::AMENDMENT_KIND_SPLIT, "s1"),
                     {request.evidence(), 2});
  REQUIRE(split.subtasks_size() == 5);
  CHECK(split.subtasks(1).depends_on_size() == 4);
  double effort = 0;
  for (auto i : {0, 2, 3, 4}) {
    CHECK(split.subtasks(i).files_size() == 2);
    CHECK(split.subtasks(i).units_size() == 2);
    effort += split.subtasks(i).effort_seconds();
    CHECK(split.subtasks(i).model_seconds() == doctest::Approx(10));
  }
  CHECK(split.subtasks(2).id() == "s3");
  CHECK(split.subtasks(4).title().find("(part 4 of 4)") != std::string::npos);
  CHECK(effort == doctest::Approx(plan.subtasks(0).effort_seconds()));
  // No more than there is room for, but two.
  CHECK(amend(plan, amendment(pb::AMENDMENT_KIND_SPLIT, "s1"),
              {request.evidence(), 2, 4})
          .subtasks_size()
        == 4);
  CHECK(amend(plan, amendment(pb::AMENDMENT_KIND_SPLIT, "s1"),
              {request.evidence(), 2, 2})
          .subtasks_size()
        == 3);
}

TEST_CASE("a merge adds up what was predicted with history, and without") {
  auto request = request_for(tests::broken_sources(2));
  auto plan = request.decomposition();
  for (auto i : {0, 1})
    plan.mutable_subtasks(i)->set_effort_seconds(6);
  auto one = amend(plan, amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2"),
                   {request.evidence()});
  CHECK(one.subtasks(0).model_seconds() == 0);
  plan.mutable_subtasks(1)->set_model_seconds(2);
  one = amend(plan, amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2"),
              {request.evidence()});
  CHECK(one.subtasks(0).effort_seconds() == 12);
  CHECK(one.subtasks(0).model_seconds() == 8);
}

TEST_CASE("a part waits only for that of which its units read something") {
  pb::ReviewRequest request;
  *request.mutable_evidence() = gather(
    "t", {tests::make_unit("a.cc", {"x.hpp"},
                           {tests::make_error("a.cc", 1),
                            tests::make_error("x.hpp", 1)}),
          tests::make_unit("b.cc", {}, {tests::make_error("b.cc", 1)})});
  auto& plan = *request.mutable_decomposition();
  auto& header = *plan.add_subtasks();
  header.set_id("s1");
  header.add_files("x.hpp");
  auto& sources = *plan.add_subtasks();
  sources.set_id("s2");
  sources.add_files("a.cc");
  sources.add_files("b.cc");
  sources.set_effort_seconds(10);
  auto& dependency = *sources.add_depends_on();
  dependency.set_subtask_id("s1");
  dependency.set_kind(pb::DEPENDENCY_KIND_COMPILATION_ORDER);
  auto split = amend(plan, amendment(pb::AMENDMENT_KIND_SPLIT, "s2"),
                     {request.evidence()});
  REQUIRE(split.subtasks_size() == 3);
  CHECK(split.subtasks(1).files(0) == "a.cc");
  CHECK(split.subtasks(1).depends_on_size() == 1);
  CHECK(split.subtasks(2).depends_on().empty());
}

TEST_CASE("an order takes back the opposite one") {
  auto request = request_for(tests::broken_sources(2));
  auto plan = request.decomposition();
  plan.mutable_subtasks(0)->add_depends_on()->set_subtask_id("s2");
  auto turned = amend(plan, amendment(pb::AMENDMENT_KIND_ORDER, "s1", "s2"),
                      {request.evidence()});
  CHECK(turned.subtasks(0).depends_on().empty());
  REQUIRE(turned.subtasks(1).depends_on_size() == 1);
  CHECK(turned.subtasks(1).depends_on(0).subtask_id() == "s1");
}

TEST_CASE("a merge takes over what the other waited for; it may make a cycle") {
  auto request = request_for(tests::broken_sources(3));
  auto plan = request.decomposition();
  plan.mutable_subtasks(1)->add_depends_on()->set_subtask_id("s1");
  plan.mutable_subtasks(2)->add_depends_on()->set_subtask_id("s2");
  auto merged = amend(plan, amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s3"),
                      {request.evidence()});
  CHECK(!runtime::decomposition::make_graph(merged).is_acyclic());
  auto direct = amend(plan, amendment(pb::AMENDMENT_KIND_MERGE, "s1", "s2"),
                      {request.evidence()});
  REQUIRE(direct.subtasks_size() == 2);
  CHECK(direct.subtasks(0).depends_on().empty());
  CHECK(direct.subtasks(1).depends_on(0).subtask_id() == "s1");
}

TEST_CASE("a specialty is taken over only if it makes sense") {
  auto request = request_for(tests::broken_sources(1));
  auto wanted = amendment(pb::AMENDMENT_KIND_REASSIGN, "s1");
  auto kind_after = [&] {
    return amend(request.decomposition(), wanted, {request.evidence()})
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
    auto request = tiny(request_for(tests::random_reports(seed)));
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
  auto outcome = runtime::council::review(request, judges_without(""), {},
                                          limits_of());
  CAPTURE(outcome.reason());
  CHECK(outcome.approved());
  CHECK(outcome.rounds() > 1);
  CHECK(outcome.decomposition().subtasks_size() == 2);
}

} // namespace cohort::tests::consensus_test
