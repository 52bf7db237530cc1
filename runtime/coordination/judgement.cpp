#include "runtime/coordination/judgement.hpp"

#include <set>
#include <string>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/coordination/synthesis.hpp"

namespace cohort::runtime::coordination {

namespace {

/// How the gates that decide something came out.
struct verdicts {
  size_t passed = 0;
  size_t warned = 0;
  size_t failed = 0;

  [[nodiscard]] size_t measured() const {
    return passed + warned + failed;
  }
};

verdicts count_verdicts(const pb::GatesDecided& gates) {
  verdicts result;
  for (auto& report : gates.reports()) {
    if (report.advisory())
      continue;
    result.passed += report.verdict() == pb::GATE_VERDICT_PASS ? 1 : 0;
    result.warned += report.verdict() == pb::GATE_VERDICT_WARNING ? 1 : 0;
    result.failed += report.verdict() == pb::GATE_VERDICT_FAIL ? 1 : 0;
  }
  return result;
}

std::string summary_of(const pb::GatesDecided& gates, const verdicts& found) {
  if (!gates.error().empty())
    return "nothing could be judged: " + gates.error();
  if (found.measured() == 0)
    return "no gate that decides could be measured";
  auto text = std::to_string(found.passed) + " of "
              + std::to_string(found.measured())
              + (found.measured() == 1 ? " gate passes" : " gates pass");
  if (found.warned > 0)
    text += ", " + std::to_string(found.warned) + " with a warning";
  if (found.failed > 0)
    text += ", " + std::to_string(found.failed)
            + (found.failed == 1 ? " fails" : " fail");
  return text;
}

/// An error that only moved is the same one.
std::pair<std::string, std::string> key_of(const pb::Diagnostic& error) {
  return {error.location().file(), error.message()};
}

void list_errors(const pb::Evidence& before, const pb::Evidence& after,
                 pb::TaskResult& result) {
  std::set<std::pair<std::string, std::string>> known;
  for (auto& diagnostic : before.diagnostics())
    known.insert(key_of(diagnostic));
  for (auto& diagnostic : after.diagnostics()) {
    if (diagnostic.severity() < pb::SEVERITY_ERROR)
      continue;
    auto& left = *result.add_left();
    *left.mutable_diagnostic() = diagnostic;
    left.set_reason(known.count(key_of(diagnostic)) > 0 ? base_has_it
                                                        : base_lacks_it);
  }
}

} // namespace

pb::TaskResult judgement(const supervisor_state& state) {
  auto found = count_verdicts(state.gates);
  auto has_failed = found.failed > 0 || !state.gates.error().empty();
  auto result = ended_early(state,
                            has_failed         ? pb::TASK_OUTCOME_FAILED
                            : found.warned > 0 ? pb::TASK_OUTCOME_PARTIAL
                                               : pb::TASK_OUTCOME_DONE,
                            summary_of(state.gates, found));
  *result.mutable_gates() = state.gates.reports();
  *result.mutable_culprits() = state.culprits.culprits();
  *result.mutable_flaky_tests() = state.culprits.flaky_tests();
  auto after = analysis::gather(state.tree, state.known);
  list_errors(result.evidence(), after, result);
  result.set_errors_after(error_places(after));
  return result;
}

} // namespace cohort::runtime::coordination
