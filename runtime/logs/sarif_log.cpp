#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/logs/readers.hpp"
#include "runtime/toolchain/diagnostics.hpp"
#include "runtime/uri.hpp"

/// Static Analysis Results Interchange Format 2.1.0 (OASIS, 2020), sections
/// 3.11 (message), 3.27 (result), 3.28 (location), 3.30 (region), 3.49
/// (reportingDescriptor), 3.50 (its configuration), 3.52 (its reference).
namespace cohort::runtime::logs {

namespace {

namespace pb = messages::v1;
using nlohmann::json;

/// "a {0} b" with its arguments; "{{" is a brace.
std::string with_arguments(std::string_view text,
                           const std::vector<json>& arguments) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    auto rest = text.substr(i);
    auto close = rest.find('}');
    size_t index = 0;
    if (rest.starts_with("{{") || rest.starts_with("}}")) {
      result += text[i++];
    } else if (rest.starts_with('{') && close != rest.npos
               && std::from_chars(rest.data() + 1, rest.data() + close, index)
                      .ptr
                    == rest.data() + close
               && index < arguments.size() && arguments[index].is_string()) {
      result += arguments[index].get_ref<const std::string&>();
      i += close;
    } else {
      result += text[i];
    }
  }
  return result;
}

class sarif_log_reader {
public:
  explicit sarif_log_reader(const json& run)
    : run_{run}, driver_{member(member(run, "tool"), "driver")} {
    auto add = [&](const json& component) {
      for (auto& rule : items(component, "rules"))
        rules_.try_emplace(text_in(rule, "id"), &rule);
    };
    add(driver_);
    for (auto& extension : items(member(run, "tool"), "extensions"))
      add(extension);
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

  [[nodiscard]] static std::string rule_id(const json& result) {
    auto id = text_in(result, "ruleId");
    return id.empty() ? text_in(member(result, "rule"), "id") : id;
  }

  /// By its index, or else by its id, of which "A1/x" is a part of "A1".
  [[nodiscard]] const json& rule_of(const json& result) const {
    static const json none;
    auto& rules = items(driver_, "rules");
    auto index = number_in(result, "ruleIndex");
    if (index && *index < rules.size())
      return rules[*index];
    auto id = rule_id(result);
    for (;;) {
      if (auto found = rules_.find(id); found != rules_.end())
        return *found->second;
      auto slash = id.rfind('/');
      if (slash == id.npos)
        return none;
      id.resize(slash);
    }
  }

  /// A message's own text, or that of its rule under its id.
  [[nodiscard]] std::string text_of(const json& message,
                                    const json& rule) const {
    auto text = text_in(message, "text");
    auto id = text_in(message, "id");
    if (text.empty() && !id.empty()) {
      text = text_in(member(member(rule, "messageStrings"), id), "text");
      if (text.empty())
        text = text_in(member(member(driver_, "globalMessageStrings"), id),
                       "text");
    }
    return with_arguments(text, items(message, "arguments"));
  }

  [[nodiscard]] pb::Diagnostic read_message(const json& result,
                                            const json& rule) const {
    pb::Diagnostic diagnostic;
    diagnostic.set_tool(text_in(driver_, "name"));
    diagnostic.set_message(
      toolchain::plain_quotes(text_of(member(result, "message"), rule)));
    auto& places = items(result, "locations");
    auto& where = places.empty() ? result : places.front();
    auto& place = member(where, "physicalLocation");
    auto& region = member(place, "region");
    auto file = analysis::valid_utf8(
      path_of_uri(text_in(member(place, "artifactLocation"), "uri")));
    if (!file.empty()) {
      diagnostic.mutable_location()->set_file(std::move(file));
      diagnostic.mutable_location()->set_line(
        small_number(region, "startLine"));
      diagnostic.mutable_location()->set_byte_column(
        small_number(region, "startColumn"));
    }
    return diagnostic;
  }

  [[nodiscard]] analysis::log_entry read_result(const json& result,
                                                pb::Severity severity) const {
    analysis::log_entry entry;
    auto& rule = rule_of(result);
    entry.diagnostic = read_message(result, rule);
    entry.diagnostic.set_severity(severity);
    auto id = rule_id(result);
    entry.diagnostic.set_option(id.empty() ? text_in(rule, "id") : id);
    auto& places = items(result, "locations");
    if (!places.empty())
      entry.source_line = text_in(
        member(member(member(places.front(), "physicalLocation"), "region"),
               "snippet"),
        "text");
    for (auto& related : items(result, "relatedLocations")) {
      auto note = read_message(related, rule);
      note.set_severity(pb::SEVERITY_NOTE);
      *entry.diagnostic.add_notes() = std::move(note);
    }
    return entry;
  }

  const json& run_;
  const json& driver_;
  std::unordered_map<std::string, const json*> rules_; // By id. Looked up only.
};

} // namespace

void read_sarif_log(const json& log, log_entries& out) {
  for (auto& run : items(log, "runs"))
    sarif_log_reader{run}.read(out);
}

} // namespace cohort::runtime::logs
