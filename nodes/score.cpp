#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "nodes/verbs.hpp"
#include "runtime/analysis/routing.hpp"
#include "runtime/json_nesting.hpp"

namespace cohort::nodes {

namespace {

using nlohmann::json;

json reasons_of(const messages::v1::ComplexityScore& score) {
  auto reasons = json::array();
  for (auto& reason : score.reasons()) { // A braced list would copy them.
    auto& told = reasons.emplace_back(json::object());
    told["name"] = reason.name();
    told["value"] = reason.value();
    told["contribution"] = reason.contribution();
    told["text"] = reason.text();
  }
  return reasons;
}

void print_json(const json& value) {
  std::cout << value.dump(-1, ' ', false, json::error_handler_t::replace)
            << '\n';
}

/// What is asked for on a line; `complaint` tells what is wrong with it.
std::optional<json> read_question(std::string_view line,
                                  std::string& complaint) {
  if (runtime::is_too_deep(line)) {
    complaint = "is nested too deeply";
    return std::nullopt;
  }
  auto value = json::parse(line, nullptr, false);
  if (!value.is_object() || !value.contains("text")
      || !value["text"].is_string()) {
    complaint = R"(expected a JSON object with a string "text")";
    return std::nullopt;
  }
  if (auto id = value.find("id"); id != value.end() && id->is_structured()) {
    complaint = R"("id" is a list or an object; expected a string or a number)";
    return std::nullopt;
  }
  return value;
}

/// JSON lines in, JSON lines out; a line that cannot be read is named on
/// standard error, and the rest goes on. What is written waits for as long as
/// more to read is there.
int score_lines() {
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  int code = 0;
  std::string line;
  std::string complaint;
  for (size_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.find_first_not_of(" \t\r") == line.npos)
      continue;
    auto question = read_question(line, complaint);
    if (!question) {
      std::cerr << "cohort: line " << number << ": " << complaint << '\n';
      code = 2;
      continue;
    }
    auto score = runtime::analysis::analyze_task_complexity(
      (*question)["text"].get_ref<const std::string&>());
    json answer;
    answer["id"] = question->value("id", json{});
    answer["score"] = score.score();
    answer["reasons"] = reasons_of(score);
    print_json(answer);
    if (std::cin.rdbuf()->in_avail() <= 0)
      std::cout.flush();
  }
  return code;
}

} // namespace

int score(const std::string& description, output_format format) {
  if (description.empty())
    return score_lines();
  auto score = runtime::analysis::analyze_task_complexity(description);
  if (format != output_format::text) {
    print_json({{"score", score.score()}, {"reasons", reasons_of(score)}});
    return 0;
  }
  std::cout << score.score() << " +- " << score.uncertainty() << '\n';
  for (auto& reason : score.reasons())
    std::cout << "  " << reason.name() << ": " << reason.text() << " ("
              << reason.contribution() << ")\n";
  return 0;
}

} // namespace cohort::nodes
