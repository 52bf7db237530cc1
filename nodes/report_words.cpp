#include "nodes/report_words.hpp"

#include <algorithm>
#include <cstdio>

#include "runtime/analysis/text.hpp"

namespace cohort::nodes {

namespace pb = messages::v1;

std::string markup(std::string_view text) {
  std::string result;
  for (auto c : runtime::analysis::valid_utf8(text))
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
      case '\t':
        result += c;
        break;
      default:
        result += static_cast<unsigned char>(c) < ' ' ? '?' : c;
    }
  return result;
}

std::string place(const pb::Location& location) {
  auto text = location.file();
  if (location.line() > 0)
    text += ':' + std::to_string(location.line());
  return text;
}

pb::Location place_of(const pb::Culprit& culprit) {
  pb::Location result;
  result.set_file(culprit.file());
  if (culprit.lines_size() > 0)
    result.set_line(culprit.lines(0).first());
  return result;
}

std::string in_front(const std::string& place) {
  return place.empty() ? "" : place + ": ";
}

std::string harm_of(const pb::Culprit& culprit) {
  auto text = "with it "
              + (culprit.tests().empty() ? "the project does not build"
                                         : listed(culprit.tests()) + " fails");
  if (!culprit.needs().empty())
    text += ", together with " + listed(culprit.needs());
  if (!culprit.subtasks().empty())
    text += " (by " + listed(culprit.subtasks()) + ')';
  return text;
}

std::string number(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string padded(std::string_view text, size_t width) {
  std::string result{text};
  result.resize(std::max(width, text.size()), ' ');
  return result;
}

std::string_view name_of(pb::GateKind kind) {
  switch (kind) {
    case pb::GATE_KIND_COMPILATION:
      return "compilation";
    case pb::GATE_KIND_SCOPE:
      return "scope";
    case pb::GATE_KIND_TESTS:
      return "tests";
    case pb::GATE_KIND_COVERAGE:
      return "coverage";
    case pb::GATE_KIND_MUTATION:
      return "mutation";
    case pb::GATE_KIND_SECURITY:
      return "security";
    case pb::GATE_KIND_LINT:
      return "lint";
    default:
      return "unknown";
  }
}

std::string_view name_of(pb::GateVerdict verdict) {
  switch (verdict) {
    case pb::GATE_VERDICT_PASS:
      return "pass";
    case pb::GATE_VERDICT_WARNING:
      return "warning";
    case pb::GATE_VERDICT_FAIL:
      return "FAIL";
    default:
      return "not measured";
  }
}

std::string_view name_of(pb::Opinion opinion) {
  switch (opinion) {
    case pb::OPINION_APPROVE:
      return "approve";
    case pb::OPINION_AMEND:
      return "amend";
    case pb::OPINION_REJECT:
      return "reject";
    default:
      return "no opinion";
  }
}

std::string mode_name(pb::ExecutionMode mode) {
  return mode == pb::EXECUTION_MODE_PARALLEL     ? "parallel"
         : mode == pb::EXECUTION_MODE_SEQUENTIAL ? "sequential"
                                                 : "auto";
}

std::string cut(const std::string& text, size_t width) {
  auto line = text.substr(0, text.find('\n'));
  return line.size() > width ? line.substr(0, width - 3) + "..." : line;
}

std::string
listed(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  constexpr int shown_max = 5;
  constexpr size_t width_max = 100;
  std::string result;
  for (int i = 0; i < std::min<int>(texts.size(), shown_max); ++i)
    result += (i > 0 ? ", " : "") + cut(texts[i], width_max);
  if (texts.size() > shown_max)
    result += " and " + std::to_string(texts.size() - shown_max) + " more";
  return result;
}

std::string counted(int64_t n, std::string_view what) {
  return std::to_string(n) + ' ' + std::string{what} + (n == 1 ? "" : "s");
}

} // namespace cohort::nodes
