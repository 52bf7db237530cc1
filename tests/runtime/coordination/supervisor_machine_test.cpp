#include <doctest/doctest.h>

#include "runtime/coordination/synthesis.hpp"
#include "tests/runtime/coordination/machines.hpp"

namespace cohort::tests::supervisor_machine_test {

using namespace cohort::tests;
using cohort::runtime::errc;
using cohort::runtime::error;
using cohort::runtime::coordination::cancelled;
using cohort::runtime::coordination::coordinator_down;
using cohort::runtime::coordination::deadline_passed;
using cohort::runtime::coordination::exit_code;
using cohort::runtime::coordination::supervisor_phase;

namespace {

struct supervised : machines {
  /// Runs until the first open question begins so.
  explicit supervised(const std::string& until = "nothing",
                      const std::function<void(machines&)>& prepare = {},
                      pb::ExecutionMode mode = pb::EXECUTION_MODE_PARALLEL) {
    if (prepare)
      prepare(*this);
    feed(request(mode));
    run(until);
  }

  supervised(pb::TaskRequest request, const std::string& until) {
    feed(std::move(request));
    run(until);
  }

  [[nodiscard]] const pb::TaskResult& result() const {
    REQUIRE(results.size() == 1);
    return results[0];
  }

  /// The coordinator dies; what the journal says is not read yet.
  void crash() {
    lose_coordinator();
    feed(coordinator_down{"signal 11"});
  }
};

/// The first repair merges, the second fails: something is kept, something is
/// left to the fallback.
void fail_second(machines& task) {
  task.answer("repair s1");
  task.answer("merge");
  task.fail_unit(task.take("repair s2"), "died");
}

void break_with_b(machines& task) {
  task.world.also_reads = {{"d.cc", "b.cc"}};
  task.world.brittle = {"d.cc"};
}

} // namespace

TEST_CASE("both ways lead from a request to the same tree") {
  for (auto mode :
       {pb::EXECUTION_MODE_PARALLEL, pb::EXECUTION_MODE_SEQUENTIAL}) {
    supervised task{"nothing", {}, mode};
    CHECK(task.result().outcome() == pb::TASK_OUTCOME_DONE);
    CHECK(task.result().patch().result_tree() == "tree:");
    CHECK(task.result().errors_before() == 3);
    CHECK(task.result().errors_after() == 0);
    CHECK(task.result().fixes_kept() == 3);
    CHECK(!task.result().fell_back());
    CHECK(task.world.deliveries == 1);
    CHECK(task.coordinator.has_value()
          == (mode == pb::EXECUTION_MODE_PARALLEL));
    for (auto& event : task.journal)
      CHECK(event.task_id() == "t1");
  }
}

TEST_CASE("work that nobody can do is refused before anything is built") {
  machines task;
  auto request = machines::request();
  request.set_description("write documentation for the public functions");
  task.feed(request);
  REQUIRE(task.results.size() == 1);
  CHECK(task.results[0].outcome() == pb::TASK_OUTCOME_FAILED);
  CHECK(task.count(pb::Event::kSnapshot) == 0);
}

TEST_CASE("a log is the task: what only it reports is told as left") {
  auto request = machines::request();
  auto add = [&](const char* file, const char* message) {
    auto& cause = *request.add_reported();
    cause.set_tool("log");
    cause.set_file(file);
    cause.set_line(3);
    cause.set_message(message);
    cause.set_error_type("other");
  };
  add("a.cc", "expected ';' before '}' token");
  add("d.cc", "no such member");
  add("main.rs", "mismatched types");
  supervised task{request, "nothing"};
  auto& result = task.result();
  CHECK(result.outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(result.errors_after() == 0);
  CHECK(result.fixes_kept() == 3);
  REQUIRE(result.left_size() == 2);
  CHECK(result.left(0).diagnostic().location().file() == "d.cc");
  CHECK(result.left(0).blockage() == pb::BLOCKAGE_REASON_SCOPE_CLARIFICATION);
  CHECK(result.left(1).diagnostic().location().file() == "main.rs");
  CHECK(result.left(1).blockage() == pb::BLOCKAGE_REASON_EXTERNAL);
}

TEST_CASE("what another error hid at first is not in the log alone") {
  auto request = machines::request();
  auto& cause = *request.add_reported();
  cause.set_file("d.cc");
  cause.set_line(40);
  cause.set_message("hidden");
  cause.set_error_type("other");
  supervised task{request, "nothing"};
  CHECK(task.result().left_size() == 1);
  auto state = task.supervisor;
  auto& attempt = *state.coordination.add_fixes();
  attempt.set_kept(true);
  attempt.mutable_fix()->set_target_file("d.cc");
  attempt.mutable_fix()->set_target_line(41);
  CHECK(runtime::coordination::synthesise(state).left().empty());
}

TEST_CASE("a plan from a log alone says why nothing was checked") {
  auto request = machines::request();
  request.set_plan_only(true);
  auto& cause = *request.add_reported();
  cause.set_file("main.rs");
  cause.set_message("mismatched types");
  for (auto code : {errc::no_toolchain, errc::storage_failed}) {
    supervised plan{request, "prepare"};
    pb::AttemptResult prepared;
    prepared.mutable_error()->set_code(static_cast<uint32_t>(code));
    prepared.mutable_error()->set_message("why");
    prepared.set_ticket(plan.take("prepare").as<pb::WorkUnit>()->ticket());
    plan.feed(prepared);
    plan.run("nothing");
    if (code == errc::storage_failed) {
      CHECK(plan.result().outcome() == pb::TASK_OUTCOME_FAILED);
      CHECK(plan.result().summary() == "why");
    } else {
      CHECK(plan.result().outcome() == pb::TASK_OUTCOME_DONE);
      CHECK(plan.result().summary().starts_with("planned from the log alone"));
    }
  }
}

TEST_CASE("a log that nothing here can check is split all the same") {
  auto request = machines::request();
  request.set_plan_only(true);
  for (auto* file : {"lib.rs", "main.rs"}) {
    auto& cause = *request.add_reported();
    cause.set_tool("rustc");
    cause.set_file(file);
    cause.set_line(3);
    cause.set_message("mismatched types");
    cause.set_error_type("type_mismatch");
  }
  pb::AttemptResult prepared;
  prepared.mutable_error()->set_code(static_cast<uint32_t>(errc::no_toolchain));
  supervised plan{request, "prepare"};
  prepared.set_ticket(plan.take("prepare").as<pb::WorkUnit>()->ticket());
  plan.feed(prepared);
  plan.run("nothing");
  CHECK(plan.result().outcome() == pb::TASK_OUTCOME_DONE);
  CHECK(plan.result().evidence().diagnostics_size() == 2);
  REQUIRE(plan.result().plan().subtasks_size() > 0);
  CHECK(plan.result().left().empty());

  request.set_plan_only(false);
  supervised run{request, "prepare"};
  prepared.set_ticket(run.take("prepare").as<pb::WorkUnit>()->ticket());
  run.feed(prepared);
  CHECK(run.result().outcome() == pb::TASK_OUTCOME_PRECONDITION);
  CHECK(run.result().left_size() == 2);
}

TEST_CASE("what is missing is a precondition") {
  supervised no_units{"prepare"};
  auto asked = no_units.take("prepare");
  pb::AttemptResult prepared;
  prepared.set_ticket(asked.as<pb::WorkUnit>()->ticket());
  prepared.mutable_prepared()->add_compilers("gcc");
  no_units.feed(prepared);
  CHECK(no_units.result().outcome() == pb::TASK_OUTCOME_PRECONDITION);

  supervised no_compiler{"prepare"};
  prepared.mutable_prepared()->add_units("a.cc");
  prepared.mutable_prepared()->clear_compilers();
  no_compiler.feed(prepared);
  CHECK(no_compiler.result().outcome() == pb::TASK_OUTCOME_PRECONDITION);

  supervised failing{"prepare"};
  prepared.mutable_error()->set_code(static_cast<uint32_t>(errc::no_toolchain));
  failing.feed(prepared);
  CHECK(failing.result().outcome() == pb::TASK_OUTCOME_PRECONDITION);
}

TEST_CASE("an error's code decides the outcome, in every phase") {
  for (auto& [code, outcome] : std::vector<std::pair<errc, pb::TaskOutcome>>{
         {errc::workspace_unreadable, pb::TASK_OUTCOME_PRECONDITION},
         {errc::no_toolchain, pb::TASK_OUTCOME_PRECONDITION},
         {errc::internal, pb::TASK_OUTCOME_INTERNAL_ERROR},
         {errc::storage_failed, pb::TASK_OUTCOME_FAILED}})
    for (std::string at : {"snapshot", "prepare", "check", "review", "repair",
                           "merge", "compare", "gates", "deliver"}) {
      CAPTURE(at);
      supervised task{at};
      task.feed(error{code, "it broke"});
      CHECK(task.result().outcome() == outcome);
      CHECK(task.result().summary() == "it broke");
    }
}

TEST_CASE("a cancel ends the task at once, in every phase, and only once") {
  for (std::string at : {"snapshot", "prepare", "check", "review", "repair",
                         "merge", "compare", "gates", "revert", "deliver"}) {
    CAPTURE(at);
    supervised task{at, break_with_b,
                    at == "revert" ? pb::EXECUTION_MODE_SEQUENTIAL
                                   : pb::EXECUTION_MODE_PARALLEL};
    auto last = task.open.front();
    task.feed(cancelled{"interrupted"});
    CHECK(task.result().outcome() == pb::TASK_OUTCOME_CANCELLED);
    CHECK(exit_code(task.result().outcome()) == 130);
    CHECK(task.feed(cancelled{"again"}) == 0);
    CHECK(task.feed(deadline_passed{}) == 0);
    CHECK(task.feed(coordinator_down{"late"}) == 0);
    if (!last.is_coordinators)
      task.answer(last);
    CHECK(task.results.size() == 1);
  }
}

TEST_CASE("what a phase does not wait for changes nothing") {
  machines task;
  task.feed(machines::request());
  std::vector<cohort::runtime::coordination::supervisor_input> noise;
  auto make_noise = [&] {
    pb::AttemptResult old;
    old.set_ticket(99);
    pb::GatesFinished gates;
    gates.set_run(99);
    noise = {machines::request(), old, gates};
    auto at = task.supervisor.phase;
    if (at != supervisor_phase::snapshotting)
      noise.emplace_back(pb::SnapshotReport{});
    if (at != supervisor_phase::comparing)
      noise.emplace_back(pb::CompareReport{});
    if (at != supervisor_phase::reverting)
      noise.emplace_back(pb::RevertReport{});
    if (at != supervisor_phase::delivering)
      noise.emplace_back(pb::DeliveryReport{});
    if (at != supervisor_phase::coordinating) {
      noise.emplace_back(pb::CoordinationReport{});
      noise.emplace_back(coordinator_down{"late"});
    }
    noise.emplace_back(pb::EventList{});
  };
  for (;;) {
    make_noise();
    for (auto& input : noise) {
      auto phase = std::string{to_string(task.supervisor.phase)};
      CAPTURE(phase);
      CAPTURE(input.index());
      CHECK(task.feed(input) == 0);
    }
    if (task.open.empty())
      break;
    task.answer_first();
  }
  REQUIRE(task.results.size() == 1);
  CHECK(task.results[0].outcome() == pb::TASK_OUTCOME_DONE);
}

TEST_CASE("the answer to an old unit is not taken for that of the fallback") {
  supervised task{"repair"};
  auto check = task.supervisor.next_ticket - 1;
  fail_second(task);
  task.run("repair s1");
  REQUIRE(task.supervisor.phase == supervisor_phase::working);
  pb::AttemptResult late;
  late.set_ticket(check);
  CHECK(task.feed(late) == 0);
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_DONE);
}

TEST_CASE("the fallback goes on where the coordinator's merges had led") {
  supervised task{"repair"};
  fail_second(task);
  task.run("repair s1");
  auto& fallback = *task.open.front().as<pb::WorkUnit>();
  CHECK(fallback.tree() == "tree:b.cc");
  CHECK(fallback.specialty().kind() == pb::SPECIALTY_KIND_GENERALIST);
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_DONE);
  CHECK(task.result().fell_back());
  CHECK(task.result().fallback_reason()
        == "some subtasks failed or conflicted");
  CHECK(task.result().patch().result_tree() == "tree:");
}

