#include "runtime/council/judges.hpp"

#include <algorithm>
#include <limits>

#include <doctest/doctest.h>

#include "runtime/council/amend.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::judges_test {

using namespace cohort;
using namespace cohort::runtime::council;
using cohort::runtime::analysis::gather;
using cohort::tests::make_error;
using cohort::tests::make_unit;

namespace {

/// A request that is filled in bit by bit.
struct review {
  pb::JudgeRequest request;

  explicit review(const std::vector<pb::UnitReport>& reports,
                  uint32_t workers = 2) {
    request.set_review(7);
    request.set_round(2);
    request.mutable_request()->set_workers(workers);
    *request.mutable_request()->mutable_evidence() = gather("t", reports);
  }

  pb::Subtask& add(const std::string& id, const std::vector<std::string>& files,
                   double effort = 10) {
    auto& subtask
      = *request.mutable_request()->mutable_decomposition()->add_subtasks();
    subtask.set_id(id);
    subtask.set_effort_seconds(effort);
    auto& evidence = request.request().evidence();
    for (auto& file : files) {
      subtask.add_files(file);
      for (int i = 0; i < evidence.diagnostics_size(); ++i)
        if (evidence.diagnostics(i).location().file() == file)
          subtask.add_diagnostics(static_cast<uint32_t>(i));
    }
    return subtask;
  }
};

bool has(const pb::Verdict& verdict, pb::AmendmentKind kind,
         const std::string& first, const std::string& second = {}) {
  return std::any_of(
    verdict.amendments().begin(), verdict.amendments().end(), [&](auto& x) {
      return x.kind() == kind && x.first() == first && x.second() == second;
    });
}

} // namespace

TEST_CASE("the judges are known by name and carry review, round and weight") {
  std::vector<std::string_view> names;
  for (auto& judge : judges()) {
    names.push_back(judge.name);
    auto verdict = judge.decide(review{{}}.request);
    CHECK(verdict.judge() == judge.name);
    CHECK(verdict.review() == 7);
    CHECK(verdict.round() == 2);
    CHECK(verdict.weight() > 0);
  }
  CHECK(names
        == std::vector<std::string_view>{"balance", "conflict", "granularity",
                                         "history", "regression"});
}

TEST_CASE("every judge approves what decompose makes, and thinks it is right") {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    review asked{tests::random_reports(seed)};
    auto& request = *asked.request.mutable_request();
    auto plan = runtime::decomposition::decompose({}, request.evidence(), {}, 1,
                                                  {});
    REQUIRE(plan.has_value());
    *request.mutable_decomposition() = *plan;
    for (auto& judge : judges()) {
      CAPTURE(judge.name);
      auto verdict = judge.decide(asked.request);
      CHECK(verdict.opinion() == pb::OPINION_APPROVE);
      CHECK(verdict.probability() >= 0.5);
    }
  }
}

TEST_CASE("conflict: headers that are read together are to be merged") {
  review asked{{make_unit("a.cc", {"x.hpp", "y.hpp"},
                          {make_error("x.hpp", 1), make_error("y.hpp", 1)})}};
  asked.add("s1", {"x.hpp"});
  auto& second = asked.add("s2", {"y.hpp"});
  auto verdict = judge_conflict(asked.request);
  CHECK(verdict.opinion() == pb::OPINION_AMEND);
  CHECK(has(verdict, pb::AMENDMENT_KIND_MERGE, "s1", "s2"));
  CHECK(verdict.findings(0).severity() < 0.95);
  second.add_depends_on()->set_subtask_id("s1");
  CHECK(judge_conflict(asked.request).opinion() == pb::OPINION_APPROVE);
}

TEST_CASE("conflict: a header is to come before the source that reads it") {
  review asked{{make_unit("a.cc", {"x.hpp"},
                          {make_error("x.hpp", 1), make_error("a.cc", 1)})}};
  asked.add("s1", {"a.cc"});
  asked.add("s2", {"x.hpp"});
  auto verdict = judge_conflict(asked.request);
  CHECK(has(verdict, pb::AMENDMENT_KIND_ORDER, "s2", "s1"));
  CHECK(verdict.amendments_size() == 1);
}

TEST_CASE("conflict: a source that comes before its header is turned round") {
  review asked{{make_unit("a.cc", {"x.hpp"},
                          {make_error("x.hpp", 1), make_error("a.cc", 1)})}};
  asked.add("s1", {"a.cc"});
  asked.add("s2", {"x.hpp"}).add_depends_on()->set_subtask_id("s1");
  auto verdict = judge_conflict(asked.request);
  CHECK(has(verdict, pb::AMENDMENT_KIND_ORDER, "s2", "s1"));
  CHECK(verdict.findings(0).text().find("comes last") != std::string::npos);
  auto& plan = *asked.request.mutable_request()->mutable_decomposition();
  CHECK(carry_out(plan, verdict.amendments(0),
                  {asked.request.request().evidence()}));
  CHECK(judge_conflict(asked.request).opinion() == pb::OPINION_APPROVE);
}

