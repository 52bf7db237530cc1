#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/analysis/evidence.hpp"
#include "runtime/coordination/coordinator_machine.hpp"
#include "runtime/coordination/supervisor_machine.hpp"
#include "runtime/quality/gates.hpp"
#include "tests/support/fake_world.hpp"

/// Both machines of a task without actors, over a fake world. What they ask for
/// waits until it is answered, in any order; a copy goes on by itself.
namespace cohort::tests {

namespace coordination = runtime::coordination;

/// What a machine asked for.
struct question {
  std::variant<pb::WorkUnit, pb::ReviewRequest, pb::MergePatch,
               pb::TakeSnapshot, pb::ReadEvents, pb::CompareTrees, pb::RunGates,
               pb::RevertFiles, pb::DeliverResult>
    what;
  bool is_coordinators = false;

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&what);
  }
};

/// "repair s1", "check a.cc", "merge tree:b.cc", "review", ...
inline std::string name_of(const question& asked) {
  if (auto* unit = asked.as<pb::WorkUnit>())
    return unit->has_repair()  ? "repair " + unit->repair().subtask().id()
           : unit->has_check() ? "check " + unit->check().unit()
           : unit->has_tests() ? "tests"
                               : "prepare";
  if (auto* merge = asked.as<pb::MergePatch>())
    return "merge " + merge->theirs();
  static constexpr const char* names[] = {"",         "review",  "",
                                          "snapshot", "history", "compare",
                                          "gates",    "revert",  "deliver"};
  return names[asked.what.index()];
}

struct machines {
  fake_world world;
  coordination::supervisor_settings supervising;
  coordination::coordinator_settings coordinating;
  /// Instead of approval of the plan as it is.
  std::function<pb::ReviewOutcome(const pb::ReviewRequest&)> council;

  coordination::supervisor_state supervisor;
  std::optional<coordination::coordinator_state> coordinator;
  std::deque<question> open;
  std::vector<pb::Event> journal;
  std::vector<std::string> said; // Progress, as text.
  std::vector<pb::CoordinationReport> reports;
  std::vector<pb::TaskResult> results;

  machines() {
    world.units = {"a.cc", "b.cc", "c.cc", "d.cc", "e.cc", "f.cc"};
    world.broken = {"a.cc", "b.cc", "c.cc"};
    coordinating.decomposition.strategy = "file_based";
  }

  // -- the task
  // ----------------------------------------------------------------