TEST_CASE("without a fallback what was merged is handed over") {
  supervised task{"repair", [](machines& m) {
                    m.supervising.supervision.fallback = false;
                  }};
  fail_second(task);
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(task.result().patch().result_tree() == "tree:b.cc");
}

TEST_CASE("a refusal goes to the fallback, or is the outcome without one") {
  for (auto fallback : {true, false}) {
    supervised task{"nothing", [&](machines& m) {
                      m.supervising.supervision.fallback = fallback;
                      m.council = [](const pb::ReviewRequest&) {
                        return pb::ReviewOutcome{};
                      };
                    }};
    CHECK(task.result().outcome()
          == (fallback ? pb::TASK_OUTCOME_DONE : pb::TASK_OUTCOME_REFUSED));
    CHECK(task.result().fell_back() == fallback);
  }
}

TEST_CASE("only a plan, from every way") {
  for (auto mode :
       {pb::EXECUTION_MODE_PARALLEL, pb::EXECUTION_MODE_SEQUENTIAL}) {
    machines task;
    auto request = machines::request(mode);
    request.set_plan_only(true);
    task.feed(request);
    task.run();
    REQUIRE(task.results.size() == 1);
    CHECK(task.results[0].outcome() == pb::TASK_OUTCOME_DONE);
    CHECK(task.results[0].plan().subtasks_size()
          == (mode == pb::EXECUTION_MODE_PARALLEL ? 3 : 1));
    CHECK(task.count(pb::Event::kDispatched) == 0);
    CHECK(task.world.deliveries == 0);
  }
}

