#include "runtime/decomposition/decompose.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::decompose_test {

using namespace cohort;
using namespace cohort::runtime::decomposition;
using cohort::runtime::analysis::gather;
using cohort::tests::broken_sources;
using cohort::tests::make_error;
using cohort::tests::make_unit;

namespace {

pb::Decomposition plan_for(const std::vector<pb::UnitReport>& reports,
                           decomposition_settings settings = {},
                           const pb::Scope& scope = {}) {
  pb::ComplexTask task;
  task.set_task_id("t1");
  auto plan = decompose(task, gather("t", reports), scope, 1, settings);
  REQUIRE(plan.has_value());
  return *plan;
}

decomposition_settings limits(std::string strategy, unsigned subtasks,
                              unsigned depth = 3) {
  decomposition_settings settings;
  settings.strategy = std::move(strategy);
  settings.max_subtasks_per_task = subtasks;
  settings.max_dependency_depth = depth;
  return settings;
}

std::vector<std::string> files_of(const pb::Subtask& subtask) {
  return {subtask.files().begin(), subtask.files().end()};
}

using names = std::vector<std::string>;

/// How often each in-scope error is owned, by index.
std::map<uint32_t, int> owners(const pb::Decomposition& plan) {
  std::map<uint32_t, int> result;
  for (auto& subtask : plan.subtasks())
    for (auto index : subtask.diagnostics())
      ++result[index];
  return result;
}

} // namespace

TEST_CASE("an unknown strategy is refused with the names of the known ones") {
  auto plan = decompose({}, {}, {}, 1, limits("by_magic", 20));
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().code == runtime::errc::invalid_request);
  for (auto& name : strategies())
    CHECK(plan.error().message.find(name) != std::string::npos);
}

TEST_CASE("nothing broken gives an empty plan that holds") {
  auto plan = plan_for({make_unit("a.cc")});
  CHECK(plan.subtasks().empty());
  CHECK(
    check_invariants(plan, gather("t", {make_unit("a.cc")}), {}, {}).empty());
  CHECK(dependency_depth(plan) == 0);
}

TEST_CASE("headers that one unit reads are one subtask, before their readers") {
  auto plan
    = plan_for({make_unit("a.cc", {"x.hpp", "y.hpp"},
                          {make_error("x.hpp", 1), make_error("a.cc", 9)}),
                make_unit("b.cc", {"y.hpp"}, {make_error("y.hpp", 2)}),
                make_unit("c.cc", {"z.hpp"}, {make_error("z.hpp", 2)}),
                make_unit("d.cc", {"fine.hpp"}, {make_error("d.cc", 2)})});
  REQUIRE(plan.subtasks_size() == 4);
  CHECK(files_of(plan.subtasks(0)) == names{"x.hpp", "y.hpp"});
  CHECK(plan.subtasks(0).priority() == pb::PRIORITY_HIGH);
  CHECK(plan.subtasks(0).units_size() == 2);
  CHECK(files_of(plan.subtasks(1)) == names{"z.hpp"});
  for (int i : {2, 3}) {
    auto& source = plan.subtasks(i);
    auto waits = source.files(0) == "a.cc";
    CHECK(source.depends_on_size() == (waits ? 1 : 0));
    if (waits) {
      CHECK(source.depends_on(0).subtask_id() == "s1");
      CHECK(source.depends_on(0).kind()
            == pb::DEPENDENCY_KIND_COMPILATION_ORDER);
    }
    CHECK(source.units_size() == 1);
  }
  CHECK(dependency_depth(plan) == 2);
  for (int i = 0; i < 4; ++i)
    CHECK(plan.subtasks(i).id() == "s" + std::to_string(i + 1));
}

