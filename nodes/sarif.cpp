#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "nodes/cause_report.hpp"
#include "nodes/sarif_parts.hpp"
#include "runtime/analysis/workload.hpp"
#include "runtime/workspace/edits.hpp"

namespace cohort::nodes {

namespace {

using nlohmann::json;
using runtime::coordination::cause_end;
using runtime::coordination::cause_story;
using runtime::workspace::line_index;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// UTF-16 code units; a byte that starts no character counts as none.
size_t utf16_units(std::string_view text) {
  size_t units = 0;
  for (auto c : text) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80)
      units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

/// Lines and columns of one text, columns in UTF-16 code units from 1.
class text_positions {
public:
  explicit text_positions(std::string_view text) : text_{text}, lines_{text} {
    // nop
  }

  std::optional<std::pair<uint32_t, size_t>> at(size_t offset) const {
    if (offset > text_.size())
      return std::nullopt;
    auto line = lines_.line_of(offset);
    auto begin = lines_.offset(line, 1);
    if (begin && line == 1 && has_mark())
      *begin += byte_order_mark.size();
    if (!begin || *begin > offset)
      return std::nullopt;
    return std::pair{line,
                     1 + utf16_units(text_.substr(*begin, offset - *begin))};
  }

  /// A byte order mark is in front of line 1's column 1.
  bool has_mark() const {
    return text_.starts_with(byte_order_mark);
  }

  /// Of a byte column; absent where the text has no such line.
  std::optional<std::pair<uint32_t, size_t>>
  at(const pb::Location& place) const {
    auto offset = lines_.offset(place.line(), place.byte_column());
    return offset ? at(*offset) : std::nullopt;
  }

private:
  std::string_view text_;
  line_index lines_;
};

class sarif_writer {
public:
  sarif_writer(const cause_report& report, const text_source& before)
    : report_{report}, before_{before} {
    // nop
  }

  std::string log() {
    auto results = json::array();
    for (size_t i = 0; i < report_.causes.size(); ++i)
      results.push_back(result(report_.causes[i], report_.changes[i]));
    json properties;
    if (!report_.task_id.empty())
      properties = {{"task", report_.task_id},
                    {"outcome", report_.outcome},
                    {"summary", report_.summary}};
    return sarif_log(report_.workspace_root, rules_, std::move(results),
                     std::move(properties));
  }

private:
  const text_positions* positions(const std::string& file) {
    auto [known, is_new] = positions_.try_emplace(file);
    if (is_new && runtime::analysis::is_inside_workspace(file))
      if (auto* text = before_(file))
        known->second.emplace(*text);
    return known->second ? &*known->second : nullptr;
  }

  json location(const pb::Location& place) {
    json physical = {{"artifactLocation", sarif_artifact(place.file())}};
    if (place.line() > 0) {
      physical["region"] = {{"startLine", place.line()}};
      auto* text = positions(place.file());
      if (auto at = text != nullptr && place.byte_column() > 0 ? text->at(place)
                                                               : std::nullopt)
        physical["region"]["startColumn"] = at->second;
    }
    return {{"physicalLocation", std::move(physical)}};
  }

  /// Absent when an edit does not fit the text.
  std::optional<json> fix(const pb::Fix& what) {
    std::map<std::string, json> by_file;
    for (auto& edit : what.edits()) {
      auto* text = positions(edit.file());
      if (text == nullptr)
        return std::nullopt;
      // What begins with the mark begins behind it, as it reads.
      auto mark = edit.begin() == 0 && text->has_mark() ? byte_order_mark.size()
                                                        : 0;
      std::string_view content = edit.replacement();
      if (mark > 0 && content.starts_with(byte_order_mark))
        content.remove_prefix(mark);
      auto from = text->at(edit.begin() + mark);
      auto to = text->at(edit.end());
      if (!from || !to || edit.end() < edit.begin())
        return std::nullopt;
      json replacement = {{"deletedRegion",
                           {{"startLine", from->first},
                            {"startColumn", from->second},
                            {"endLine", to->first},
                            {"endColumn", to->second}}}};
      if (!content.empty())
        replacement["insertedContent"] = {{"text", content}};
      by_file.try_emplace(edit.file(), json::array())
        .first->second.push_back(std::move(replacement));
    }
    if (by_file.empty())
      return std::nullopt;
    auto changes = json::array();
    for (auto& [file, replacements] : by_file)
      changes.push_back({{"artifactLocation", sarif_artifact(file)},
                         {"replacements", std::move(replacements)}});
    return json{{"description", {{"text", what.message()}}},
                {"artifactChanges", std::move(changes)}};
  }

  json result(const cause_story& story, const std::vector<pb::Fix>& changes) {
    json one = {{"ruleId", story.kind},
                {"ruleIndex", rules_.index_of(story.kind)},
                {"level", "error"},
                {"message", {{"text", sentence(story)}}},
                {"locations", json::array({location(story.place)})},
                {"occurrenceCount", std::max(story.errors, 1u)},
                {"properties", properties(story)}};
    auto related = json::array();
    for (auto& error : story.examples)
      if (error.location().file() != story.place.file()
          || error.location().line() != story.place.line()) {
        related.push_back(location(error.location()));
        related.back()["message"] = {{"text", error.message()}};
      }
    if (!related.empty())
      one["relatedLocations"] = std::move(related);
    auto fixes = json::array();
    for (auto& change : changes)
      if (auto written = fix(change))
        fixes.push_back(std::move(*written));
    if (!fixes.empty())
      one["fixes"] = std::move(fixes);
    return one;
  }

  /// Why what was kept is right, or why there is no answer.
  static std::string why(const cause_story& story) {
    if (story.end == cause_end::escalated && !story.left.empty())
      return ": " + story.left.front().reason();
    if (story.end == cause_end::repaired && !story.tries.empty())
      return ": " + story.tries.front().reason();
    return "";
  }

  static std::string sentence(const cause_story& story) {
    if (story.end == cause_end::open)
      return story.message;
    return story.message + " (" + std::string{to_string(story.end)} + why(story)
           + ')';
  }

  static json properties(const cause_story& story) {
    auto tries = json::array();
    for (auto& attempt : story.tries)
      tries.push_back({{"kept", attempt.kept()},
                       {"message", attempt.fix().message()},
                       {"reason", attempt.reason()}});
    return {{"id", story.id},
            {"end", to_string(story.end)},
            {"units", story.units},
            {"tools", story.tools},
            {"fixesKept", story.kept},
            {"fixesRefused", story.refused},
            {"placesLeft", story.left_count},
            {"tries", std::move(tries)}};
  }

  const cause_report& report_;
  const text_source& before_;
  std::map<std::string, std::optional<text_positions>> positions_;
  sarif_rules rules_;
};

} // namespace

std::string report_sarif(const cause_report& report,
                         const text_source& before) {
  return sarif_writer{report, before}.log();
}

} // namespace cohort::nodes