// -- the coordinator's death
// ------------------------------------------------------

TEST_CASE("a coordinator that died is started again with its history") {
  supervised task{"repair"};
  task.answer("repair s1");
  task.answer("merge");
  task.crash();
  CHECK(!task.coordinator);
  CHECK(task.names_of_open() == std::vector<std::string>{"history"});
  task.answer("history");
  REQUIRE(task.coordinator);
  CHECK(task.coordinator->tree == "tree:b.cc,c.cc");
  CHECK(task.names_of_open()
        == std::vector<std::string>{"repair s2", "repair s3"});
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_DONE);
  CHECK(!task.result().fell_back());
  CHECK(task.count(pb::Event::kCoordinatorStarted) == 2);
}

TEST_CASE("what coordinators merged before the last one died is kept") {
  supervised task{"repair"};
  task.answer("repair s1");
  task.answer("merge");
  for (auto start = 1; start <= 3; ++start) {
    task.crash();
    task.answer("history");
  }
  CHECK(!task.coordinator);
  REQUIRE(task.names_of_open() == std::vector<std::string>{"repair s1"});
  CHECK(task.open.front().as<pb::WorkUnit>()->tree() == "tree:b.cc,c.cc");
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_DONE);
  CHECK(task.result().fell_back());
  CHECK(task.result().fallback_reason()
        == "the coordinator died 3 times: signal 11");
  CHECK(task.result().fixes_kept() == 3);
  CHECK(task.result().subtasks_size() == 2);
}

