#include <doctest/doctest.h>

#include <optional>

#include "runtime/mutation/plan_mutants.hpp"
#include "runtime/mutation/shards.hpp"
#include "runtime/mutation/try_mutants.hpp"
#include "tests/runtime/execution/small_project.hpp"
#include "tests/runtime/mutation/small_projects.hpp"

namespace cohort::tests::units_test {

using namespace cohort::runtime;
using namespace cohort::runtime::mutation;

namespace {

/// A workspace, and slots on it.
class world {
public:
  explicit world(const project_files& files) {
    for (auto& [name, content] : files)
      cohort::tests::write_file(folder_.path() / "workspace" / name, content);
    tree
      = value_of(open_store().take_snapshot(folder_.path() / "workspace", {}))
          .tree;
  }

  /// A place in a slot of this name, which holds `at`.
  template <class Job>
  auto in_slot(const std::string& name, const std::string& at, Job job) {
    workspace::slot slot{folder_.path() / name, open_store()};
    if (auto there = slot.bring_to(at); !there)
      FAIL(there.error().message);
    workplace place{slot,
                    (folder_.path() / "workspace").string(),
                    {},
                    tools,
                    limits,
                    cohort::tests::processes(),
                    stop.get_token(),
                    [this] { ++steps; }};
    return job(place);
  }

  pb::MutationPlan plan(const pb::MutationPlanUnit& what = {}) {
    return value_of(in_slot("planner", tree, [&](auto& place) {
      return plan_mutants(what, place);
    }));
  }

  pb::MutantsReport attempt(const shard& one, const std::string& slot) {
    return value_of(in_slot(slot, one.tree, [&](auto& place) {
      return try_mutants(one.unit, place);
    }));
  }

  workspace::object_store open_store() {
    return value_of(
      workspace::object_store::open(folder_.path() / "store.git"));
  }

