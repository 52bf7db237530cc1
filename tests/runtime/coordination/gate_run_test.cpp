#include "runtime/coordination/gate_run.hpp"

#include <doctest/doctest.h>

#include "runtime/quality/gates.hpp"
#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::gate_run_test {

namespace {

using namespace cohort;
using namespace cohort::messages::v1;
using runtime::coordination::gate_run;
using tests::make_error;
using tests::make_unit;
using units = std::vector<WorkUnit>;

/// a.cc, which was changed, and compiled before.
RunGates request() {
  RunGates result;
  result.set_run(7);
  result.set_task_id("t");
  result.set_base_tree("base");
  result.set_tree("tree");
  result.set_has_tests(true);
  result.add_changed_files("a.cc");
  result.add_compilers("gcc");
  result.add_units("a.cc");
  *result.add_before() = make_unit("a.cc");
  return result;
}

runtime::quality::gate_settings no_measures() {
  runtime::quality::gate_settings result;
  result.coverage = runtime::quality::gate_policy::off;
  result.mutation = runtime::quality::gate_policy::off;
  return result;
}

struct run {
  /// Without settings: checks and tests alone.
  explicit run(const RunGates& what = request(),
               const runtime::quality::gate_settings& settings = no_measures())
    : gates{what, settings, [this] { return ++tickets; }} {
    open = gates.begin(0);
  }

  uint64_t tickets = 100;
  double now = 0;
  gate_run gates;
  units open; // Submitted and not answered.

  void answer(size_t number, AttemptResult result) {
    result.set_ticket(open.at(number).ticket());
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(number));
    auto more = gates.take(std::move(result), ++now);
    open.insert(open.end(), more.begin(), more.end());
  }

  void compile(const UnitReport& report = make_unit("a.cc")) {
    AttemptResult result;
    *result.mutable_unit_report() = report;
    answer(0, std::move(result));
  }

  /// The tests of `tree` end like this.
  void tests(const std::string& tree,
             const std::vector<std::pair<std::string, bool>>& cases) {
    for (size_t i = 0; i < open.size(); ++i) {
      if (open[i].tree() != tree || !open[i].has_tests())
        continue;
      AttemptResult result;
      auto runs = std::max(1U, open[i].tests().runs());
      result.mutable_tests()->set_available(true);
      for (auto& [name, passes] : cases) {
        auto& one = *result.mutable_tests()->add_cases();
        one.set_name(name);
        one.set_passed(passes);
        one.set_runs(runs);
        one.set_failures(passes ? 0 : runs);
      }
      return answer(i, std::move(result));
    }
    FAIL("no test unit for that tree");
  }

  GateReport report(GateKind kind) {
    REQUIRE(gates.is_over());
    auto finished = gates.finish();
    for (auto& one : finished.reports())
      if (one.kind() == kind)
        return one;
    return {};
  }
};

} // namespace

TEST_CASE("checks, then tests of both trees, then the verdict") {
  run r;
  REQUIRE(r.open.size() == 1);
  CHECK(r.open[0].check().unit() == "a.cc");
  CHECK(r.open[0].tree() == "tree");
  r.compile();
  REQUIRE(r.open.size() == 2);
  r.tests("tree", {{"x", true}});
  CHECK_FALSE(r.gates.is_over());
  r.tests("base", {{"x", true}});
  CHECK(r.open.empty());
  CHECK(r.report(GATE_KIND_TESTS).verdict() == GATE_VERDICT_PASS);
}

TEST_CASE("what is known is not checked, and results of others are ignored") {
  auto what = request();
  *what.add_known() = make_unit("a.cc");
  run r{what};
  CHECK(r.open.size() == 2); // The tests, at once.
  AttemptResult other;
  other.set_ticket(5);
  CHECK(r.gates.take(other, 1).empty());
  CHECK_FALSE(r.gates.is_over());
}

