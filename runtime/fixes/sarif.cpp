#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "runtime/fixes/lines.hpp"
#include "runtime/fixes/proposing.hpp"
#include "runtime/fixes/text_columns.hpp"
#include "runtime/json_nesting.hpp"
#include "runtime/json_parts.hpp"
#include "runtime/uri.hpp"

/// Static Analysis Results Interchange Format 2.1.0 (OASIS, 2020), sections
/// 3.4 (artifactLocation), 3.30 (region), 3.55 to 3.57 (fix, artifactChange,
/// replacement).
namespace cohort::runtime::fixes {

namespace {

using nlohmann::json;

class sarif_run_reader {
public:
  sarif_run_reader(const json& run, const std::string& source,
                   const file_lookup& files)
    : run_{run},
      files_{files},
      kind_{text_in(run, "columnKind") == "unicodeCodePoints"
              ? column_kind::code_points
              : column_kind::utf16_units},
      tool_{text_in(member(member(run, "tool"), "driver"), "name")},
      producer_{tool_ + (tool_.empty() ? "" : " ") + source} {
    // nop
  }

  void read(std::vector<proposal>& out) {
    for (auto& artifact : items(run_, "artifacts")) {
      auto digest = text_in(member(artifact, "hashes"), "sha-256");
      std::transform(digest.begin(), digest.end(), digest.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      });
      if (auto& where = member(artifact, "location"); !digest.empty())
        bases_[files_(name_of(where)).path] = std::move(digest);
    }
    for (auto& result : items(run_, "results")) {
      auto& fixes = items(result, "fixes");
      for (auto& fix : fixes)
        read_fix(result, fix, fixes.size(), out);
    }
  }

private:
  void read_fix(const json& result, const json& fix, size_t alternatives,
                std::vector<proposal>& out) {
    proposal made;
    made.is_by_place = true;
    made.fix.set_tool(tool_);
    made.fix.add_voters(producer_);
    auto rule = text_in(result, "ruleId");
    made.fix.set_message(rule + (rule.empty() ? "" : ": ")
                         + text_in(member(result, "message"), "text"));
    if (alternatives > 1)
      object(made, refusal::ambiguous,
             "it is one of " + std::to_string(alternatives)
               + " alternatives of a result");
    for (auto& change : items(fix, "artifactChanges"))
      read_change(change, made);
    if (made.fix.edits_size() > 0)
      out.push_back(std::move(made));
  }

  void read_change(const json& change, proposal& to) {
    auto& file = files_(name_of(member(change, "artifactLocation")));
    if (auto base = bases_.find(file.path); base != bases_.end())
      to.bases[file.path] = base->second;
    for (auto& one : items(change, "replacements")) {
      auto range = range_of(member(one, "deletedRegion"), file);
      if (!range)
        object(to, refusal::misplaced,
               "a region of its fix is not in " + file.path);
      auto& content = member(one, "insertedContent");
      if (one.contains("insertedContent")
          && !(content.is_object() && content.contains("text")
               && content["text"].is_string()))
        object(to, refusal::misplaced,
               "what it puts into " + file.path + " is no text");
      auto [begin, end] = range.value_or(std::pair<uint64_t, uint64_t>{});
      add_edit(to, file, begin, end, text_in(content, "text"));
    }
  }

  using byte_range = std::pair<uint64_t, uint64_t>;

  /// nullopt when the region is not in the file, or is none.
  std::optional<byte_range> range_of(const json& region,
                                     const base_file& file) {
    auto line = number_in(region, "startLine");
    if (!line)
      return bytes_of_region(region);
    auto& columns
      = columns_.try_emplace(&file, file.bytes, kind_).first->second;
    auto end_line = optional_number(region, "endLine", *line);
    auto column = optional_number(region, "startColumn", 1);
    if (!end_line || !column)
      return std::nullopt;
    auto begin = columns.offset(*line, *column);
    auto end = region.contains("endColumn")
                 ? columns.offset(*end_line,
                                  number_in(region, "endColumn").value_or(0))
                 : columns.end_of(*end_line);
    if (!begin || !end || *begin > *end)
      return std::nullopt;
    return byte_range{*begin, *end};
  }

  /// Whether it is in the file, the choice says.
  static std::optional<byte_range> bytes_of_region(const json& region) {
    auto begin = number_in(region, "byteOffset");
    auto length = optional_number(region, "byteLength", 0);
    if (!begin || !length || *length > UINT64_MAX - *begin)
      return std::nullopt;
    return byte_range{*begin, *begin + *length};
  }

  /// `otherwise` when it is not there; nullopt when it is no number.
  static std::optional<uint64_t>
  optional_number(const json& object, const char* key, uint64_t otherwise) {
    return object.contains(key) ? number_in(object, key)
                                : std::optional{otherwise};
  }

  /// A file's name; relative ones belong to their base, where that is known.
  [[nodiscard]] std::string name_of(const json& location) const {
    auto& artifacts = items(run_, "artifacts");
    auto index = number_in(location, "index");
    auto is_named = !text_in(location, "uri").empty();
    auto& where = !is_named && index && *index < artifacts.size()
                    ? member(artifacts[*index], "location")
                    : location;
    auto name = path_of_uri(text_in(where, "uri"));
    auto& base = member(member(run_, "originalUriBaseIds"),
                        text_in(where, "uriBaseId"));
    auto folder = path_of_uri(text_in(base, "uri"));
    if (name.empty() || name.front() == '/' || folder.empty())
      return name;
    return folder + (folder.ends_with('/') ? "" : "/") + name;
  }

  const json& run_;
  const file_lookup& files_;
  column_kind kind_;
  std::string tool_;
  std::string producer_;
  std::map<std::string, std::string> bases_; // File -> digest.
  std::map<const base_file*, text_columns> columns_;
};

} // namespace

read_result read_sarif(std::string_view text, const std::string& source,
                       const file_lookup& files) {
  if (is_too_deep(text))
    return bad_line(source, 1, "is nested too deeply for SARIF");
  json log;
  try {
    log = json::parse(text);
  } catch (const json::parse_error& failed) {
    auto at = std::min(failed.byte, text.size());
    return bad_line(
      source, line_number(text, text.begin() + static_cast<std::ptrdiff_t>(at)),
      "is not JSON");
  }
  if (!member(log, "runs").is_array())
    return bad_line(source, 1, "is not SARIF: there is no list of runs");
  std::vector<proposal> result;
  for (auto& run : items(log, "runs"))
    sarif_run_reader{run, source, files}.read(result);
  return result;
}

} // namespace cohort::runtime::fixes