  std::string tree;
  toolchain::toolchain_settings tools;
  process::process_settings limits;
  std::stop_source stop;
  int steps = 0;

private:
  temp_folder folder_;
};

const char* word_for(pb::MutantOutcome outcome) {
  switch (outcome) {
    case pb::MUTANT_OUTCOME_KILLED:
      return "killed";
    case pb::MUTANT_OUTCOME_TIMED_OUT:
      return "timed out";
    case pb::MUTANT_OUTCOME_SURVIVED:
      return "survived";
    case pb::MUTANT_OUTCOME_STILLBORN:
      return "stillborn";
    default:
      return "failed";
  }
}

/// A line for each verdict, by id: "5 + -> -: killed by price".
std::string listed(const std::vector<pb::MutantsReport>& reports) {
  std::map<uint32_t, std::string> lines;
  for (auto& report : reports)
    for (auto& one : report.verdicts()) {
      auto& mutant = one.mutant();
      auto& line = lines[mutant.id()];
      line += std::to_string(mutant.line()) + ' ' + mutant.original() + " -> "
              + mutant.replacement() + ": " + word_for(one.outcome());
      for (auto& test : one.tests())
        line += ' ' + test;
      line += '\n';
    }
  std::string result;
  for (auto& [id, line] : lines)
    result += line;
  return result;
}

std::string in_shards(world& all, const pb::MutationPlan& plan, size_t count) {
  std::vector<pb::MutantsReport> reports;
  for (auto& one : make_shards(plan, all.tree, count, 2))
    reports.push_back(all.attempt(one, reports.empty() ? "planner" : "other"));
  return listed(reports);
}

} // namespace

TEST_CASE(
  "a plan, a sample of it, and its known kill set, by one and by four") {
  world all{shop};
  pb::MutationPlanUnit what;
  what.add_changed()->set_file("CMakeLists.txt");
  auto plan = all.plan(what);
  CHECK(plan.available());
  CHECK(plan.mutants_size() == 0);
  CHECK(plan.tree() == "");

  what.clear_changed();
  what.set_max_mutants(4);
  plan = all.plan(what);
  CHECK(plan.found() == 13);
  CHECK(plan.mutants_size() == 4);

  plan = all.plan();
  CHECK(plan.failure() == "");
  CHECK(plan.found() == 13);
  CHECK(plan.stillborn() == 0);
  CHECK(plan.mutants_size() == 13);
  REQUIRE(plan.tests_size() == 2); // One does not pass.
  CHECK(plan.tests(0).name() == "free");
  CHECK(plan.tests(0).reaches_size() == 3);
  CHECK(plan.tests(1).name() == "price");
  CHECK(plan.tests(1).reaches_size() == 6);
  CHECK(all.steps > 3);
  auto store = all.open_store();
  CHECK(value_of(store.changed_files(all.tree, plan.tree()))
        == std::vector<std::string>{"shop.cpp"});

  std::string expected = "3 5 -> (5 + 1): killed free price\n"
                         "4 == -> !=: killed price\n"
                         "4 0 -> 1: killed price\n"
                         "4 0 -> 1: killed price\n"
                         "5 count * each + shipping -> (int)0: killed price\n"
                         "5 * -> /: killed price\n"
                         "5 + -> -: killed price\n"
                         "7 >= -> >: survived free\n"
                         "7 >= -> <: killed free\n"
                         "7 50 -> (50 + 1): survived free\n";
  // Which of two tests is faster is no matter of the verdict.
  plan.mutable_tests(0)->set_seconds(0.001);
  plan.mutable_tests(1)->set_seconds(0.002);
  CHECK(in_shards(all, plan, 1) == expected);
  CHECK(in_shards(all, plan, 4) == expected);
}

TEST_CASE("C, and a mutant that never ends") {
  world all{halves};
  auto plan = all.plan();
  CHECK(plan.found() == 10);
  CHECK(in_shards(all, plan, 1)
        == "2 0 -> 1: killed halves\n"
           "3 > -> >=: killed halves\n"
           "3 > -> <=: killed halves\n"
           "3 1 -> 0: killed halves\n"
           "4 n /= 2 -> : timed out halves\n"
           "4 /= -> *=: killed halves\n"
           "4 2 -> (2 + 1): killed halves\n"
           "5 i++ -> : killed halves\n"
           "5 ++ -> --: killed halves\n"
           "7 i -> (int)0: killed halves\n");
}

TEST_CASE("mutants that do not compile are built alone, or stillborn") {
  world all{{{"CMakeLists.txt", "cmake_minimum_required(VERSION 3.10)\n"
                                "project(p CXX)\nset(CMAKE_CXX_STANDARD 17)\n"
                                "enable_testing()\nadd_executable(p p.cpp)\n"
                                "add_test(NAME p COMMAND p)\n"},
             {"p.cpp", "struct once {\n  int n;\n"
                       "  bool operator==(once o) const {\n"
                       "    return n == o.n;\n  }\n};\n"
                       "template <class T> bool same(T a, T b) {\n"
                       "  return a == b;\n}\n"
                       "int next(int b) {\n"
                       "  __builtin_prefetch(&b, 0);\n" // Must be constant.
                       "  return b + 1;\n}\n"
                       "int main() {\n"
                       "  return same(once{1}, once{1}) && next(1) == 2\n"
                       "    ? 0 : 1;\n}\n"}}};
  auto plan = all.plan();
  CHECK(plan.failure() == "");
  CHECK(plan.stillborn() == 1); // There is no operator!=.
  std::string alone;
  for (auto& mutant : plan.mutants())
    if (mutant.needs_rebuild())
      alone += std::to_string(mutant.line()) + ' ' + mutant.original() + '\n';
  CHECK(alone == "11 __builtin_prefetch(&b, 0)\n11 0\n");
  CHECK(plan.mutants_size() + 1 == static_cast<int>(plan.found()));
}

TEST_CASE("a tree that cannot be built has no plan, but a reason") {
  auto broken = halves;
  broken["test_halves.c"] = "int main(void) { return x; }\n";
  auto plan = world{broken}.plan();
  CHECK(plan.available());
  CHECK(plan.failure().find("test_halves.c:1") != std::string::npos);
}

TEST_CASE("without tests there is nothing to plan") {
  auto untested = halves;
  untested["CMakeLists.txt"] = "cmake_minimum_required(VERSION 3.10)\n"
                               "project(halves C)\nadd_library(h halves.c)\n";
  CHECK_FALSE(world{untested}.plan().available());
}

TEST_CASE("without anything that could be built there is nothing to plan") {
  auto plan = world{{{"a.py", "x = 1\n"}}}.plan();
  CHECK_FALSE(plan.available());
}

TEST_CASE("a plan that was stopped is none") {
  world all{halves};
  all.stop.request_stop();
  auto result = all.in_slot("planner", all.tree, [&](auto& place) {
    return plan_mutants({}, place);
  });
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::cancelled);
}

} // namespace cohort::tests::units_test
