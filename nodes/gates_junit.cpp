#include <algorithm>
#include <string>
#include <string_view>

#include "nodes/gates_report.hpp"
#include "nodes/report_words.hpp"

namespace cohort::nodes {

namespace {

namespace pb = messages::v1;

std::string xml_attribute(std::string_view name, std::string_view value) {
  auto text = markup(value); // In which a line's end would be a blank.
  for (auto at = text.find('\n'); at != std::string::npos;
       at = text.find('\n', at))
    text.replace(at, 1, "&#10;");
  return ' ' + std::string{name} + "=\"" + text + '"';
}

bool is_failure(const pb::GateReport& gate) {
  return gate.verdict() == pb::GATE_VERDICT_FAIL && !gate.advisory();
}

bool is_skipped(const pb::GateReport& gate) {
  return gate.verdict() == pb::GATE_VERDICT_NOT_MEASURED;
}

/// Details, objections and suggestions, a line each; of tests, who breaks them.
std::string words_of(const pb::GateReport& gate, const pb::TaskResult& result) {
  auto text = gate.details() + '\n';
  for (auto& objection : gate.objections())
    text += in_front(place(objection.location())) + objection.message() + " ("
            + objection.rule() + ")\n";
  if (gate.kind() == pb::GATE_KIND_TESTS)
    for (auto& culprit : result.culprits())
      text += in_front(place(place_of(culprit))) + harm_of(culprit) + '\n';
  for (auto& suggestion : gate.suggestions())
    text += suggestion + '\n';
  return text;
}

std::string element_of(const pb::GateReport& gate,
                       const pb::TaskResult& result) {
  if (is_failure(gate))
    return "      <failure" + xml_attribute("message", gate.details()) + '>'
           + markup(words_of(gate, result)) + "</failure>\n";
  if (is_skipped(gate))
    return "      <skipped" + xml_attribute("message", gate.details()) + "/>\n";
  auto verdict = std::string{name_of(gate.verdict())};
  if (gate.advisory())
    verdict += " (advisory)";
  return "      <system-out>" + markup(verdict + ": " + words_of(gate, result))
         + "</system-out>\n";
}

std::string opening(std::string_view name, double seconds) {
  return "    <testcase" + xml_attribute("name", name)
         + xml_attribute("classname", "cohort.gates")
         + xml_attribute("time", number(seconds, 3)) + ">\n";
}

} // namespace

std::string gates_junit(const pb::TaskResult& result) {
  auto& gates = result.gates();
  auto nothing_judged = gates.empty();
  auto counted_if = [&](auto what) {
    return std::to_string(std::count_if(gates.begin(), gates.end(), what));
  };
  auto out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
             "  <testsuite"
             + xml_attribute("name", "cohort gates")
             + xml_attribute(
               "tests", nothing_judged ? "1" : std::to_string(gates.size()))
             + xml_attribute("failures", counted_if(is_failure))
             + xml_attribute("errors", nothing_judged ? "1" : "0")
             + xml_attribute("skipped", counted_if(is_skipped))
             + xml_attribute("time", number(result.wall_seconds(), 3)) + ">\n";
  for (auto& gate : gates)
    out += opening(name_of(gate.kind()), gate.seconds())
           + element_of(gate, result) + "    </testcase>\n";
  if (nothing_judged)
    out += opening("gates", result.wall_seconds()) + "      <error"
           + xml_attribute("message", result.summary())
           + "/>\n    </testcase>\n";
  return out + "  </testsuite>\n</testsuites>\n";
}

} // namespace cohort::nodes
