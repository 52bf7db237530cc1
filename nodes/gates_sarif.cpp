#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "nodes/gates_report.hpp"
#include "nodes/report.hpp"
#include "nodes/report_words.hpp"
#include "nodes/sarif_parts.hpp"
#include "runtime/coordination/judgement.hpp"

namespace cohort::nodes {

namespace {

namespace pb = messages::v1;
using nlohmann::json;

json result_at(sarif_rules& rules, const std::string& rule, const char* level,
               const pb::Location& place, const std::string& message) {
  json result = {{"ruleId", rule},
                 {"ruleIndex", rules.index_of(rule)},
                 {"level", level},
                 {"message", {{"text", message}}}};
  if (place.file().empty())
    return result; // A test has no place.
  json physical = {{"artifactLocation", sarif_artifact(place.file())}};
  if (place.line() > 0)
    physical["region"] = {{"startLine", place.line()}};
  result["locations"] = json::array({{{"physicalLocation", physical}}});
  return result;
}

json culprit_in(sarif_rules& rules, const pb::Culprit& culprit) {
  return result_at(rules, "breaks-tests", "error", place_of(culprit),
                   harm_of(culprit));
}

json objection_in(sarif_rules& rules, const pb::GateReport& gate,
                  const pb::Objection& objection) {
  auto decides = gate.verdict() == pb::GATE_VERDICT_FAIL && !gate.advisory();
  auto result = result_at(rules, objection.rule(),
                          decides ? "error" : "warning", objection.location(),
                          objection.message());
  result["properties"] = {{"gate", name_of(gate.kind())}};
  return result;
}

json error_in(sarif_rules& rules, const pb::Leftover& left) {
  auto& error = left.diagnostic();
  auto rule = error.error_type().empty() ? "error" : error.error_type();
  auto is_new = left.reason() == runtime::coordination::base_lacks_it;
  auto result = result_at(rules, rule, is_new ? "error" : "warning",
                          error.location(),
                          error.message() + " (" + left.reason() + ')');
  result["occurrenceCount"] = std::max(error.units_size(), 1);
  return result;
}

} // namespace

std::string gates_sarif(const pb::TaskResult& result,
                        const std::string& workspace_root) {
  sarif_rules rules;
  auto results = json::array();
  for (auto& gate : result.gates())
    for (auto& objection : gate.objections())
      results.push_back(objection_in(rules, gate, objection));
  for (auto& culprit : result.culprits())
    results.push_back(culprit_in(rules, culprit));
  for (auto& left : result.left())
    results.push_back(error_in(rules, left));
  return sarif_log(workspace_root, rules, std::move(results),
                   {{"task", result.task_id()},
                    {"outcome", outcome_name(result.outcome())},
                    {"summary", result.summary()}});
}

} // namespace cohort::nodes
