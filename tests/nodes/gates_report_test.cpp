#include "nodes/gates_report.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "nodes/report.hpp"
#include "runtime/coordination/judgement.hpp"
#include "tests/support/golden.hpp"

namespace cohort::tests::gates_report_test {

namespace pb = messages::v1;
using namespace cohort::nodes;
using cohort::tests::golden;
using nlohmann::json;

namespace {

pb::GateReport& add_gate(pb::TaskResult& result, pb::GateKind kind,
                         pb::GateVerdict verdict, const std::string& details) {
  auto& gate = *result.add_gates();
  gate.set_kind(kind);
  gate.set_verdict(verdict);
  gate.set_details(details);
  gate.set_seconds(1.5);
  return gate;
}

void object(pb::GateReport& gate, const std::string& rule,
            const std::string& file, uint32_t line,
            const std::string& message) {
  auto& objection = *gate.add_objections();
  objection.set_rule(rule);
  objection.mutable_location()->set_file(file);
  objection.mutable_location()->set_line(line);
  objection.set_message(message);
}

/// A gate of each verdict, an advisory one, and an error of each kind.
pb::TaskResult judged() {
  pb::TaskResult result;
  result.set_task_id("t1");
  result.set_outcome(pb::TASK_OUTCOME_FAILED);
  result.set_summary("1 of 3 gates pass, 1 with a warning, 1 fails");
  result.set_wall_seconds(7);
  add_gate(result, pb::GATE_KIND_COMPILATION, pb::GATE_VERDICT_WARNING,
           "3 of 4 checks pass; still rejected: a.cc");
  add_gate(result, pb::GATE_KIND_SCOPE, pb::GATE_VERDICT_PASS,
           "2 changed files, all inside the scope");
  auto& coverage = add_gate(result, pb::GATE_KIND_COVERAGE,
                            pb::GATE_VERDICT_FAIL,
                            "1 of 4 changed lines are executed (25 %)");
  coverage.add_suggestions("add tests that execute src/a b.cc:7");
  object(coverage, "uncovered-line", "src/a b.cc", 7,
         "no test executes lines 7 to 9");
  auto& security = add_gate(result, pb::GATE_KIND_SECURITY,
                            pb::GATE_VERDICT_FAIL, "\"<&>\" \x01 \xff");
  security.set_advisory(true);
  object(security, "added_option", "CMakeLists.txt", 3, "-fplugin is new");
  add_gate(result, pb::GATE_KIND_MUTATION, pb::GATE_VERDICT_NOT_MEASURED,
           "no mutant");
  for (auto* reason : {runtime::coordination::base_lacks_it,
                       runtime::coordination::base_has_it}) {
    auto& left = *result.add_left();
    left.set_reason(reason);
    left.mutable_diagnostic()->set_error_type("missing_semicolon");
    left.mutable_diagnostic()->set_message("expected ';'");
    left.mutable_diagnostic()->mutable_location()->set_file("a.cc");
    left.mutable_diagnostic()->mutable_location()->set_line(4);
    left.mutable_diagnostic()->add_units("a.cc");
    left.mutable_diagnostic()->add_units("b.cc");
  }
  return result;
}

} // namespace

TEST_CASE("JUnit: a case for each gate") {
  auto text = gates_junit(judged());
  CHECK(text == golden("gates.junit.xml", text));
}

TEST_CASE("JUnit: that nothing could be judged is an error") {
  pb::TaskResult result;
  result.set_summary("the base 'x' is no revision");
  auto text = gates_junit(result);
  CHECK(text.find("<error message=\"the base 'x' is no revision\"/>")
        != std::string::npos);
  CHECK(text.find("tests=\"1\" failures=\"0\" errors=\"1\"")
        != std::string::npos);
}

TEST_CASE("SARIF: objections, and the errors of the workspace") {
  auto text = gates_sarif(judged(), "/home/me/a b");
  CHECK(text == golden("gates.sarif", text));
}

TEST_CASE("SARIF: rules stand once, and results name them") {
  auto log = json::parse(gates_sarif(judged(), "/ws"));
  auto& run = log.at("runs").at(0);
  auto& rules = run.at("tool").at("driver").at("rules");
  CHECK(rules.size() == 3);
  CHECK(run.at("results").size() == 4);
  for (auto& result : run.at("results"))
    CHECK(rules.at(result.at("ruleIndex").get<size_t>()).at("id")
          == result.at("ruleId"));
}

TEST_CASE("text: objections stand behind the gates, but not all of very many") {
  auto result = judged();
  auto text = summary_text(result);
  CHECK(text.find("\nobjections (2)\n  src/a b.cc:7: no test executes lines 7 "
                  "to 9 (uncovered-line)\n")
        != std::string::npos);
  for (uint32_t line = 1; line <= 30; ++line)
    object(*result.mutable_gates(2), "uncovered-line", "x.cc", line, "no");
  text = summary_text(result);
  CHECK(text.find("\nobjections (32)\n") != std::string::npos);
  CHECK(text.find("  ... 12 more (--output-format json") != std::string::npos);
}

} // namespace cohort::tests::gates_report_test