TEST_CASE("a tree that does not compile is not tested") {
  run r;
  r.compile(make_unit("a.cc", {}, {make_error("a.cc", 3)}));
  REQUIRE(r.gates.is_over());
  auto finished = r.gates.finish();
  REQUIRE(finished.broken_units_size() == 1);
  CHECK(finished.broken_units(0) == "a.cc");
}

TEST_CASE("what only another compiler than the build's rejects is tested") {
  auto what = request();
  what.add_compilers("clang");
  auto rejected = make_unit("a.cc", {}, {make_error("a.cc", 3)});
  rejected.set_tool("clang");
  *what.add_before() = rejected;
  *what.add_known() = make_unit("a.cc");
  *what.add_known() = rejected;
  run r{what};
  REQUIRE(r.open.size() == 2);
  CHECK(r.open[0].tree() == "tree");
  CHECK(r.open[1].tree() == "base");
}

TEST_CASE("a base that does not compile is not tested") {
  auto what = request();
  *what.mutable_before(0) = make_unit("a.cc", {}, {make_error("a.cc", 3)});
  run r{what};
  r.compile();
  REQUIRE(r.open.size() == 1);
  CHECK(r.open[0].tree() == "tree");
}

TEST_CASE("a test that fails is run again in both trees") {
  run r;
  r.compile();
  r.tests("tree", {{"x", false}, {"y", true}});
  r.tests("base", {{"x", true}, {"y", true}});
  REQUIRE(r.open.size() == 2);
  for (auto& unit : r.open) {
    CHECK(unit.tests().runs() == 2);
    REQUIRE(unit.tests().only_size() == 1);
    CHECK(unit.tests().only(0) == "x");
  }
  SUBCASE("it fails each time") {
    r.tests("tree", {{"x", false}});
    r.tests("base", {{"x", true}});
    auto report = r.report(GATE_KIND_TESTS);
    CHECK(report.verdict() == GATE_VERDICT_FAIL);
    CHECK(
      runtime::quality::tests_objected_to(report, runtime::quality::broken_test)
      == std::vector<std::string>{"x"});
  }
  SUBCASE("it passes now and then") {
    r.tests("tree", {{"x", true}});
    r.tests("base", {{"x", true}});
    CHECK(r.report(GATE_KIND_TESTS).verdict() == GATE_VERDICT_WARNING);
  }
  SUBCASE("it failed now and then before") {
    r.tests("tree", {{"x", false}});
    r.tests("base", {{"x", false}});
    CHECK(r.report(GATE_KIND_TESTS).verdict() == GATE_VERDICT_WARNING);
  }
}

TEST_CASE("without further runs a failure counts at once") {
  auto settings = no_measures();
  settings.test_reruns = 0;
  run r{request(), settings};
  r.compile();
  r.tests("tree", {{"x", false}});
  r.tests("base", {{"x", true}});
  CHECK(r.report(GATE_KIND_TESTS).verdict() == GATE_VERDICT_FAIL);
}

TEST_CASE("a task that names its gates gets these") {
  auto what = request();
  what.mutable_quality()->add_gates(GATE_KIND_COMPILATION);
  run r{what};
  r.compile();
  REQUIRE(r.gates.is_over());
  auto finished = r.gates.finish();
  CHECK(std::none_of(finished.reports().begin(), finished.reports().end(),
                     [](auto& report) {
                       return report.kind() == GATE_KIND_TESTS;
                     }));
}

TEST_CASE("a change without files is not tested") {
  auto what = request();
  what.clear_changed_files();
  run r{what};
  r.compile();
  CHECK(r.gates.is_over());
}