TEST_CASE("a coordinator that died after its last word has said it") {
  supervised task{"compare"};
  task.supervisor.phase = supervisor_phase::coordinating; // It never heard it.
  task.open.clear();
  task.supervising.supervision.max_coordinator_restarts = 0;
  task.crash();
  task.answer("history");
  CHECK(task.supervisor.phase == supervisor_phase::comparing);
  CHECK(task.count(pb::Event::kCoordinationFinished) == 1);
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_DONE);
  CHECK(task.result().subtasks_size() == 3);
}

TEST_CASE("without a fallback, deaths are an internal error") {
  supervised task{"repair", [](machines& m) {
                    m.supervising.supervision.fallback = false;
                    m.supervising.supervision.max_coordinator_restarts = 0;
                  }};
  task.crash();
  task.answer("history");
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_INTERNAL_ERROR);
  CHECK(task.result().summary() == "the coordinator died 1 time: signal 11");
}

TEST_CASE("no coordinator is started once the task has ended") {
  supervised task{"repair"};
  task.crash();
  auto history = task.take("history");
  task.feed(cancelled{"interrupted"});
  task.answer(history);
  CHECK(!task.coordinator);
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_CANCELLED);
}

// -- the deadline
// ------------------------------------------------------

TEST_CASE("before anything was merged, the deadline is a failure") {
  for (std::string at : {"snapshot", "prepare", "check"}) {
    CAPTURE(at);
    supervised task{at};
    task.feed(deadline_passed{});
    CHECK(task.result().outcome() == pb::TASK_OUTCOME_FAILED);
  }
  supervised sequential{"repair", {}, pb::EXECUTION_MODE_SEQUENTIAL};
  sequential.feed(deadline_passed{});
  CHECK(sequential.result().outcome() == pb::TASK_OUTCOME_FAILED);
}

