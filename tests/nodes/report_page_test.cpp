#include "nodes/report_page.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/golden.hpp"

namespace cohort::tests::report_page_test {

using namespace cohort;
namespace pb = messages::v1;
using nodes::task_recorder;

namespace {

/// A task that meets everything a page can show.
class whole_task {
public:
  nodes::task_record record() {
    auto& request = *at(0).mutable_accepted()->mutable_request();
    request.set_description("fix the <b>errors</b> & `more`");
    request.set_workspace_root("/home/me/shapes");
    add();
    at(0.5).mutable_snapshot();
    add();
    at(2).mutable_prepared();
    add();
    at(6).mutable_routed();
    add();
    work(9, "s1", "w1", 2.5);
    work(11, "s2", "w2", 4.5);
    auto& failed = *at(12).mutable_failed();
    failed.set_subtask_id("s3");
    failed.set_worker("w1");
    add();
    at(12).mutable_round_finished()->set_round(1);
    add();
    at(20).mutable_gates();
    add();
    at(30).mutable_culprits_found();
    add();
    at(31).mutable_delivered();
    add();
    *at(31.5).mutable_finished()->mutable_result() = result();
    add();
    return std::move(recorder_).take();
  }

private:
  pb::Event& at(double seconds) {
    event_.Clear();
    event_.mutable_time()->set_seconds(1'700'000'000
                                       + static_cast<int64_t>(seconds));
    event_.mutable_time()->set_nanos(
      static_cast<int32_t>((seconds - std::floor(seconds)) * 1e9));
    return event_;
  }

  void add() {
    recorder_.add(event_);
  }

  void work(double now, const std::string& subtask, const std::string& worker,
            double seconds) {
    auto& done = *at(now).mutable_completed();
    done.set_subtask_id(subtask);
    done.mutable_result()->set_worker(worker);
    done.mutable_result()->mutable_metrics()->set_wall_seconds(seconds);
    add();
  }

  static pb::TaskResult result() {
    pb::TaskResult result;
    result.set_task_id("20261128-200000-abcd");
    result.set_outcome(pb::TASK_OUTCOME_PARTIAL);
    result.set_summary("3 places with errors before, 1 after; 1 change left "
                       "out, because tests fail with it");
    result.set_branch("cohort/20261128-200000-abcd");
    result.mutable_routing()->set_mode(pb::EXECUTION_MODE_PARALLEL);
    result.mutable_routing()->mutable_benefit()->set_speedup(1.8);
    result.set_wall_seconds(31.5);
    result.set_sequential_estimate_seconds(50);
    result.set_errors_before(3);
    result.set_errors_after(1);
    result.set_subtasks_done(2);
    result.set_subtasks_total(3);
    result.mutable_patch()->add_files("area.cc");
    for (auto* id : {"s1", "s2", "s3"}) {
      auto& subtask = *result.add_subtasks();
      subtask.set_subtask_id(id);
      subtask.set_title("unknown_name in area.cc");
      subtask.set_worker("w1");
      subtask.set_merged(std::string{id} != "s3");
      subtask.set_state(subtask.merged() ? "merged" : "failed");
      subtask.set_seconds(2.5);
      if (subtask.merged())
        subtask.add_files("area.cc");
    }
    auto& tests = *result.add_gates();
    tests.set_kind(pb::GATE_KIND_TESTS);
    tests.set_verdict(pb::GATE_VERDICT_PASS);
    tests.set_score(1);
    tests.set_details("12 of 12 tests pass");
    tests.set_seconds(7.5);
    auto& coverage = *result.add_gates();
    coverage.set_kind(pb::GATE_KIND_COVERAGE);
    coverage.set_verdict(pb::GATE_VERDICT_FAIL);
    coverage.set_advisory(true);
    coverage.set_score(0.5);
    coverage.set_details("1 of 2 changed lines are executed | 50 %");
    coverage.add_suggestions("test area.cc:4");
    auto& objection = *coverage.add_objections();
    objection.set_rule("uncovered-line");
    objection.mutable_location()->set_file("area.cc");
    objection.mutable_location()->set_line(4);
    objection.set_message("no test executes it");
    auto& culprit = *result.add_culprits();
    culprit.set_file("name.cc");
    culprit.add_lines()->set_first(7);
    culprit.add_tests("shapes_test");
    culprit.add_subtasks("s2");
    culprit.add_needs("area.cc:4");
    result.add_flaky_tests("clock_test");
    auto& left = *result.add_left();
    left.mutable_diagnostic()->mutable_location()->set_file("name.cc");
    left.mutable_diagnostic()->mutable_location()->set_line(7);
    left.mutable_diagnostic()->set_message("use of undeclared <identifier>");
    left.set_reason("what repaired it was left out");
    return result;
  }

  pb::Event event_;
  task_recorder recorder_;
};

} // namespace

TEST_CASE("the page") {
  auto page = to_html(whole_task{}.record(),
                      "--- a/area.cc\n+++ b/area.cc\n-old <x>\n+new\n same\n");
  CHECK(page == golden("report_page.html", page));
}

TEST_CASE("the pull request") {
  auto text = to_markdown(whole_task{}.record());
  CHECK(text == golden("report_page.md", text));
}

TEST_CASE("nothing of the task is markup of the page") {
  auto task = whole_task{}.record();
  auto evil = std::string{"<script>alert('x')</script>\"onload=\"\x01"};
  task.request.set_description(evil);
  task.request.set_workspace_root(evil);
  task.result.set_summary(evil);
  task.result.mutable_subtasks(0)->set_title(evil);
  task.result.mutable_subtasks(0)->set_files(0, evil);
  task.result.mutable_gates(0)->set_details(evil);
  task.spans[1].what = evil;
  auto page = to_html(task, evil);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("\"onload") == std::string::npos);
  CHECK(page.find('\x01') == std::string::npos);
  auto text = to_markdown(task);
  for (auto at = text.find("<script"); at != std::string::npos;
       at = text.find("<script", at + 1))
    CHECK((text[at - 1] == '\\' || text[at - 1] == '`'));
}

TEST_CASE("lanes stand together, the task's own first") {
  auto task = whole_task{}.record();
  std::vector<std::string> lanes;
  for (auto& span : task.spans)
    if (lanes.empty() || lanes.back() != span.lane)
      lanes.push_back(span.lane);
  CHECK(lanes == std::vector<std::string>{"task", "w1", "w2"});
  CHECK(task.seconds == 31.5);
  CHECK(task.events == 12);
}

TEST_CASE("a task without anything is a page, too") {
  task_recorder recorder;
  pb::Event event;
  event.mutable_finished()->mutable_result()->set_task_id("t");
  recorder.add(event);
  auto task = std::move(recorder).take();
  CHECK(to_html(task, "").find("</html>") != std::string::npos);
  CHECK(to_markdown(task).find("`t`") != std::string::npos);
}

} // namespace cohort::tests::report_page_test