TEST_CASE("by root cause, files that miss the same name are one subtask") {
  std::vector<pb::UnitReport> reports;
  for (auto* file : {"a.cc", "b.cc", "c.cc", "d.cc"}) {
    auto* name = file[0] < 'c' ? "'Point'" : "'Shape'";
    reports.push_back(make_unit(
      file, {},
      {make_error(file, 3, std::string{name} + " does not name a type")}));
  }
  auto settings = limits("root_cause", 4);
  auto plan = plan_for(reports, settings);
  REQUIRE(plan.subtasks_size() == 2);
  CHECK(files_of(plan.subtasks(0)) == names{"a.cc", "b.cc"});
  CHECK(plan.subtasks(0).title()
        == "unknown_type 'Point' in a.cc and 1 more file");
  CHECK(files_of(plan.subtasks(1)) == names{"c.cc", "d.cc"});
  CHECK(plan_for(reports, limits("root_cause", 1)).subtasks_size() == 1);
}

TEST_CASE(
  "by root cause, files with nothing but cascades go with their header") {
  auto evidence = gather(
    "t", {make_unit("a.cc", {"x.hpp"},
                    {make_error("x.hpp", 1), make_error("a.cc", 9)}),
          make_unit("b.cc", {"x.hpp"},
                    {make_error("x.hpp", 1), make_error("b.cc", 9),
                     make_error("b.cc", 20, "expected ';' before 'y'")})});
  evidence.clear_groups();
  auto& cascade = *evidence.add_groups();
  cascade.mutable_cause()->set_file("x.hpp");
  cascade.mutable_cause()->set_line(1);
  auto& own = *evidence.add_groups();
  own.mutable_cause()->set_file("b.cc");
  own.mutable_cause()->set_line(20);
  for (int i = 0; i < evidence.diagnostics_size(); ++i)
    (evidence.diagnostics(i).location().line() == 20 ? own : cascade)
      .add_diagnostics(static_cast<uint32_t>(i));
  auto settings = limits("root_cause", 20);
  auto plan = decompose({}, evidence, {}, 1, settings);
  REQUIRE(plan);
  REQUIRE(plan->subtasks_size() == 2);
  CHECK(files_of(plan->subtasks(0)) == names{"a.cc", "x.hpp"});
  CHECK(files_of(plan->subtasks(1)) == names{"b.cc"});
  CHECK(plan->subtasks(1).depends_on_size() == 1);
  CHECK(check_invariants(*plan, evidence, {}, settings).empty());
}

TEST_CASE("by module, the files of a folder are one subtask") {
  std::vector<pb::UnitReport> reports;
  for (auto* file : {"net/a.cc", "net/b.cc", "ui/c.cc", "d.cc"})
    reports.push_back(make_unit(file, {}, {make_error(file, 3)}));
  auto plan = plan_for(reports, limits("module_based", 4));
  REQUIRE(plan.subtasks_size() == 3);
  CHECK(files_of(plan.subtasks(0)) == names{"net/a.cc", "net/b.cc"});
}

TEST_CASE("a subtask's specialty follows from its type of errors") {
  auto plan
    = plan_for({make_unit("a.cc", {},
                          {make_error("a.cc", 3, "cannot convert 'A' to 'B'")}),
                make_unit("b.cc", {},
                          {make_error("b.cc", 3, "expected ';' before 'x'")})});
  REQUIRE(plan.subtasks_size() == 2);
  auto kind = [&](int i) { return plan.subtasks(i).specialty().kind(); };
  CHECK(kind(0) == pb::SPECIALTY_KIND_TYPE_SYSTEM);
  CHECK(kind(1) == pb::SPECIALTY_KIND_COMPILATION_ERRORS);
}

TEST_CASE("a source that other units include counts as a header") {
  auto plan = plan_for(
    {make_unit("all.cc", {"part.cc"},
               {make_error("part.cc", 1), make_error("all.cc", 1)})});
  REQUIRE(plan.subtasks_size() == 2);
  CHECK(files_of(plan.subtasks(0)) == names{"part.cc"});
  CHECK(plan.subtasks(1).depends_on_size() == 1);
}