TEST_CASE("coverage is measured of what passes its tests") {
  auto what = request();
  auto& changed = *what.add_changed();
  changed.set_file("a.cc");
  changed.add_lines()->set_first(3);
  auto settings = no_measures();
  settings.coverage = runtime::quality::gate_policy::required;
  run r{what, settings};
  r.compile();
  r.tests("tree", {{"x", true}});
  r.tests("base", {{"x", true}});
  REQUIRE(r.open.size() == 1);
  CHECK(r.open[0].tree() == "tree");
  REQUIRE(r.open[0].coverage().changed_size() == 1);
  CHECK(r.open[0].coverage().changed(0).file() == "a.cc");
  AttemptResult result;
  auto& report = *result.mutable_coverage();
  report.set_available(true);
  auto& file = *report.add_files();
  file.set_file("a.cc");
  file.set_lines(10);
  file.set_hit(9);
  file.add_changed_hit(3);
  file.add_changed_missed(4);
  r.answer(0, result);
  auto judged = r.report(GATE_KIND_COVERAGE);
  CHECK(judged.verdict() == GATE_VERDICT_FAIL);
  CHECK(judged.score() == 0.5);
  CHECK_FALSE(judged.advisory());
}

TEST_CASE("mutants are planned once, and tried in pieces") {
  auto settings = no_measures();
  settings.mutation = runtime::quality::gate_policy::required;
  settings.mutation_max_mutants = 9;
  run r{request(), settings};
  r.compile();
  r.tests("tree", {{"x", true}});
  r.tests("base", {{"x", true}});
  REQUIRE(r.open.size() == 1);
  CHECK(r.open[0].plan_mutants().max_mutants() == 9);
  AttemptResult planned;
  auto& plan = *planned.mutable_mutation_plan();
  plan.set_available(true);
  plan.set_tree("mutated");
  plan.set_found(2);
  auto& test = *plan.add_tests();
  test.set_name("x");
  test.set_seconds(0.1);
  for (uint32_t id : {1, 2}) {
    auto& mutant = *plan.add_mutants();
    mutant.set_id(id);
    mutant.set_file("a.cc");
    mutant.set_line(id);
    test.add_reaches(id);
  }
  r.answer(0, planned);
  REQUIRE(r.open.size() == 1);
  CHECK(r.open[0].tree() == "mutated");
  REQUIRE(r.open[0].mutants().trials_size() == 2);
  AttemptResult tried;
  for (auto& trial : r.open[0].mutants().trials()) {
    auto& verdict = *tried.mutable_mutants()->add_verdicts();
    *verdict.mutable_mutant() = trial.mutant();
    verdict.set_outcome(trial.mutant().id() == 1 ? MUTANT_OUTCOME_KILLED
                                                 : MUTANT_OUTCOME_SURVIVED);
  }
  r.answer(0, tried);
  auto judged = r.report(GATE_KIND_MUTATION);
  CHECK(judged.score() == 0.5);
  CHECK(judged.verdict() == GATE_VERDICT_FAIL);
  CHECK(judged.objections_size() == 1);
}

TEST_CASE("a plan that failed is told, and nothing is tried") {
  auto settings = no_measures();
  settings.mutation = runtime::quality::gate_policy::advisory;
  run r{request(), settings};
  r.compile();
  r.tests("tree", {{"x", true}});
  r.tests("base", {{"x", true}});
  AttemptResult failed;
  failed.mutable_error()->set_message("the build failed");
  r.answer(0, failed);
  auto judged = r.report(GATE_KIND_MUTATION);
  CHECK(judged.details().find("the build failed") != std::string::npos);
  CHECK(judged.advisory());
}

TEST_CASE("nothing is measured of what breaks a test") {
  run r{request(), {}};
  r.compile();
  r.tests("tree", {{"x", false}});
  r.tests("base", {{"x", true}});
  r.tests("tree", {{"x", false}});
  r.tests("base", {{"x", true}});
  auto judged = r.report(GATE_KIND_COVERAGE);
  CHECK(judged.verdict() == GATE_VERDICT_NOT_MEASURED);
  CHECK(judged.advisory());
}

