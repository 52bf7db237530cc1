#include "nodes/audit_story.hpp"

#include <doctest/doctest.h>

#include "tests/support/golden.hpp"

namespace cohort::tests::audit_story_test {

using namespace cohort;
namespace pb = messages::v1;
using nodes::story_of;

namespace {

const std::string base(40, 'a');
const std::string result(40, 'b');

/// One event of each kind, as a task has them that meets everything.
class full_task {
public:
  std::string story() {
    begin();
    split();
    repair();
    end();
    return text_;
  }

private:
  pb::Event& next(const std::string& actor, const std::string& reason = "") {
    event_.Clear();
    event_.set_task_id("t");
    event_.set_actor(actor);
    event_.set_reason(reason);
    event_.mutable_time()->set_seconds(1'700'000'000 + seconds_);
    event_.mutable_time()->set_nanos(500'000'000);
    ++seconds_;
    return event_;
  }
  void told() {
    text_ += story_of(event_, 1'700'000'000.5);
  }

  void begin() {
    auto& request = *next("orchestrator").mutable_accepted()->mutable_request();
    request.set_description("fix the compile errors\nof everything");
    request.set_workspace_root("/home/me/shapes");
    request.set_mode(pb::EXECUTION_MODE_AUTO);
    told();
    auto& snapshot = *next("task_supervisor").mutable_snapshot();
    snapshot.set_tree(base);
    snapshot.set_files(5);
    told();
    auto& workspace
      = *next("task_supervisor").mutable_prepared()->mutable_workspace();
    workspace.add_units("area.cc");
    workspace.add_compilers("gcc");
    workspace.add_compilers("clang");
    workspace.set_has_tests(true);
    told();
    auto& evidence = *next("task_supervisor").mutable_evidence();
    evidence.add_reports()->set_ok(true);
    evidence.add_reports();
    told();
    auto& decision
      = *next("task_supervisor").mutable_routed()->mutable_decision();
    decision.set_mode(pb::EXECUTION_MODE_PARALLEL);
    decision.mutable_score()->set_score(0.71);
    decision.mutable_score()->set_uncertainty(0.1);
    auto& reason = *decision.mutable_score()->add_reasons();
    reason.set_contribution(0.3);
    reason.set_text("all errors are asked for");
    decision.add_reasons()->set_text("the score is above 0.6");
    decision.mutable_benefit()->set_speedup(1.8);
    decision.mutable_benefit()->set_speedup_low(1.4);
    decision.mutable_benefit()->set_speedup_high(2);
    told();
  }

  void split() {
    next("coordinator").mutable_coordinator_started()->set_start(1);
    told();
    auto& round = *next("coordinator").mutable_round_started();
    round.set_round(1);
    round.set_base_tree(base);
    told();
    auto& plan
      = *next("coordinator").mutable_decomposed()->mutable_decomposition();
    plan.set_strategy("error_type_based");
    auto& first = *plan.add_subtasks();
    first.set_id("s1");
    first.set_title("headers first: shapes.h");
    first.add_diagnostics(0);
    auto& second = *plan.add_subtasks();
    second.set_id("s2");
    second.set_title("area.cc (syntax)");
    second.add_depends_on()->set_subtask_id("s1");
    told();
    auto& outcome = *next("coordinator").mutable_council()->mutable_outcome();
    outcome.set_approved(true);
    outcome.set_rounds(1);
    outcome.set_reason("3 of 4 judges approve");
    auto& verdict = *outcome.add_verdicts();
    verdict.set_judge("conflict");
    verdict.set_opinion(pb::OPINION_APPROVE);
    verdict.set_probability(0.9);
    verdict.set_weight(1);
    auto& finding = *verdict.add_findings();
    finding.set_severity(0.2);
    finding.set_text("s1 and s2 read the same header");
    outcome.add_absent("balance");
    told();
  }

  static void fill(pb::AttemptResult& attempt) {
    attempt.set_attempt(2);
    attempt.set_worker("w1");
    attempt.mutable_repair()->add_attempts()->set_kept(true);
    attempt.mutable_repair()->add_attempts();
    attempt.mutable_repair()->add_left();
    attempt.mutable_patch()->set_result_tree(result);
    for (auto file : {"a", "b", "c", "d", "e", "f"})
      attempt.mutable_patch()->add_files(file);
  }

  void repair() {
    auto& dispatched = *next("coordinator", "its turn").mutable_dispatched();
    dispatched.set_subtask_id("s1");
    dispatched.set_base_tree(base);
    told();
    auto& completed = *next("coordinator").mutable_completed();
    completed.set_subtask_id("s1");
    fill(*completed.mutable_result());
    told();
    auto& failed = *next("coordinator").mutable_failed();
    failed.set_subtask_id("s2");
    failed.set_worker("w2");
    failed.set_attempts(3);
    failed.mutable_error()->set_message("the worker died\x1b[31m");
    told();
    auto& merged = *next("coordinator").mutable_merged();
    merged.set_subtask_id("s1");
    merged.set_tree(result);
    merged.add_files("shapes.h");
    told();
    auto& conflicted = *next("coordinator").mutable_conflicted();
    conflicted.set_subtask_id("s2");
    conflicted.add_files("area.cc");
    conflicted.set_rebase_attempts(1);
    told();
    auto& withdrawn = *next("coordinator").mutable_withdrawn();
    withdrawn.set_subtask_id("s1");
    withdrawn.set_tree(base);
    withdrawn.set_why("name.cc broke");
    told();
    auto& checked = *next("coordinator").mutable_round_checked();
    checked.set_round(1);
    checked.add_reports()->set_ok(true);
    told();
    auto& round = *next("coordinator").mutable_round_finished();
    round.set_round(1);
    round.set_tree(result);
    told();
    auto& over = *next("coordinator").mutable_coordination_finished();
    over.set_tree(result);
    over.set_needs_fallback(true);
    over.set_why("too many subtasks failed");
    told();
  }

  void end() {
    auto& fallback = *next("task_supervisor").mutable_fallback_started();
    fallback.set_tree(result);
    fallback.set_why("too many subtasks failed");
    told();
    auto& alone = *next("task_supervisor").mutable_fallback_finished();
    alone.set_tree(result);
    fill(*alone.mutable_result());
    told();
    next("task_supervisor").mutable_resumed()->set_time(1);
    told();
    next("task_supervisor").mutable_deadline_passed();
    told();
    next("task_supervisor").mutable_cancelled()->set_reason("interrupted");
    told();
    auto& opened = *next("coordinator").mutable_breaker_opened();
    opened.set_what("checks with gcc on alpha");
    opened.set_why("the program did not start: g++");
    told();
    next("coordinator")
      .mutable_breaker_closed()
      ->set_what("checks with gcc on alpha");
    told();
    next("task_supervisor").mutable_gates_checked()->add_reports();
    told();
    auto& gates = *next("task_supervisor").mutable_gates();
    gates.set_tree(result);
    auto& report = *gates.add_reports();
    report.set_kind(pb::GATE_KIND_TESTS);
    report.set_verdict(pb::GATE_VERDICT_FAIL);
    report.set_details("0 of 1 test pass");
    told();
    auto& reverted
      = *next("task_supervisor", "a gate failed").mutable_reverted();
    reverted.add_files("area.cc");
    reverted.set_tree(result);
    told();
    auto& delivered = *next("task_supervisor").mutable_delivered();
    delivered.set_branch("cohort/t");
    delivered.set_applied(true);
    delivered.set_apply_refused("a.cc has changed since");
    told();
    auto& outcome
      = *next("task_supervisor").mutable_finished()->mutable_result();
    outcome.set_outcome(pb::TASK_OUTCOME_PARTIAL);
    outcome.set_summary("2 places with errors before, 1 after");
    told();
    next("task_supervisor"); // As one of a newer cohort.
    told();
  }

  pb::Event event_;
  int64_t seconds_ = 0;
  std::string text_;
};

} // namespace

TEST_CASE("a task's story reads as agreed") {
  auto text = full_task{}.story();
  CHECK(text == tests::golden("audit_story.txt", text));
}

TEST_CASE("terminals do not get what compilers said as a command") {
  CHECK(full_task{}.story().find('\x1b') == std::string::npos);
}

TEST_CASE("dates are in UTC") {
  CHECK(nodes::date_of(1'700'000'000) == "2023-11-14 22:13:20 UTC");
  CHECK(nodes::date_of(0) == "1970-01-01 00:00:00 UTC");
}

} // namespace cohort::tests::audit_story_test
