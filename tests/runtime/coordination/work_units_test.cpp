#include "runtime/coordination/work_units.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::work_units_test {

using namespace cohort::runtime::coordination;
namespace pb = cohort::messages::v1;

namespace {

pb::UnitReport report_of(std::string unit, std::string tool,
                         std::vector<std::string> reads) {
  pb::UnitReport report;
  report.set_unit(std::move(unit));
  report.set_tool(std::move(tool));
  report.set_ok(true);
  report.mutable_reads()->Add(reads.begin(), reads.end());
  return report;
}

} // namespace

TEST_CASE("a report holds until something that its unit reads changes") {
  std::vector<pb::UnitReport> reports{report_of("a.cc", "gcc", {"a.cc", "a.h"}),
                                      report_of("b.cc", "gcc", {"b.cc"})};
  CHECK(unaffected(reports, {}).size() == 2);
  CHECK(unaffected(reports, {"c.h"}).size() == 2);
  auto left = unaffected(reports, {"a.h", "z.h"});
  REQUIRE(left.size() == 1);
  CHECK(left[0].unit() == "b.cc");
}

TEST_CASE("a check without a verdict may have read anything") {
  auto failed = report_of("a.cc", "gcc", {"a.cc"});
  failed.set_failure("timed out");
  CHECK(unaffected({failed}, {}).empty());
}

TEST_CASE("what is missing is every unit by every compiler that is not known") {
  auto known = std::vector<pb::UnitReport>{report_of("a.cc", "gcc", {})};
  pb::PreparedWorkspace workspace;
  for (auto* unit : {"a.cc", "b.cc"})
    workspace.add_units(unit);
  for (auto* compiler : {"gcc", "clang"})
    workspace.add_compilers(compiler);
  auto missing = missing_checks(workspace, known);
  REQUIRE(missing.size() == 3);
  CHECK(missing[0].unit() == "a.cc");
  CHECK(missing[0].compiler() == "clang");
}

TEST_CASE("other files are missing by the tool that judges them") {
  pb::PreparedWorkspace workspace;
  auto& python = *workspace.add_tools();
  python.set_tool("python");
  python.add_units("a.py");
  python.add_units("b.py");
  auto missing = missing_checks(workspace, {report_of("a.py", "python", {})});
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].unit() == "b.py");
  CHECK(missing[0].compiler() == "python");
}

TEST_CASE("a repair is told who works on it, and waits without a core") {
  pb::TaskRequest request;
  request.set_description("add licence headers");
  CHECK(repair_unit(request, "t", {}, 1, {}, {}, 1).cpu_bound());
  request.add_executors()->mutable_command()->add_argv("agent");
  auto waits = repair_unit(request, "t", {}, 1, {}, {}, 1);
  CHECK(!waits.cpu_bound());
  CHECK(waits.repair().executors_size() == 1);
  CHECK(waits.repair().description() == "add licence headers");
  request.add_executors()->mutable_fixit();
  CHECK(repair_unit(request, "t", {}, 1, {}, {}, 1).cpu_bound());
}

TEST_CASE("more knowledge never overrides what is known") {
  auto known = std::vector<pb::UnitReport>{report_of("a.cc", "gcc", {})};
  auto other = report_of("a.cc", "gcc", {});
  other.set_ok(false);
  add_missing(known, {other, report_of("a.cc", "clang", {}),
                      report_of("a.cc", "clang", {})});
  REQUIRE(known.size() == 2);
  CHECK(known[0].ok());
  CHECK(known[1].tool() == "clang");
}

TEST_CASE(
  "reports come in parts that fit into an event, in order, and none is lost") {
  std::vector<pb::UnitReport> reports;
  for (int i = 0; i < 50; ++i)
    reports.push_back(
      report_of(std::to_string(i), "gcc",
                {std::string(static_cast<size_t>(i) * 20'000, 'x')}));
  int next = 0;
  auto batches = in_batches(reports);
  CHECK(batches.size() > 1);
  for (auto& batch : batches) {
    size_t bytes = 0;
    for (auto& report : batch) {
      CHECK(report.unit() == std::to_string(next++));
      bytes += report.ByteSizeLong();
    }
    CHECK(bytes <= 8U << 20);
  }
  CHECK(next == 50);
  CHECK(in_batches({}).empty());
}

TEST_CASE("the sequential fallback works on the last good tree, on everything "
          "in scope") {
  pb::TaskRequest request;
  request.set_task_id("t1");
  request.mutable_scope()->add_include("src/**");
  pb::ComplexTask task;
  task.set_task_id("t1");
  auto broken = report_of("src/a.cc", "gcc", {"src/a.cc"});
  broken.set_ok(false);
  auto& error = *broken.add_diagnostics();
  error.set_tool("gcc");
  error.set_severity(pb::SEVERITY_ERROR);
  error.mutable_location()->set_file("src/a.cc");
  error.mutable_location()->set_line(3);
  error.set_message("expected ';'");
  error.add_units("src/a.cc");
  auto unit = execute_sequential_fallback(request, task, "tree-with-merges",
                                          {"gcc"}, {broken}, 7);
  CHECK(unit.tree() == "tree-with-merges");
  CHECK(unit.ticket() == 7);
  CHECK(unit.specialty().kind() == pb::SPECIALTY_KIND_GENERALIST);
  REQUIRE(unit.repair().subtask().files_size() == 1);
  CHECK(unit.repair().subtask().files(0) == "src/a.cc");
  CHECK(unit.repair().scope().include(0) == "src/**");
}

} // namespace cohort::tests::work_units_test
