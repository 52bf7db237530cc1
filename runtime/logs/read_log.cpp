#include "runtime/logs/read_log.hpp"

#include <optional>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/json_nesting.hpp"
#include "runtime/json_parts.hpp"
#include "runtime/logs/clean_line.hpp"
#include "runtime/logs/plain_text.hpp"
#include "runtime/logs/readers.hpp"
#include "runtime/text_lines.hpp"
#include "runtime/toolchain/diagnostics.hpp"

namespace cohort::runtime::logs {

namespace {

using nlohmann::json;

std::optional<json> parse_object(std::string_view text) {
  if (is_too_deep(text))
    return std::nullopt;
  auto value = json::parse(analysis::valid_utf8(text), nullptr, false);
  return value.is_object() ? std::optional{std::move(value)} : std::nullopt;
}

/// A whole SARIF file; false when the text is something else.
bool read_whole_sarif(std::string_view text, log_entries& out) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (!text.starts_with('{') || text.find("\"runs\"") == text.npos)
    return false;
  auto log = parse_object(text);
  if (!log || !member(*log, "runs").is_array())
    return false;
  read_sarif_log(*log, out);
  return true;
}

void read_json_line(std::string_view line, log_entries& out) {
  auto object = parse_object(line);
  if (!object)
    return;
  if (member(*object, "runs").is_array())
    read_sarif_log(*object, out);
  else
    read_rust_json(*object, out);
}

void read_gcc_arrays(std::string_view text, log_entries& out) {
  // A log is read far from its sources, so fix-its cannot be placed.
  auto parsed = toolchain::read_gcc_json(
    text, [](const std::string&) -> const std::string* { return nullptr; });
  for (auto& diagnostic : parsed.diagnostics) {
    if (diagnostic.message().empty())
      continue;
    auto& entry = out.emplace_back();
    entry.unit = diagnostic.location().file();
    entry.diagnostic = std::move(diagnostic);
  }
}

} // namespace

std::vector<analysis::log_entry> read_log(std::string_view bytes) {
  std::string storage;
  auto text = plain_text(bytes, storage);
  log_entries result;
  if (read_whole_sarif(text, result))
    return result;
  text_reader reader;
  std::string arrays; // From the first one on.
  for_each_line(text, [&](std::string_view raw) {
    auto line = clean_line(raw);
    if (!arrays.empty() || line.starts_with("[{"))
      arrays += line + '\n';
    if (line.starts_with('{'))
      read_json_line(line, result);
    else if (!line.starts_with("[{"))
      reader.add_line(line);
  });
  read_gcc_arrays(arrays, result);
  auto said = std::move(reader).take();
  if (result.empty())
    return said;
  std::move(said.begin(), said.end(), std::back_inserter(result));
  return result;
}

} // namespace cohort::runtime::logs
