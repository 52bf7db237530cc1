#include "actors/gatekeeper.hpp"

#include <doctest/doctest.h>

#include <set>

#include "tests/support/actor_fixture.hpp"
#include "tests/support/evidence_builder.hpp"
#include "tests/support/fake_neighbours.hpp"

namespace cohort::tests::gatekeeper_test {

using namespace cohort;
using namespace cohort::messages::v1;
using tests::make_error;
using tests::make_unit;

namespace {

using answer_type = std::optional<std::optional<AttemptResult>>;

struct gate_fixture : tests::actor_fixture {
  std::shared_ptr<tests::fake_world> world
    = std::make_shared<tests::fake_world>();
  runtime::quality::gate_settings settings;
  actors::worker_pool_actor pool = spawn(tests::fake_pool, world);
  actors::gatekeeper_actor gatekeeper = spawn(actors::gatekeeper, pool,
                                              settings);
  tests::double_of<GatesFinished, UnitsCancelled> asker
    = spawn_double<GatesFinished, UnitsCancelled>();

  ~gate_fixture() {
    gatekeeper = nullptr;
    pool = nullptr;
  }

  /// Two units, one compiler; b.cc was repaired.
  static RunGates request() {
    RunGates result;
    result.set_run(7);
    result.set_task_id("t");
    result.set_base_tree("tree:b.cc");
    result.set_tree("tree:");
    result.add_changed_files("b.cc");
    result.add_compilers("gcc");
    for (auto* unit : {"a.cc", "b.cc"})
      result.add_units(unit);
    *result.add_before() = make_unit("a.cc");
    *result.add_before() = make_unit("b.cc", {}, {make_error("b.cc", 3)});
    return result;
  }

  void ask(const RunGates& what) {
    send_as(asker.actor, gatekeeper, what);
  }