TEST_CASE("sources are grouped by the type of their first error") {
  std::vector<pb::UnitReport> reports;
  for (int i = 0; i < 40; ++i) {
    auto file = std::to_string(100 + i) + ".cc";
    auto* first = i % 2 == 0 ? "expected ';' before 'x'" : "no match for 'f'";
    reports.push_back(
      make_unit(file, {}, {make_error(file, 2, first), make_error(file, 9)}));
  }
  auto plan = plan_for(reports);
  CHECK(plan.subtasks_size() == 10); // 40 files, at most 4 in one.
  for (auto& subtask : plan.subtasks()) {
    CHECK(subtask.files_size() == 4);
    auto even = std::stoi(subtask.files(0)) % 2 == 0;
    CHECK(subtask.error_type()
          == (even ? "missing_semicolon" : "no_matching_function"));
    for (auto& file : subtask.files())
      CHECK((std::stoi(file) % 2 == 0) == even);
  }
  CHECK(plan_for(reports, limits("file_based", 100)).subtasks_size() == 40);
}

TEST_CASE("what exceeds the limit is merged within a type first") {
  std::vector<pb::UnitReport> reports;
  for (int i = 0; i < 9; ++i) {
    auto file = std::to_string(i) + ".cc";
    reports.push_back(make_unit(
      file, {},
      {make_error(file, 1, i < 6 ? "expected ';'" : "no match for 'f'")}));
  }
  auto plan = plan_for(reports, limits("file_based", 4));
  REQUIRE(plan.subtasks_size() == 4);
  for (auto& subtask : plan.subtasks()) {
    std::set<bool> kinds;
    for (auto& file : subtask.files())
      kinds.insert(file < "6");
    CHECK(kinds.size() == 1);
  }
  CHECK(plan_for(reports, limits("file_based", 1)).subtasks_size() == 1);
}

TEST_CASE("a depth of one puts what must wait into the same subtask") {
  auto reports
    = std::vector{make_unit("a.cc", {"x.hpp"},
                            {make_error("x.hpp", 1), make_error("a.cc", 1)}),
                  make_unit("b.cc", {}, {make_error("b.cc", 1)})};
  auto plan = plan_for(reports, limits("file_based", 20, 1));
  REQUIRE(plan.subtasks_size() == 2);
  CHECK(files_of(plan.subtasks(0)) == names{"a.cc", "x.hpp"});
  CHECK(dependency_depth(plan) == 1);
}

TEST_CASE("errors outside the scope or the workspace are nobody's") {
  pb::Scope scope;
  scope.add_include("src/**");
  scope.add_exclude("src/gen/**");
  auto reports = std::vector{make_unit(
    "src/a.cc", {"lib/x.hpp"},
    {make_error("src/a.cc", 1), make_error("lib/x.hpp", 1),
     make_error("src/gen/b.hpp", 1), make_error("/usr/include/stdio.h", 1),
     make_error("", 0), make_error("../up.hpp", 1)})};
  auto plan = plan_for(reports, {}, scope);
  REQUIRE(plan.subtasks_size() == 1);
  CHECK(files_of(plan.subtasks(0)) == names{"src/a.cc"});
  CHECK(plan.subtasks(0).diagnostics_size() == 1);
  CHECK(check_invariants(plan, gather("t", reports), scope, {}).empty());
}