TEST_CASE("near the end, the deadline changes nothing but the words") {
  for (std::string at : {"compare", "gates", "deliver"}) {
    CAPTURE(at);
    supervised task{at};
    task.feed(deadline_passed{});
    CHECK(task.results.empty());
    task.run();
    CHECK(task.result().outcome() == pb::TASK_OUTCOME_DONE);
  }
}

TEST_CASE("the deadline stops a coordinator, and its merges are handed over") {
  supervised task{"repair"};
  task.answer("repair s1");
  task.answer("merge");
  task.feed(deadline_passed{});
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(task.result().patch().result_tree() == "tree:b.cc,c.cc");
  CHECK(!task.result().fell_back());
}

TEST_CASE("the deadline in the fallback hands over what was merged before") {
  supervised task{"repair"};
  fail_second(task);
  task.run("repair s1");
  auto fallback = task.take("repair s1");
  task.feed(deadline_passed{});
  task.answer(fallback); // Too late.
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(task.result().patch().result_tree() == "tree:b.cc");
}

TEST_CASE("after the deadline no coordinator is started again") {
  for (auto deadline_first : {true, false}) {
    supervised task{"repair"};
    task.answer("repair s1");
    task.answer("merge");
    task.lose_coordinator();
    if (deadline_first)
      task.feed(deadline_passed{}); // Nobody is there to be stopped.
    task.feed(coordinator_down{"signal 11"});
    if (!deadline_first)
      task.feed(deadline_passed{});
    task.answer("history");
    CHECK(!task.coordinator);
    task.run();
    CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
    CHECK(task.result().patch().result_tree() == "tree:b.cc,c.cc");
  }
}

// -- gates
// ------------------------------------------------------

TEST_CASE("what broke a unit is taken back, and judged once more") {
  supervised task{"revert", break_with_b, pb::EXECUTION_MODE_SEQUENTIAL};
  CHECK(task.supervisor.gates.broken_units(0) == "d.cc");
  task.answer("revert");
  task.answer("compare");
  for (auto& known : task.open.front().as<pb::RunGates>()->known())
    CHECK(known.SerializeAsString()
          == task.check("tree:b.cc", known.unit()).SerializeAsString());
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(task.result().patch().result_tree() == "tree:b.cc");
  CHECK(task.result().summary().find("taken back") != std::string::npos);
  CHECK(task.count(pb::Event::kReverted) == 1);
}

