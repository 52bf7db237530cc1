#include "nodes/fixes_report.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "runtime/analysis/text.hpp"
#include "runtime/workspace/text_diff.hpp"

namespace cohort::nodes {

namespace {

using nlohmann::json;
using runtime::fixes::fix_outcome;
namespace pb = messages::v1;

std::string number_of(size_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what
         + (count == 1            ? ""
            : what.ends_with("x") ? "es"
                                  : "s");
}

/// A text on one line, in quotes, and not too long.
std::string quoted_text(std::string_view text) {
  constexpr size_t most = 60;
  std::string result = "\"";
  for (auto c : runtime::analysis::valid_utf8(text.substr(0, most)))
    result += c == '\n'   ? "\\n"
              : c == '\r' ? "\\r"
              : c == '\t' ? "\\t"
              : static_cast<unsigned char>(c) < ' ' || c == '\x7f'
                ? std::string{"?"}
                : std::string(1, c);
  return result + (text.size() > most ? "\"..." : "\"");
}

std::string edit_text(const pb::Edit& edit) {
  auto place = edit.file() + " at byte " + std::to_string(edit.begin());
  auto length = edit.end() - edit.begin();
  if (length == 0)
    return place + ": insert " + quoted_text(edit.replacement());
  auto bytes = number_of(length, "byte");
  if (edit.replacement().empty())
    return place + ": remove " + bytes;
  return place + ": " + bytes + (length == 1 ? " becomes " : " become ")
         + quoted_text(edit.replacement());
}

/// "2 votes (a, b)"; of many, the first few.
std::string votes_text(const pb::Fix& fix) {
  constexpr int most = 4;
  std::string names;
  for (int i = 0; i < std::min(fix.voters_size(), most); ++i)
    names += (names.empty() ? "" : ", ") + fix.voters(i);
  return number_of(static_cast<size_t>(fix.voters_size()), "vote") + " ("
         + names + (fix.voters_size() > most ? ", ...)" : ")");
}

/// Lines that say what a fix is; `indent` goes before each.
std::string fix_text(const pb::Fix& fix, const std::string& indent) {
  constexpr int most = 6;
  auto result
    = indent + votes_text(fix)
      + (fix.message().empty() ? "" : ' ' + quoted_text(fix.message())) + '\n';
  for (int i = 0; i < std::min(fix.edits_size(), most); ++i)
    result += indent + "  " + edit_text(fix.edits(i)) + '\n';
  if (fix.edits_size() > most)
    result += indent + "  and "
              + number_of(static_cast<size_t>(fix.edits_size() - most), "edit")
              + " more\n";
  return result;
}

json fix_json(const pb::Fix& fix) {
  auto edits = json::array();
  for (auto& edit : fix.edits())
    edits.push_back({{"file", edit.file()},
                     {"begin", edit.begin()},
                     {"end", edit.end()},
                     {"replacement", edit.replacement()}});
  return {{"message", fix.message()},
          {"tool", fix.tool()},
          {"voters", json::array_t{fix.voters().begin(), fix.voters().end()}},
          {"edits", std::move(edits)}};
}

} // namespace

runtime::expected<std::string> fixes_diff(const fix_outcome& outcome) {
  std::string result;
  for (auto& file : outcome.files) {
    auto diff = runtime::workspace::text_diff(file.path, file.before,
                                              file.after);
    if (!diff)
      return diff.error();
    result += *diff;
  }
  return result;
}

std::string fixes_text(const fix_outcome& outcome, bool is_applied) {
  auto& [chosen, refused, edits] = outcome.choice;
  auto agreed = std::count_if(chosen.begin(), chosen.end(),
                              [](auto& fix) { return fix.voters_size() > 1; });
  auto result = number_of(chosen.size(), "fix")
                + (is_applied ? " applied" : " would be applied") + " to "
                + number_of(outcome.files.size(), "file");
  if (agreed > 0)
    result += ", " + std::to_string(agreed)
              + " of them proposed more than once";
  result += "; " + number_of(refused.size(), "fix") + " refused\n";
  for (auto& [fix, why, winner] : refused) {
    result += "\nrefused (" + to_string(why.why) + "): " + why.text + '\n'
              + fix_text(fix, "  ");
    if (winner)
      result += "  chosen instead:\n" + fix_text(chosen[*winner], "    ");
  }
  return result;
}

std::string fixes_json(const fix_outcome& outcome, bool is_applied,
                       const std::string& diff) {
  auto files = json::array();
  for (auto& file : outcome.files)
    files.push_back(file.path);
  auto chosen = json::array();
  for (auto& fix : outcome.choice.chosen)
    chosen.push_back(fix_json(fix));
  auto refused = json::array();
  for (auto& [fix, why, winner] : outcome.choice.refused)
    refused.push_back({{"reason", to_string(why.why)},
                       {"text", why.text},
                       {"fix", fix_json(fix)},
                       {"conflicts_with", winner ? json(*winner) : json{}}});
  json result{{"applied", is_applied},
              {"files", std::move(files)},
              {"chosen", std::move(chosen)},
              {"refused", std::move(refused)},
              {"diff", diff}};
  // Sources may hold bytes that are not UTF-8.
  return result.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

} // namespace cohort::nodes