TEST_CASE("why coverage was not measured is said") {
  auto why = [](const RunGates& what, auto go_on) {
    run r{what, {}};
    go_on(r);
    return r.report(GATE_KIND_COVERAGE).details();
  };
  auto unchanged = request();
  unchanged.clear_changed_files();
  CHECK(why(unchanged, [](run& r) { r.compile(); }) == "nothing has changed");
  auto untested = request();
  untested.set_has_tests(false);
  CHECK(why(untested, [](run& r) { r.compile(); })
        == "the project has no tests that can be run");
  CHECK(why(request(),
            [](run& r) {
              r.compile(make_unit("a.cc", {}, {make_error("a.cc", 1)}));
            })
        == runtime::quality::units_have_errors);
  CHECK(why(request(),
            [](run& r) {
              r.compile();
              r.tests("tree", {});
              r.tests("base", {});
            })
        == "the project has no tests that can be run");
}

TEST_CASE("where nothing has changed nothing is said of the tests") {
  auto unchanged = request();
  unchanged.clear_changed_files();
  run r{unchanged};
  r.compile();
  auto report = r.report(GATE_KIND_TESTS);
  CHECK(report.verdict() == GATE_VERDICT_NOT_MEASURED);
  CHECK(report.details() == "nothing has changed");
}

TEST_CASE("warnings that the task asks for keep nobody from testing") {
  auto warning = make_error("a.cc", 1);
  warning.set_option("-Werror=unused-variable");
  auto what = request();
  what.mutable_toolchain()->add_warnings("-Wall");
  run r{what};
  r.compile(make_unit("a.cc", {}, {warning}));
  r.tests("tree", {{"x", true}});
  r.tests("base", {{"x", true}});
  CHECK(r.report(GATE_KIND_TESTS).verdict() == GATE_VERDICT_PASS);

  run with_error{what};
  with_error.compile(make_unit("a.cc", {}, {warning, make_error("a.cc", 2)}));
  CHECK(with_error.report(GATE_KIND_TESTS).details()
        == "not run: " + std::string{runtime::quality::units_have_errors});
  auto narrowing = make_error("a.cc", 3);
  narrowing.set_option("-Wnarrowing"); // An error in any build.
  run with_option{what};
  with_option.compile(make_unit("a.cc", {}, {warning, narrowing}));
  CHECK(with_option.report(GATE_KIND_TESTS).verdict()
        == GATE_VERDICT_NOT_MEASURED);
  run of_the_project; // Its own -Werror, which breaks its build.
  of_the_project.compile(make_unit("a.cc", {}, {warning}));
  CHECK(of_the_project.report(GATE_KIND_TESTS).verdict()
        == GATE_VERDICT_NOT_MEASURED);
}

TEST_CASE("the changed files are linted in the tree and in its base") {
  auto what = request();
  what.mutable_toolchain()->add_tidy_checks("modernize-*");
  auto& changed = *what.add_changed();
  changed.set_file("a.cc");
  changed.add_lines()->set_first(3);
  changed.mutable_lines(0)->set_last(3);
  auto settings = no_measures();
  settings.lint = runtime::quality::gate_policy::required;
  auto judged = [&](const UnitReport& after) {
    run r{what, settings};
    r.compile();
    REQUIRE(r.open.size() == 2);
    for (auto* tree : {"tree", "base"}) {
      auto& unit = r.open.front();
      CHECK(unit.tree() == tree);
      CHECK(unit.check().unit() == "a.cc");
      CHECK(unit.check().compiler() == "clang-tidy");
      REQUIRE(unit.toolchain().tidy_checks_size() == 1);
      CHECK(unit.toolchain().tidy_checks(0) == "bugprone-*");
      r.compile(unit.tree() == "tree" ? after : make_unit("a.cc"));
    }
    r.tests("tree", {{"x", true}});
    r.tests("base", {{"x", true}});
    return r.report(GATE_KIND_LINT);
  };
  CHECK(judged(make_unit("a.cc")).verdict() == GATE_VERDICT_PASS);
  auto found = make_error("a.cc", 3);
  found.set_option("bugprone-x");
  CHECK(judged(make_unit("a.cc", {}, {found})).verdict() == GATE_VERDICT_FAIL);
  auto broken = make_unit("a.cc");
  broken.set_ok(false);
  broken.set_failure("it crashed");
  auto report = judged(broken);
  CHECK(report.verdict() == GATE_VERDICT_FAIL); // Since it is required.
  CHECK(report.details() == "a.cc: it crashed");
}