TEST_CASE("a fallback that changed nothing is not called merged") {
  // What it does not break, the coordinator's part breaks: seen by the gates.
  supervised task{"repair", [](machines& m) {
                    break_with_b(m);
                    m.world.unrepairable = {"c.cc"};
                  }};
  task.world.brittle.clear(); // The round's probe sees nothing.
  task.fail_unit(task.take("repair s3"), "died");
  task.run("gates");
  task.world.brittle = {"d.cc"};
  task.run();
  REQUIRE(task.count(pb::Event::kReverted) == 1);
  auto& last = task.result().subtasks(task.result().subtasks_size() - 1);
  CHECK(last.subtask_id() == "fallback");
  CHECK(!last.merged());
  CHECK(last.state() == "nothing repaired");
}

TEST_CASE("gates fail only once more: then it is handed over as it is") {
  supervised task{"gates", break_with_b, pb::EXECUTION_MODE_SEQUENTIAL};
  for (auto run = 1; run <= 2; ++run) {
    auto asked = task.take("gates");
    pb::GatesFinished gates;
    gates.set_run(asked.as<pb::RunGates>()->run());
    gates.add_broken_units("d.cc");
    auto& report = *gates.add_reports();
    report.set_kind(pb::GATE_KIND_COMPILATION);
    report.set_verdict(pb::GATE_VERDICT_FAIL);
    *gates.add_after() = task.check("tree:", "d.cc");
    gates.mutable_after(0)->add_reads("a.cc");
    task.feed(gates);
    task.run("gates");
  }
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(task.count(pb::Event::kReverted) == 1);
}

TEST_CASE("gates that could not run are told of") {
  supervised task{"gates"};
  pb::GatesFinished gates;
  gates.set_run(task.take("gates").as<pb::RunGates>()->run());
  gates.set_error("no worker");
  task.feed(gates);
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(task.result().summary().find("the gates could not run: no worker")
        != std::string::npos);
}

TEST_CASE("a result that could not be applied is partial, with the reason") {
  auto request = machines::request();
  request.set_apply(true);
  supervised task{request, "deliver"};
  CHECK(task.take("deliver").as<pb::DeliverResult>()->apply());
  pb::DeliveryReport delivered;
  delivered.set_branch("cohort/t1");
  delivered.set_apply_refused("a.cc has changed");
  task.feed(delivered);
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_PARTIAL);
  CHECK(task.result().branch() == "cohort/t1");
  CHECK(task.result().summary().find("not applied: a.cc has changed")
        != std::string::npos);
}

TEST_CASE("breakers that opened because of the task are in its journal, "
          "whoever asked for the units") {
  pb::BreakerChange opened;
  opened.set_what("checks with gcc on alpha");
  opened.set_is_open(true);
  opened.set_why("g++ is broken");
  pb::BreakerChange closed;
  closed.set_what(opened.what());
  supervised task{"check"};
  SUBCASE("the supervisor did") {
    task.feed(opened);
    task.feed(closed);
  }
  SUBCASE("the coordinator did") {
    task.run("repair");
    task.feed_coordinator(opened);
    task.feed_coordinator(closed);
  }
  SUBCASE("the gatekeeper did") {
    task.run("gates");
    pb::GatesFinished gates;
    gates.set_run(task.take("gates").as<pb::RunGates>()->run());
    *gates.add_breakers() = opened;
    *gates.add_breakers() = closed;
    task.feed(gates);
  }
  CHECK(task.count(pb::Event::kBreakerOpened) == 1);
  CHECK(task.count(pb::Event::kBreakerClosed) == 1);
  for (auto& event : task.journal)
    if (event.has_breaker_opened()) {
      CHECK(event.breaker_opened().what() == "checks with gcc on alpha");
      CHECK(event.breaker_opened().why() == "g++ is broken");
    }
  // Who goes on from this journal goes on as ever.
  task.resume();
  task.run();
  CHECK(task.result().outcome() == pb::TASK_OUTCOME_DONE);
}

} // namespace cohort::tests::supervisor_machine_test