  GateReport gate(GateKind kind) {
    REQUIRE(asker.got<GatesFinished>().size() == 1);
    for (auto& report : asker.last<GatesFinished>().reports())
      if (report.kind() == kind)
        return report;
    return {};
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/gatekeeper");

TEST_CASE_FIXTURE(gate_fixture, "what is known of the tree is not checked") {
  auto what = request();
  *what.add_known() = make_unit("a.cc");
  ask(what);
  REQUIRE(world->submitted.size() == 1);
  CHECK(world->submitted[0].check().unit() == "b.cc");
  CHECK(world->submitted[0].tree() == "tree:");
  CHECK(asker.last<GatesFinished>().run() == 7);
  CHECK(gate(GATE_KIND_COMPILATION).verdict() == GATE_VERDICT_PASS);
  CHECK(gate(GATE_KIND_SCOPE).verdict() == GATE_VERDICT_PASS);
  CHECK(gate(GATE_KIND_COVERAGE).verdict() == GATE_VERDICT_NOT_MEASURED);
}

TEST_CASE_FIXTURE(gate_fixture, "a unit that compiled before is named") {
  auto what = request();
  what.set_tree("tree:a.cc");
  ask(what);
  CHECK(gate(GATE_KIND_COMPILATION).verdict() == GATE_VERDICT_FAIL);
  auto& finished = asker.last<GatesFinished>();
  REQUIRE(finished.broken_units_size() == 1);
  CHECK(finished.broken_units(0) == "a.cc");
}

TEST_CASE_FIXTURE(gate_fixture, "a check without a verdict proves nothing") {
  world->answer = [](const WorkUnit& unit) -> answer_type {
    if (unit.check().unit() != "a.cc")
      return std::nullopt;
    AttemptResult failed;
    failed.mutable_error()->set_message("the compiler crashed");
    return std::optional{failed};
  };
  ask(request());
  CHECK(gate(GATE_KIND_COMPILATION).verdict() != GATE_VERDICT_PASS);
}

TEST_CASE_FIXTURE(gate_fixture,
                  "breakers that its units opened are told with the result") {
  auto what = request();
  what.set_has_tests(true);
  world->answer = [](const WorkUnit& unit) -> answer_type {
    return unit.has_tests() ? answer_type{std::optional<AttemptResult>{}}
                            : std::nullopt; // The tests never end.
  };
  ask(what);
  UnitsFinished finished;
  for (auto* task : {"t", "another"}) {
    auto& change = *finished.add_breakers();
    change.set_task_id(task);
    change.set_what("tests on alpha");
    change.set_is_open(true);
  }
  auto& result = *finished.add_results();
  result.set_task_id("t");
  result.set_ticket(world->submitted.back().ticket());
  result.mutable_tests()->set_available(true);
  send_as(pool, gatekeeper, finished);
  REQUIRE(asker.got<GatesFinished>().size() == 1);
  REQUIRE(asker.last<GatesFinished>().breakers_size() == 1);
  CHECK(asker.last<GatesFinished>().breakers(0).what() == "tests on alpha");
}

TEST_CASE_FIXTURE(gate_fixture, "a change outside the scope fails") {
  auto what = request();
  what.mutable_scope()->add_include("a.cc");
  ask(what);
  CHECK(gate(GATE_KIND_SCOPE).verdict() == GATE_VERDICT_FAIL);
}

TEST_CASE_FIXTURE(gate_fixture,
                  "tests run where the project has some, and only "
                  "on what compiles") {
  auto what = request();
  what.set_has_tests(true);

  SUBCASE("everything compiles") {
    ask(what);
    // The base does not compile: there is nothing to compare with.
    CHECK(std::count_if(world->submitted.begin(), world->submitted.end(),
                        [](auto& unit) { return unit.has_tests(); })
          == 1);
    CHECK(gate(GATE_KIND_TESTS).verdict() == GATE_VERDICT_PASS);
  }
  SUBCASE("a unit is still broken") {
    what.set_tree("tree:b.cc");
    ask(what);
    CHECK(std::none_of(world->submitted.begin(), world->submitted.end(),
                       [](auto& unit) { return unit.has_tests(); }));
    CHECK(gate(GATE_KIND_TESTS).verdict() == GATE_VERDICT_NOT_MEASURED);
  }
  SUBCASE("nothing was changed") {
    what.clear_changed_files();
    ask(what);
    CHECK(std::none_of(world->submitted.begin(), world->submitted.end(),
                       [](auto& unit) { return unit.has_tests(); }));
  }
}

TEST_CASE_FIXTURE(gate_fixture, "a test that passed on the base must pass") {
  auto what = request();
  what.set_has_tests(true);
  what.set_base_tree("tree:");
  what.set_tree("tree:now");
  what.clear_before();
  for (auto* unit : {"a.cc", "b.cc"})
    *what.add_before() = make_unit(unit);
  world->answer = [](const WorkUnit& unit) -> answer_type {
    if (!unit.has_tests())
      return std::nullopt;
    AttemptResult result;
    result.mutable_tests()->set_available(true);
    auto& only = *result.mutable_tests()->add_cases();
    only.set_name("t");
    only.set_passed(unit.tree() == "tree:");
    return std::optional{result};
  };
  ask(what);
  CHECK(gate(GATE_KIND_TESTS).verdict() == GATE_VERDICT_FAIL);
}

TEST_CASE_FIXTURE(gate_fixture, "a cancelled run is never judged") {
  world->answer = [](const WorkUnit&) -> answer_type {
    return std::optional<AttemptResult>{};
  };
  ask(request());
  CancelUnits cancel;
  cancel.set_task_id("t");
  send_as(asker.actor, gatekeeper, cancel);
  CHECK(world->cancels == 1);
  REQUIRE(asker.got<UnitsCancelled>().size() == 1);
  CHECK(asker.last<UnitsCancelled>().task_id() == "t");
  // What a worker had on its way when it was told.
  UnitsFinished late;
  for (auto& unit : world->submitted) {
    auto& result = *late.add_results();
    result = world->carry_out(unit);
    result.set_ticket(unit.ticket());
    result.set_task_id("t");
  }
  send_as(pool, gatekeeper, late);
  CHECK(asker.got<GatesFinished>().empty());
}

TEST_SUITE_END();

} // namespace cohort::tests::gatekeeper_test
