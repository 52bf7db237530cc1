#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "nodes/cause_report.hpp"
#include "runtime/analysis/text.hpp"
#include "runtime/execution/rules/proposal_list.hpp"

namespace cohort::nodes {

namespace {

using nlohmann::json;
using runtime::coordination::cause_story;

std::string counted_as(size_t n, const char* what) {
  return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
}

std::string place_text(const pb::Location& place) {
  return place.file()
         + (place.line() > 0 ? ':' + std::to_string(place.line()) : "");
}

/// One line, quoted and cut.
std::string short_text(std::string_view text) {
  constexpr size_t length_max = 40;
  std::string result = "`";
  for (auto c : text.substr(0, length_max))
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  result = runtime::analysis::valid_utf8(result);
  return result + (text.size() > length_max ? "...`" : "`");
}

std::string describe_edit(const pb::Edit& edit) {
  auto bytes = edit.end() - edit.begin();
  if (edit.replacement().empty())
    return "remove " + counted_as(bytes, "byte");
  return (bytes == 0 ? "insert "
                     : "replace " + counted_as(bytes, "byte") + " by ")
         + short_text(edit.replacement());
}

/// "gcc, clang: insert `;`", "rule (gcc): insert `std::`"
std::string describe_fix(const pb::Fix& fix) {
  std::string who;
  for (auto& voter : fix.voters())
    who += (who.empty() ? "" : ", ") + voter;
  auto is_rule = fix.tool() == runtime::execution::rules::tool && !who.empty();
  auto text = is_rule       ? fix.tool() + " (" + who + ')'
              : who.empty() ? fix.tool()
                            : who;
  auto separator = ": ";
  for (auto& edit : fix.edits()) {
    text += separator + describe_edit(edit);
    separator = "; ";
  }
  return text;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// What else was said of it, some of that, each once.
std::vector<std::string> other_words(const cause_story& story) {
  constexpr size_t lines_max = 3;
  std::set<std::string> known{place_text(story.place) + ": "
                              + first_line(story.message)};
  std::vector<std::string> result;
  for (auto& error : story.examples) {
    auto line = place_text(error.location()) + ": "
                + first_line(error.message());
    if (result.size() < lines_max && known.insert(line).second)
      result.push_back(line + " (" + error.tool() + ')');
  }
  return result;
}

void add_story(const cause_story& story, std::string& out) {
  out += '\n' + story.id + "  " + place_text(story.place) + "  " + story.kind
         + "  " + std::string{to_string(story.end)} + "\n    "
         + first_line(story.message) + "\n    "
         + counted_as(story.errors, "error") + " in "
         + counted_as(story.files, "file");
  if (!story.units.empty())
    out += ", reported by " + counted_as(story.units.size(), "unit");
  for (auto& tool : story.tools)
    out += (&tool == &story.tools.front() ? " (" : ", ") + tool;
  out += story.tools.empty() ? "\n" : ")\n";
  for (auto& line : other_words(story))
    out += "    also     " + line + '\n';
  for (auto& attempt : story.tries)
    out += std::string{attempt.kept() ? "    kept     " : "    refused  "}
           + describe_fix(attempt.fix()) + "\n             " + attempt.reason()
           + '\n';
  if (auto hidden = story.kept + story.refused - story.tries.size(); hidden > 0)
    out += "    " + counted_as(hidden, "more attempt") + '\n';
  for (auto& left : story.left)
    out += "    left     " + place_text(left.diagnostic().location()) + ": "
           + first_line(left.diagnostic().message()) + "\n             "
           + left.reason() + '\n';
  if (auto hidden = story.left_count - story.left.size(); hidden > 0)
    out += "    " + counted_as(hidden, "more place") + " left\n";
}

json place_json(const pb::Location& place) {
  return {{"file", place.file()},
          {"line", place.line()},
          {"column", place.byte_column()}};
}

json edits_json(const pb::Fix& fix) {
  auto edits = json::array();
  for (auto& edit : fix.edits())
    edits.push_back({{"file", edit.file()},
                     {"begin", edit.begin()},
                     {"end", edit.end()},
                     {"replacement", edit.replacement()}});
  return edits;
}

json story_json(const cause_story& story, const std::vector<pb::Fix>& changes) {
  auto evidence = json::array();
  for (auto& error : story.examples) {
    evidence.push_back(place_json(error.location()));
    evidence.back()["tool"] = error.tool();
    evidence.back()["message"] = error.message();
    evidence.back()["units"] = error.units_size();
  }
  auto tries = json::array();
  for (auto& attempt : story.tries)
    tries.push_back({{"kept", attempt.kept()},
                     {"fix", describe_fix(attempt.fix())},
                     {"message", attempt.fix().message()},
                     {"reason", attempt.reason()}});
  auto left = json::array();
  for (auto& one : story.left) {
    left.push_back(place_json(one.diagnostic().location()));
    left.back()["message"] = one.diagnostic().message();
    left.back()["reason"] = one.reason();
    left.back()["blockage"] = pb::BlockageReason_Name(one.blockage());
  }
  auto edits = json::array();
  for (auto& fix : changes)
    edits.push_back(edits_json(fix));
  auto cause = place_json(story.place);
  cause["message"] = story.message;
  return {{"id", story.id},
          {"kind", story.kind},
          {"end", to_string(story.end)},
          {"cause", std::move(cause)},
          {"errors", story.errors},
          {"files", story.files},
          {"units", story.units},
          {"tools", story.tools},
          {"evidence", std::move(evidence)},
          {"fixes_kept", story.kept},
          {"fixes_refused", story.refused},
          {"tries", std::move(tries)},
          {"places_left", story.left_count},
          {"left", std::move(left)},
          {"changes", std::move(edits)}};
}

} // namespace

std::string report_text(const cause_report& report) {
  std::string out;
  if (!report.task_id.empty())
    out += "task " + report.task_id + ", " + report.outcome + ": "
           + report.summary + '\n';
  out += counts_of(report) + '\n';
  for (auto& story : report.causes)
    add_story(story, out);
  return out;
}

std::string report_json(const cause_report& report) {
  auto causes = json::array();
  for (size_t i = 0; i < report.causes.size(); ++i)
    causes.push_back(story_json(report.causes[i], report.changes[i]));
  return json{{"task_id", report.task_id},
              {"outcome", report.outcome},
              {"summary", report.summary},
              {"causes", std::move(causes)}}
           .dump(2, ' ', false, json::error_handler_t::replace)
         + '\n';
}

} // namespace cohort::nodes
