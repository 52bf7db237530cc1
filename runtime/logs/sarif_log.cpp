#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/logs/json_parts.hpp"
#include "runtime/logs/readers.hpp"
#include "runtime/toolchain/diagnostics.hpp"
#include "runtime/uri.hpp"

/// Static Analysis Results Interchange Format 2.1.0 (OASIS, 2020), sections
/// 3.27 (result), 3.28 (location), 3.30 (region), 3.52 (rule configuration).
namespace cohort::runtime::logs {

namespace {

/// A URI's path as text: no scheme, "%20" read.
std::string path_of(std::string_view uri) {
  if (uri.starts_with("file://"))
    uri.remove_prefix(7);
  else if (uri.starts_with("file:"))
    uri.remove_prefix(5);
  return analysis::valid_utf8(percent_decoded(uri));
}

class sarif_log_reader {
public:
  explicit sarif_log_reader(const json& run)
    : run_{run}, driver_{member(member(run, "tool"), "driver")} {
    // nop
  }

  void read(log_entries& out) const {
    for (auto& result : items(run_, "results")) {
      auto severity = severity_of(result);
      auto entry = read_result(result, severity);
      if (severity >= pb::SEVERITY_WARNING
          && !entry.diagnostic.message().empty())
        out.push_back(std::move(entry));
    }
  }

private:
  /// "warning" where neither the result nor its rule says anything.
  [[nodiscard]] pb::Severity severity_of(const json& result) const {
    auto level = text_in(result, "level");
    if (level.empty())
      level = text_in(member(rule_of(result), "defaultConfiguration"), "level");
    auto kind = text_in(result, "kind");
    if (!kind.empty() && kind != "fail")
      return pb::SEVERITY_NOTE;
    if (level == "error")
      return pb::SEVERITY_ERROR;
    return level == "note" || level == "none" ? pb::SEVERITY_NOTE
                                              : pb::SEVERITY_WARNING;
  }

  [[nodiscard]] const json& rule_of(const json& result) const {
    static const json none;
    auto& rules = items(driver_, "rules");
    auto& index = member(result, "ruleIndex");
    return index.is_number_unsigned() && index.get<uint64_t>() < rules.size()
             ? rules[index.get<uint64_t>()]
             : none;
  }

  [[nodiscard]] pb::Diagnostic read_message(const json& result) const {
    pb::Diagnostic diagnostic;
    diagnostic.set_tool(text_in(driver_, "name"));
    diagnostic.set_message(
      toolchain::plain_quotes(text_in(member(result, "message"), "text")));
    auto& places = items(result, "locations");
    auto& where = places.empty() ? result : places.front();
    auto& place = member(where, "physicalLocation");
    auto& region = member(place, "region");
    auto file = path_of(text_in(member(place, "artifactLocation"), "uri"));
    if (!file.empty()) {
      diagnostic.mutable_location()->set_file(std::move(file));
      diagnostic.mutable_location()->set_line(number_in(region, "startLine"));
      diagnostic.mutable_location()->set_byte_column(
        number_in(region, "startColumn"));
    }
    return diagnostic;
  }

  [[nodiscard]] analysis::log_entry read_result(const json& result,
                                                pb::Severity severity) const {
    analysis::log_entry entry;
    entry.diagnostic = read_message(result);
    entry.diagnostic.set_severity(severity);
    auto rule = text_in(result, "ruleId");
    entry.diagnostic.set_option(rule.empty() ? text_in(rule_of(result), "id")
                                             : rule);
    auto& places = items(result, "locations");
    if (!places.empty())
      entry.source_line = text_in(
        member(member(member(places.front(), "physicalLocation"), "region"),
               "snippet"),
        "text");
    for (auto& related : items(result, "relatedLocations")) {
      auto note = read_message(related);
      note.set_severity(pb::SEVERITY_NOTE);
      *entry.diagnostic.add_notes() = std::move(note);
    }
    return entry;
  }

  const json& run_;
  const json& driver_;
};

} // namespace

void read_sarif_log(const json& log, log_entries& out) {
  for (auto& run : items(log, "runs"))
    sarif_log_reader{run}.read(out);
}

} // namespace cohort::runtime::logs