TEST_CASE("balance: a heavy subtask is to be split, if it can be") {
  std::vector<pb::UnitReport> reports;
  std::vector<std::string> files;
  for (int i = 0; i < 6; ++i) {
    files.push_back(std::to_string(i) + ".cc");
    reports.push_back(
      make_unit(files.back(), {}, {make_error(files.back(), 1)}));
  }
  review asked{reports, 4};
  asked.add("s1", files, 100);
  asked.add("s2", {}, 5);
  auto verdict = judge_balance(asked.request);
  CHECK(verdict.opinion() == pb::OPINION_AMEND);
  CHECK(has(verdict, pb::AMENDMENT_KIND_SPLIT, "s1"));
  CHECK(verdict.findings(0).kind() == pb::FINDING_KIND_IMBALANCE);

  reports.push_back(make_unit("all.cc", files));
  review coupled{reports, 4};
  coupled.add("s1", files, 100);
  coupled.add("s2", {}, 5);
  CHECK(judge_balance(coupled.request).opinion() == pb::OPINION_APPROVE);
}

TEST_CASE("balance: one worker cannot be unbalanced") {
  review asked{{}, 1};
  asked.add("s1", {"a.cc", "b.cc"}, 100);
  asked.add("s2", {"c.cc"}, 1);
  CHECK(judge_balance(asked.request).opinion() == pb::OPINION_APPROVE);
}

TEST_CASE("granularity: tiny subtasks are to be merged, like ones first") {
  review asked{{}};
  asked.add("s1", {"a.cc"}, 0.01);
  asked.add("s2", {"b.cc"}, 0.01);
  asked.add("s3", {"c.cc"}, 9);
  asked.add("s4", {"d.cc"}, 0.01).add_depends_on()->set_subtask_id("s3");
  auto verdict = judge_granularity(asked.request);
  CHECK(has(verdict, pb::AMENDMENT_KIND_MERGE, "s1", "s2"));
  CHECK(has(verdict, pb::AMENDMENT_KIND_MERGE, "s1", "s4"));
  CHECK(verdict.amendments_size() == 2);
  CHECK(verdict.findings(0).kind() == pb::FINDING_KIND_GRANULARITY);
}

TEST_CASE("regression: what compiles now and reads the file is the risk") {
  std::vector<pb::UnitReport> reports{
    make_unit("a.cc", {"x.hpp"}, {make_error("x.hpp", 1)})};
  for (int i = 0; i < 9; ++i)
    reports.push_back(make_unit(std::to_string(i) + ".cc", {"x.hpp"}));
  review asked{reports};
  asked.add("s1", {"x.hpp"});
  auto risky = judge_regression(asked.request);
  CHECK(risky.opinion() == pb::OPINION_APPROVE);
  REQUIRE(risky.findings_size() == 1);
  CHECK(risky.findings(0).kind() == pb::FINDING_KIND_REGRESSION);
  CHECK(risky.findings(0).text().find("100 %") != std::string::npos);
  review harmless{{reports.front()}};
  harmless.add("s1", {"x.hpp"});
  CHECK(judge_regression(harmless.request).probability() > risky.probability());
}

TEST_CASE("regression: a build file without errors is not to be touched") {
  review asked{{}};
  asked.add("s1", {"src/CMakeLists.txt"});
  auto verdict = judge_regression(asked.request);
  CHECK(verdict.opinion() == pb::OPINION_REJECT);
  CHECK(verdict.findings(0).severity() >= 0.95);
  review with_error{
    {make_unit("a.cc", {}, {make_error("src/CMakeLists.txt", 1)})}};
  with_error.add("s1", {"src/CMakeLists.txt"});
  CHECK(judge_regression(with_error.request).opinion() == pb::OPINION_APPROVE);
}