TEST_CASE("any workspace, both strategies, all limits: the invariants hold") {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    auto evidence = gather("t", tests::random_reports(seed));
    pb::Scope scope;
    if (seed % 3 == 0)
      scope.add_exclude("lib/**");
    size_t wanted = 0;
    for (auto& diagnostic : evidence.diagnostics())
      wanted += runtime::analysis::is_error(diagnostic)
                && in_scope(scope, diagnostic.location().file());
    for (auto& strategy : strategies())
      for (unsigned count = 1; count <= 20; ++count)
        for (unsigned depth = 1; depth <= 3; ++depth) {
          auto settings = limits(strategy, count, depth);
          auto plan = decompose({}, evidence, scope, 1, settings);
          REQUIRE(plan.has_value());
          CAPTURE(strategy);
          CAPTURE(count);
          CAPTURE(depth);
          auto broken = check_invariants(*plan, evidence, scope, settings);
          CHECK_MESSAGE(broken.empty(), broken.front().text());
          auto owned = owners(*plan);
          CHECK(owned.size() == wanted);
          CHECK(std::all_of(owned.begin(), owned.end(),
                            [](auto& x) { return x.second == 1; }));
          for (auto& subtask : plan->subtasks())
            CHECK(subtask.effort_seconds() > 0);
        }
    auto whole = whole_scope({}, evidence, scope);
    CHECK(static_cast<size_t>(whole.diagnostics_size()) == wanted);
  }
}

TEST_CASE("the whole scope is one subtask, headers first") {
  pb::ComplexTask task;
  auto evidence
    = gather("t", {make_unit("a.cc", {"z.hpp", "y.hpp"},
                             {make_error("a.cc", 1), make_error("z.hpp", 1),
                              make_error("y.hpp", 1)})});
  auto whole = whole_scope(task, evidence, {});
  CHECK(whole.id() == "s1");
  CHECK(whole.specialty().kind() == pb::SPECIALTY_KIND_GENERALIST);
  CHECK(files_of(whole) == names{"y.hpp", "z.hpp", "a.cc"});
  CHECK(whole.diagnostics_size() == 3);
  CHECK(whole.units_size() == 1);
  CHECK(whole_scope(task, {}, {}).files().empty());
}

TEST_CASE("each broken invariant is found") {
  auto reports = broken_sources(3);
  auto evidence = gather("t", reports);
  auto good = plan_for(reports, limits("file_based", 20));
  REQUIRE(check_invariants(good, evidence, {}, {}).empty());
  auto breaches = [&](auto&& damage, const pb::Scope& scope = {},
                      decomposition_settings settings = {}) {
    auto plan = good;
    damage(plan);
    auto found = check_invariants(plan, evidence, scope, settings);
    for (auto& finding : found) {
      CHECK(finding.kind() == pb::FINDING_KIND_INVARIANT);
      CHECK(!finding.text().empty());
    }
    return found.size();
  };
  auto wait = [](pb::Decomposition& plan, int later, std::string id) {
    plan.mutable_subtasks(later)->add_depends_on()->set_subtask_id(id);
  };
  CHECK(breaches([](auto& plan) { plan.mutable_subtasks()->RemoveLast(); })
        == 1);
  CHECK(breaches([](auto& plan) {
          plan.mutable_subtasks(1)->add_diagnostics(
            plan.subtasks(0).diagnostics(0));
        })
        == 2); // Owned twice, and not its file.
  CHECK(
    breaches([](auto& plan) { plan.mutable_subtasks(0)->add_diagnostics(99); })
    == 1);
  CHECK(breaches([](auto& plan) { plan.mutable_subtasks(1)->set_id("s1"); })
        == 1);
  CHECK(breaches([](auto& plan) { plan.mutable_subtasks(1)->clear_id(); })
        == 1);
  CHECK(breaches([&](auto& plan) { wait(plan, 0, "s9"); }) == 1);
  CHECK(breaches([&](auto& plan) { wait(plan, 0, "s1"); }) == 1);
  CHECK(breaches([&](auto& plan) {
          wait(plan, 0, "s2");
          wait(plan, 1, "s1");
        })
        == 1);
  CHECK(breaches(
          [&](auto& plan) {
            wait(plan, 0, "s2");
            wait(plan, 1, "s3");
          },
          {}, limits("file_based", 20, 2))
        == 1);
  CHECK(breaches([](auto&) {}, {}, limits("file_based", 2)) == 1);
  CHECK(breaches([](auto& plan) {
          plan.mutable_subtasks(0)->add_files("../etc/passwd");
        })
        == 1);
  auto same_file = [](auto& plan) {
    plan.mutable_subtasks(0)->add_files(plan.subtasks(2).files(0));
  };
  CHECK(breaches(same_file) == 1);
  CHECK(breaches([&](auto& plan) {
          same_file(plan);
          wait(plan, 2, "s2");
          wait(plan, 1, "s1");
        })
        == 0); // Ordered, if only through another.
  pb::Scope narrow;
  narrow.add_exclude("src/0.cc");
  CHECK(breaches([](auto&) {}, narrow) == 1);
}

