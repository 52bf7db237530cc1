#include "runtime/coordination/supervisor_knowledge.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/coordination/repeated.hpp"
#include "runtime/coordination/work_units.hpp"
#include "runtime/quality/gates.hpp"

namespace cohort::runtime::coordination {

pb::StartCoordination start_message(const supervisor_state& state,
                                    uint32_t number) {
  pb::StartCoordination start;
  *start.mutable_request() = state.request;
  *start.mutable_task() = state.task;
  *start.mutable_workspace() = state.workspace;
  start.set_base_tree(state.base_tree);
  for (auto& report : state.before)
    *start.add_reports() = report;
  start.set_start(number);
  return start;
}

coordinator_state replay_coordinators(const supervisor_state& state,
                                      pb::EventList history,
                                      const supervisor_settings& settings) {
  coordinator_settings coordinating;
  coordinating.supervision = settings.supervision;
  auto start = start_message(state, state.coordinator_starts);
  *start.mutable_history() = std::move(*history.mutable_events());
  return replay(std::move(start), coordinating);
}

void take_in(supervisor_state& state, pb::CoordinationReport report) {
  state.tree = report.tree();
  state.known.assign(std::make_move_iterator(report.mutable_reports()->begin()),
                     std::make_move_iterator(report.mutable_reports()->end()));
  report.clear_reports();
  state.coordination = std::move(report);
  state.phase = supervisor_phase::coordinated;
}

bool plans_from_log(const supervisor_state& state) {
  return state.request.plan_only() && !state.request.reported().empty();
}

bool tests_may_change(const supervisor_state& state) {
  return state.request.judge_only()
         || state.task.specialty().kind() == pb::SPECIALTY_KIND_TESTING;
}

void forgive_flaky(supervisor_state& state) {
  for (auto& report : *state.gates.mutable_reports())
    quality::forgive(report, to_vector(state.culprits.flaky_tests()),
                     tests_may_change(state));
}

void take_in(supervisor_state& state, const pb::CulpritsFound& found) {
  state.culprits = found;
  forgive_flaky(state);
  // Of somebody's own change nothing is taken out.
  if (found.culprits().empty() || state.request.judge_only()) {
    state.phase = supervisor_phase::judged;
    return;
  }
  std::vector<std::string> files;
  for (auto& culprit : found.culprits())
    files.push_back(culprit.file());
  std::sort(files.begin(), files.end());
  state.tree = found.tree();
  state.known = unaffected(state.known, files);
  state.phase = supervisor_phase::comparing;
}

std::vector<std::string> broken_tests(const supervisor_state& state) {
  std::vector<std::string> result;
  for (auto& report : state.gates.reports())
    for (auto rule : {quality::broken_test, quality::missing_test}) {
      auto tests = quality::tests_objected_to(report, rule);
      result.insert(result.end(), tests.begin(), tests.end());
    }
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> files_to_revert(const supervisor_state& state) {
  std::vector<std::string> result;
  auto& broken = state.gates.broken_units();
  for (auto& report : state.known) {
    if (std::find(broken.begin(), broken.end(), report.unit()) == broken.end())
      continue;
    for (auto& file : report.reads())
      if (std::binary_search(state.changed_files.begin(),
                             state.changed_files.end(), file))
        result.push_back(file);
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

} // namespace cohort::runtime::coordination