TEST_CASE("history: what mostly failed goes to a generalist") {
  review asked{{}};
  for (auto* id : {"s1", "s2"}) {
    auto& subtask = asked.add(id, {std::string{id} + ".cc"});
    subtask.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_TYPE_SYSTEM);
    subtask.set_error_type(id == std::string{"s1"} ? "wrong_type" : "other");
  }
  CHECK(judge_history(asked.request).opinion() == pb::OPINION_APPROVE);
  CHECK(judge_history(asked.request).predictions().empty());
  auto& record = *asked.request.mutable_request()->add_record();
  record.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_TYPE_SYSTEM);
  record.set_error_type("wrong_type");
  record.set_failed(7);
  record.set_succeeded(1);
  auto verdict = judge_history(asked.request);
  REQUIRE(verdict.amendments_size() == 1);
  CHECK(has(verdict, pb::AMENDMENT_KIND_REASSIGN, "s1"));
  CHECK(verdict.amendments(0).specialty().kind()
        == pb::SPECIALTY_KIND_GENERALIST);
  REQUIRE(verdict.predictions_size() == 1);
  CHECK(verdict.predictions(0).probability() == doctest::Approx(0.8));
  CHECK(verdict.probability() == doctest::Approx(0.8));
  CHECK(verdict.findings(0).text()
        == "of 8 subtasks like s1 (wrong_type) 7 failed");
}

TEST_CASE("history: three that ended say nothing yet") {
  review asked{{}};
  asked.add("s1", {"a.cc"})
    .mutable_specialty()
    ->set_kind(pb::SPECIALTY_KIND_TESTING);
  auto& record = *asked.request.mutable_request()->add_record();
  record.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_TESTING);
  record.set_failed(3);
  CHECK(judge_history(asked.request).opinion() == pb::OPINION_APPROVE);
  CHECK(judge_history(asked.request).predictions(0).probability()
        == doctest::Approx(0.8));
}

TEST_CASE("history: what fails with generalists, too, is refused when it is "
          "most of the plan") {
  review asked{{}};
  auto& subtask = asked.add("s1", {"a.cc"}, 10);
  subtask.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_GENERALIST);
  subtask.set_error_type("macro");
  auto& record = *asked.request.mutable_request()->add_record();
  record.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_GENERALIST);
  record.set_failed(20);
  CHECK(judge_history(asked.request).opinion() == pb::OPINION_REJECT);
  asked.add("s2", {"b.cc"}, 11)
    .mutable_specialty()
    ->set_kind(pb::SPECIALTY_KIND_REFACTORING);
  auto verdict = judge_history(asked.request);
  CHECK(verdict.opinion() == pb::OPINION_APPROVE);
  CHECK(verdict.findings_size() == 1);
}

TEST_CASE("judges say what they expect, of good plans and of bad ones") {
  review good{tests::broken_sources(3)};
  for (auto* name : {"0", "1", "2"})
    good.add(std::string{"s"} + name, {std::string{"src/"} + name + ".cc"});
  auto& record = *good.request.mutable_request()->add_record();
  record.set_succeeded(18);
  for (auto& judge : judges()) {
    CAPTURE(judge.name);
    auto verdict = judge.decide(good.request);
    CHECK(verdict.opinion() == pb::OPINION_APPROVE);
    REQUIRE(!verdict.predictions().empty());
    for (auto& prediction : verdict.predictions())
      CHECK(prediction.probability() < 0.3);
  }
  review bad{{make_unit("a.cc", {"x.hpp", "y.hpp"},
                        {make_error("x.hpp", 1), make_error("y.hpp", 1)})}};
  bad.add("s1", {"x.hpp"});
  bad.add("s2", {"y.hpp"});
  auto verdict = judge_conflict(bad.request);
  REQUIRE(verdict.predictions_size() == 1);
  CHECK(verdict.predictions(0).subtasks_size() == 2);
  CHECK(verdict.predictions(0).probability() >= 0.5);
  CHECK(verdict.probability()
        == doctest::Approx(verdict.predictions(0).probability()));
}

TEST_CASE("nonsense gets a verdict with sense") {
  review asked{tests::random_reports(3), 0};
  for (int i = 0; i < 40; ++i) {
    auto& subtask = asked.add(i % 3 == 0 ? "" : "s" + std::to_string(i % 5),
                              {"same.cc", "", "../x"},
                              std::numeric_limits<double>::quiet_NaN());
    subtask.add_diagnostics(UINT32_MAX);
    subtask.add_depends_on()->set_subtask_id("s" + std::to_string(i % 7));
  }
  for (auto& judge : judges()) {
    CAPTURE(judge.name);
    auto verdict = judge.decide(asked.request);
    CHECK(verdict.probability() >= 0);
    CHECK(verdict.probability() <= 1);
    CHECK(verdict.opinion() != pb::OPINION_UNSPECIFIED);
  }
  for (int i = 0; i < 5000; ++i)
    asked.add("t" + std::to_string(i), {"a.cc"});
  for (auto& judge : judges())
    CHECK(judge.decide(asked.request).opinion() == pb::OPINION_REJECT);
}

} // namespace cohort::tests::judges_test