TEST_CASE("other tools' reports neither stand for units nor refuse them") {
  auto what = request();
  what.add_changed()->set_file("a.cc");
  what.add_changed()->set_file("x.py");
  auto settings = no_measures();
  settings.lint = runtime::quality::gate_policy::advisory;
  auto licence = make_unit("a.cc", {}, {make_error("a.cc", 1)});
  licence.set_tool("licence");
  auto python = make_unit("x.py");
  python.set_tool("python");
  *what.add_known() = make_unit("a.cc");
  *what.add_known() = licence;
  *what.add_known() = python;
  *what.add_before() = licence;
  run r{what, settings};
  REQUIRE(r.open.size() == 2);
  for (auto& unit : r.open) {
    CHECK(unit.check().unit() == "a.cc");
    CHECK(unit.check().compiler() == "clang-tidy");
  }
}

TEST_CASE("what does not compile is not linted") {
  auto what = request();
  what.add_changed()->set_file("a.cc");
  auto settings = no_measures();
  settings.lint = runtime::quality::gate_policy::required;
  *what.mutable_before(0) = make_unit("a.cc", {}, {make_error("a.cc", 1)});
  run r{what, settings};
  r.compile(make_unit("a.cc", {}, {make_error("a.cc", 3)}));
  CHECK(r.report(GATE_KIND_LINT).verdict() == GATE_VERDICT_NOT_MEASURED);
}

TEST_CASE("a gate that is off gives no report") {
  runtime::quality::gate_settings settings;
  settings.coverage = runtime::quality::gate_policy::off;
  settings.mutation = runtime::quality::gate_policy::off;
  settings.security = runtime::quality::gate_policy::off;
  run r{request(), settings};
  r.compile();
  r.tests("tree", {{"x", true}});
  r.tests("base", {{"x", true}});
  REQUIRE(r.gates.is_over());
  auto finished = r.gates.finish();
  CHECK(finished.reports_size() == 3); // Compilation, scope, tests.
}

TEST_CASE("weaker tests fail the gate, unless they may change") {
  auto what = request();
  auto& objection = *what.add_objections();
  objection.set_rule("removed-assertion");
  objection.mutable_location()->set_file("a_test.cc");
  auto& key = *what.add_objections();
  key.set_rule("secret");
  key.mutable_location()->set_file("a.cc");
  for (auto may_change : {false, true}) {
    what.set_tests_may_change(may_change);
    run r{what};
    r.compile();
    r.tests("tree", {{"x", true}});
    r.tests("base", {{"x", true}});
    REQUIRE(r.gates.is_over());
    auto finished = r.gates.finish();
    for (auto& report : finished.reports()) {
      if (report.kind() == GATE_KIND_TESTS)
        CHECK(report.verdict()
              == (may_change ? GATE_VERDICT_WARNING : GATE_VERDICT_FAIL));
      if (report.kind() == GATE_KIND_SECURITY) {
        CHECK(report.verdict() == GATE_VERDICT_FAIL);
        CHECK(report.advisory());
        REQUIRE(report.objections_size() == 1);
        CHECK(report.objections(0).rule() == "secret");
      }
    }
  }
}

TEST_CASE("a check that came to nothing proves nothing") {
  run r;
  AttemptResult failed;
  failed.mutable_error()->set_message("the compiler crashed");
  r.answer(0, failed);
  CHECK(r.report(GATE_KIND_COMPILATION).verdict() != GATE_VERDICT_PASS);
}

} // namespace cohort::tests::gate_run_test