TEST_CASE("a plan of nonsense gives findings and no crash") {
  pb::Decomposition plan;
  for (int i = 0; i < 3000; ++i) {
    auto& subtask = *plan.add_subtasks();
    subtask.add_files("same.cc");
    subtask.add_files("");
    subtask.add_diagnostics(UINT32_MAX);
    subtask.add_depends_on()->set_subtask_id("s" + std::to_string(i * 7 % 31));
    subtask.set_effort_seconds(-1e308 * 10);
    subtask.set_id(i % 2 == 0 ? "s" + std::to_string(i) : "");
  }
  CHECK(!check_invariants(plan, {}, {}, {}).empty());
  CHECK(upward_ranks(plan).size() == 3000);
  CHECK(dependency_depth(plan) > 0);
}

TEST_CASE("the rank is the effort of the longest chain that waits") {
  pb::Decomposition plan;
  for (int i = 1; i <= 4; ++i) {
    auto& subtask = *plan.add_subtasks();
    subtask.set_id("s" + std::to_string(i));
    subtask.set_effort_seconds(i);
  }
  plan.mutable_subtasks(1)->add_depends_on()->set_subtask_id("s1");
  plan.mutable_subtasks(2)->add_depends_on()->set_subtask_id("s1");
  plan.mutable_subtasks(3)->add_depends_on()->set_subtask_id("s2");
  CHECK(upward_ranks(plan) == std::vector<double>{7, 6, 3, 4});
  CHECK(dependency_depth(plan) == 3);
  plan.mutable_subtasks(0)->add_depends_on()->set_subtask_id("s4");
  CHECK(upward_ranks(plan) == std::vector<double>{1, 2, 3, 4});
  CHECK(dependency_depth(plan) == 5);
}

TEST_CASE("the graph of a plan is Graphviz, whatever the titles hold") {
  pb::Decomposition plan;
  plan.add_subtasks()->set_id("s1");
  auto& second = *plan.add_subtasks();
  second.set_id("s2");
  second.set_title("a \"b\"\n\\c");
  second.add_depends_on()->set_subtask_id("s1");
  CHECK(to_dot(plan)
        == "digraph plan {\n  rankdir=LR;\n  node [shape=box];\n"
           "  \"s1\" [label=\"s1: \"];\n"
           "  \"s2\" [label=\"s2: a \\\"b\\\" \\\\c\"];\n"
           "  \"s1\" -> \"s2\";\n}\n");
}

/// A quadratic one takes minutes, which is more than ctest gives it.
TEST_CASE("10,000 broken files are planned without a quadratic algorithm") {
  std::vector<pb::UnitReport> reports;
  std::vector<std::string> headers;
  for (int i = 0; i < 200; ++i)
    headers.push_back("include/h" + std::to_string(i) + ".hpp");
  for (int i = 0; i < 10'000; ++i) {
    auto file = "src/" + std::to_string(i) + ".cc";
    reports.push_back(make_unit(
      file, {headers.begin() + i % 190, headers.begin() + i % 190 + 10},
      {make_error(file, 1)}));
  }
  auto evidence = gather("t", reports);
  for (auto& strategy : strategies()) {
    CAPTURE(strategy);
    auto plan = decompose({}, evidence, {}, 1, limits(strategy, 20));
    REQUIRE(plan.has_value());
    CHECK(check_invariants(*plan, evidence, {}, {}).empty());
  }
}

} // namespace cohort::tests::decompose_test
