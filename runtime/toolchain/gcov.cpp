#include <algorithm>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "runtime/analysis/text.hpp"
#include "runtime/text_lines.hpp"
#include "runtime/toolchain/executed_lines.hpp"
#include "runtime/toolchain/paths.hpp"

/// gcov's JSON: documented in "Invoking gcov" of the GCC 12 manual.
namespace cohort::runtime::toolchain {

namespace {

using nlohmann::json;

/// What is not asked for takes most of the text: it is not kept.
bool is_wanted(int /*depth*/, json::parse_event_t event, json& value) {
  return event != json::parse_event_t::key
         || (value != "functions" && value != "branches");
}

const json* member(const json& object, const char* key, json::value_t type) {
  if (!object.is_object())
    return nullptr;
  auto found = object.find(key);
  return found != object.end() && found->type() == type ? &*found : nullptr;
}

/// Returns false for anything but {"line_number": 7, "count": 3, ...}, which
/// may come for one line several times: for each function that has it.
bool add_gcov_line(const json& line, std::map<uint32_t, execution>& lines) {
  auto* number = member(line, "line_number", json::value_t::number_unsigned);
  auto count = line.find("count");
  if (!number || count == line.end() || !count->is_number())
    return false;
  auto at = number->get<uint64_t>();
  if (at == 0 || at > UINT32_MAX)
    return false;
  auto executed = count->get<double>() > 0 ? execution::all : execution::none;
  auto [known, is_new] = lines.try_emplace(static_cast<uint32_t>(at), executed);
  if (known->second != executed)
    known->second = execution::some;
  return true;
}

bool add_gcov_file(const json& file, const std::string& folder,
                   executed_lines& result) {
  auto* name = member(file, "file", json::value_t::string);
  auto* lines = member(file, "lines", json::value_t::array);
  if (!name || !lines)
    return false;
  auto& known = result[absolute(folder, name->get<std::string>())];
  for (auto& line : *lines)
    if (!add_gcov_line(line, known))
      return false;
  return true;
}

bool add_gcov_document(const json& document, executed_lines& result) {
  auto* files = member(document, "files", json::value_t::array);
  auto* folder = member(document, "current_working_directory",
                        json::value_t::string);
  if (!files || !folder)
    return false;
  executed_lines own;
  for (auto& file : *files)
    if (!add_gcov_file(file, folder->get<std::string>(), own))
      return false;
  add_lines(result, own);
  return true;
}

} // namespace

void add_lines(executed_lines& lines, const executed_lines& more) {
  for (auto& [file, numbers] : more) {
    auto& known = lines[file];
    for (auto& [number, executed] : numbers)
      known[number] = std::max(known[number], executed);
  }
}

expected<executed_lines> read_gcov(std::string_view text) {
  executed_lines result;
  size_t documents = 0;
  auto is_understood = true;
  for_each_line(text, [&](std::string_view line) {
    if (line.empty() || !is_understood)
      return;
    ++documents;
    auto document = json::parse(line, is_wanted, false);
    if (document.is_discarded()) // Names may be in any encoding.
      document = json::parse(analysis::valid_utf8(line), is_wanted, false);
    is_understood = add_gcov_document(document, result);
  });
  if (is_understood)
    return result;
  return error{errc::tool_failed, "document " + std::to_string(documents)
                                    + " of gcov's output is none of gcov's: "
                                      "GCC 9 or later is needed"};
}

} // namespace cohort::runtime::toolchain