  static pb::TaskRequest
  request(pb::ExecutionMode mode = pb::EXECUTION_MODE_PARALLEL) {
    pb::TaskRequest result;
    result.set_task_id("t1");
    result.set_description("fix the 3 compile errors");
    result.set_workspace_root("/workspace");
    result.set_mode(mode);
    result.mutable_accepted()->set_seconds(1'795'000'000);
    return result;
  }

  /// What a supervisor would start a coordinator with.
  [[nodiscard]] pb::StartCoordination start_message() const {
    pb::StartCoordination start;
    *start.mutable_request() = request();
    start.mutable_task()->set_task_id("t1");
    start.mutable_workspace()->mutable_units()->Add(world.units.begin(),
                                                    world.units.end());
    start.mutable_workspace()->add_compilers("gcc");
    start.set_base_tree(tree_of(world.broken));
    start.set_start(1);
    for (auto& unit : world.units)
      *start.add_reports() = check(start.base_tree(), unit);
    return start;
  }

  // -- inputs
  // ------------------------------------------------------------------

  /// Returns how many events and effects it led to.
  size_t feed(coordination::supervisor_input input) {
    auto decision = coordination::decide(supervisor, std::move(input),
                                         supervising);
    journal.insert(journal.end(), decision.events.begin(),
                   decision.events.end());
    for (auto& effect : decision.effects)
      std::visit([this](auto& x) { carry_out(x, false); }, effect);
    return decision.events.size() + decision.effects.size();
  }

  size_t feed_coordinator(coordination::coordinator_input input) {
    if (!coordinator)
      coordinator.emplace();
    auto decision = coordination::decide(*coordinator, std::move(input),
                                         coordinating);
    journal.insert(journal.end(), decision.events.begin(),
                   decision.events.end());
    for (auto& effect : decision.effects)
      std::visit([this](auto& x) { carry_out(x, true); }, effect);
    return decision.events.size() + decision.effects.size();
  }

  /// The whole task, by a new process that has nothing but the journal.
  void resume() {
    lose_coordinator();
    open.clear();
    supervisor = {};
    pb::EventList history;
    history.mutable_events()->Add(journal.begin(), journal.end());
    feed(std::move(history));
  }

  /// Its questions go with it.
  void lose_coordinator() {
    coordinator.reset();
    std::erase_if(open, [](auto& x) { return x.is_coordinators; });
  }

  // -- questions
  // ---------------------------------------------------------------

  /// Takes the first open question of that name, or that begins so.
  question take(const std::string& name) {
    for (auto it = open.begin(); it != open.end(); ++it)
      if (name_of(*it).starts_with(name)) {
        auto result = std::move(*it);
        open.erase(it);
        return result;
      }
    throw std::logic_error("nobody asked for: " + name);
  }

  /// As the world has it.
  void answer(const question& asked) {
    std::visit([&](auto& x) { answer(x, asked.is_coordinators); }, asked.what);
  }

  void answer(const std::string& name) {
    answer(take(name));
  }

  void answer_first() {
    auto asked = std::move(open.front());
    open.pop_front();
    answer(asked);
  }

  /// Answers in the order of the questions, until one of that name is the
  /// first; none: until nothing is open.
  void run(const std::string& until = "nothing") {
    while (!open.empty() && !name_of(open.front()).starts_with(until))
      answer_first();
  }

  void fail_unit(const question& asked, const std::string& why) {
    pb::AttemptResult result;
    result.set_ticket(asked.as<pb::WorkUnit>()->ticket());
    result.set_attempt(3);
    result.mutable_error()->set_message(why);
    give(std::move(result), asked.is_coordinators);
  }

  void conflict_in(const std::string& file) {
    pb::MergeReport report;
    report.add_conflicts(file);
    feed_coordinator(std::move(report));
  }

  // -- what happened
  // -----------------------------------------------------------

  [[nodiscard]] std::vector<std::string> names_of_open() const {
    std::vector<std::string> result;
    for (auto& asked : open)
      result.push_back(name_of(asked));
    return result;
  }

  [[nodiscard]] size_t count(pb::Event::PayloadCase kind) const {
    return static_cast<size_t>(
      std::count_if(journal.begin(), journal.end(),
                    [&](auto& event) { return event.payload_case() == kind; }));
  }

  [[nodiscard]] pb::UnitReport check(const std::string& tree,
                                     const std::string& unit) const {
    pb::CheckUnit what;
    what.set_unit(unit);
    what.set_compiler("gcc");
    return world.check(tree, what);
  }

private:
  // -- effects
  // -----------------------------------------------------------------

  template <class T>
  void carry_out(T& x, bool is_coordinators) {
    open.push_back({std::move(x), is_coordinators});
  }
  void carry_out(pb::SubmitUnits& x, bool is_coordinators) {
    for (auto& unit : *x.mutable_units())
      open.push_back({std::move(unit), is_coordinators});
  }
  void carry_out(pb::ProgressEvent& x, bool) {
    said.push_back(x.text());
  }
  void carry_out(coordination::start_coordinator& x, bool) {
    coordinator.emplace();
    feed_coordinator(std::move(x.message));
  }
  void carry_out(coordination::stop_coordinator& x, bool) {
    pb::StopCoordination stop;
    stop.set_why(x.why);
    if (coordinator)
      feed_coordinator(std::move(stop));
  }
  void carry_out(pb::CoordinationReport& x, bool) {
    reports.push_back(x);
    std::erase_if(open, [](auto& asked) { return asked.is_coordinators; });
    feed(std::move(x));
  }
  void carry_out(pb::TaskResult& x, bool) {
    results.push_back(std::move(x));
    open.clear();
  }

  // -- answers
  // -----------------------------------------------------------------

  void give(pb::AttemptResult answer, bool is_coordinators) {
    if (is_coordinators)
      feed_coordinator(std::move(answer));
    else
      feed(std::move(answer));
  }

  void answer(const pb::WorkUnit& unit, bool is_coordinators) {
    auto instead = world.answer ? world.answer(unit) : std::nullopt;
    auto result = instead ? instead->value() : world.carry_out(unit);
    result.set_ticket(unit.ticket());
    give(std::move(result), is_coordinators);
  }
  void answer(const pb::ReviewRequest& request, bool) {
    if (council) {
      feed_coordinator(council(request));
      return;
    }
    pb::ReviewOutcome outcome;
    outcome.set_approved(true);
    *outcome.mutable_decomposition() = request.decomposition();
    outcome.set_reason("4 of 4 judges approve");
    feed_coordinator(std::move(outcome));
  }
  void answer(const pb::MergePatch& merge, bool) {
    feed_coordinator(world.merge(merge));
  }
  void answer(const pb::TakeSnapshot& ask, bool) {
    feed(world.snapshot(ask));
  }
  void answer(const pb::ReadEvents&, bool) {
    pb::EventList list;
    list.mutable_events()->Add(journal.begin(), journal.end());
    feed(std::move(list));
  }
  void answer(const pb::CompareTrees& compare, bool) {
    feed(world.compare(compare));
  }
  void answer(const pb::RunGates& run, bool) {
    pb::GatesFinished gates;
    gates.set_run(run.run());
    for (auto& unit : world.units)
      *gates.add_after() = check(run.tree(), unit);
    auto before = runtime::analysis::gather(
      run.base_tree(), {run.before().begin(), run.before().end()});
    auto after = runtime::analysis::gather(run.tree(), {gates.after().begin(),
                                                        gates.after().end()});
    *gates.add_reports() = runtime::quality::judge_compilation(before, after);
    for (auto& unit : runtime::quality::broken_units(before, after))
      gates.add_broken_units(unit);
    if (world.has_tests)
      *gates.add_reports() = runtime::quality::judge_tests(
        world.test(run.base_tree(), {}), world.test(run.tree(), {}));
    feed(std::move(gates));
  }
  void answer(const pb::RevertFiles& revert, bool) {
    feed(world.revert(revert));
  }
  void answer(const pb::DeliverResult& deliver, bool) {
    feed(world.deliver(deliver));
  }
};

} // namespace cohort::tests
