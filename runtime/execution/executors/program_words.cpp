#include "runtime/execution/executors/program_words.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

#include "runtime/analysis/text.hpp"
#include "runtime/text_lines.hpp"

namespace cohort::runtime::execution {

namespace {

using nlohmann::json;

constexpr size_t log_bytes_max = 2000;
constexpr size_t log_lines_max = 10;
constexpr size_t progress_bytes_max = 200;

/// Returns whether there is one.
bool read_cost(const json& object, program_words& words) {
  for (auto* name : {"cost", "total_cost_usd"}) {
    auto found = object.find(name);
    if (found == object.end() || !found->is_number())
      continue;
    auto value = found->get<double>();
    if (std::isfinite(value) && value >= 0)
      words.cost = value;
    return true;
  }
  return false;
}

bool read_progress(const json& object, program_words& words) {
  auto found = object.find("progress");
  if (found == object.end() || !found->is_string())
    return false;
  auto text = found->get<std::string>().substr(0, progress_bytes_max);
  auto done = object.find("done");
  auto total = object.find("total");
  if (done != object.end() && done->is_number_unsigned()
      && total != object.end() && total->is_number_unsigned())
    text += " (" + done->dump() + " of " + total->dump() + ')';
  words.progress = analysis::valid_utf8(text);
  return true;
}

} // namespace

program_words read_program_words(std::string_view out) {
  program_words result;
  std::string log;
  for_each_line(out, [&](std::string_view line) {
    if (line.starts_with('{')) {
      auto object = json::parse(line, nullptr, false);
      if (object.is_object()) {
        auto is_cost = read_cost(object, result);
        if (read_progress(object, result) || is_cost)
          return;
      }
    }
    log += line;
    log += '\n';
    if (log.size() > 2 * log_bytes_max)
      log.erase(0, log.size() - log_bytes_max);
  });
  result.log = last_words(log);
  return result;
}

std::string last_words(std::string_view text) {
  text = text.substr(text.size() - std::min(text.size(), log_bytes_max));
  std::vector<std::string_view> lines;
  for_each_line(text, [&](std::string_view line) {
    if (line.find_first_not_of(" \t") != line.npos)
      lines.push_back(line);
  });
  std::string result;
  auto first = lines.size() - std::min(lines.size(), log_lines_max);
  for (auto i = first; i < lines.size(); ++i) {
    result += result.empty() ? "" : " / ";
    result += lines[i];
  }
  return analysis::valid_utf8(result);
}

} // namespace cohort::runtime::execution
