#include <algorithm>
#include <string>

#include "runtime/analysis/text.hpp"
#include "runtime/json_parts.hpp"
#include "runtime/logs/readers.hpp"
#include "runtime/logs/summaries.hpp"
#include "runtime/toolchain/diagnostics.hpp"

/// "JSON Output" of the rustc book, and "External tools" of the cargo book.
namespace cohort::runtime::logs {

namespace {

namespace pb = messages::v1;
using nlohmann::json;

pb::Severity severity_of_level(const std::string& level) {
  if (level == "error" || level == "error: internal compiler error")
    return pb::SEVERITY_ERROR;
  return level == "warning" ? pb::SEVERITY_WARNING : pb::SEVERITY_NOTE;
}

const json* primary_span(const json& message) {
  auto& spans = items(message, "spans");
  auto found = std::find_if(spans.begin(), spans.end(), [](const json& span) {
    auto& is_primary = member(span, "is_primary");
    return is_primary.is_boolean() && is_primary.get<bool>();
  });
  return found == spans.end() ? nullptr : &*found;
}

pb::Diagnostic read_message(const json& message) {
  pb::Diagnostic result;
  result.set_tool("rustc");
  result.set_severity(severity_of_level(text_in(message, "level")));
  result.set_message(toolchain::plain_quotes(text_in(message, "message")));
  result.set_option(text_in(member(message, "code"), "code"));
  if (auto* span = primary_span(message)) {
    result.mutable_location()->set_file(text_in(*span, "file_name"));
    result.mutable_location()->set_line(small_number(*span, "line_start"));
    result.mutable_location()->set_byte_column(
      small_number(*span, "column_start"));
  }
  return result;
}

} // namespace

void read_rust_json(const json& object, log_entries& out) {
  auto& inner = member(object, "message");
  auto& message = inner.is_object() ? inner : object;
  if (!member(message, "message").is_string()
      || !member(message, "level").is_string())
    return;
  analysis::log_entry entry;
  entry.diagnostic = read_message(message);
  if (entry.diagnostic.severity() == pb::SEVERITY_NOTE
      || entry.diagnostic.message().empty() || sums_up(entry.diagnostic))
    return;
  entry.unit = entry.diagnostic.location().file();
  if (auto* span = primary_span(message)) {
    auto& lines = items(*span, "text");
    if (!lines.empty())
      entry.source_line = text_in(lines.front(), "text");
  }
  for (auto& child : items(message, "children"))
    *entry.diagnostic.add_notes() = read_message(child);
  out.push_back(std::move(entry));
}

} // namespace cohort::runtime::logs
