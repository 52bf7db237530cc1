#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "runtime/analysis/log_evidence.hpp"
#include "runtime/json_parts.hpp"

/// Each format's reader. Private to logs/.
namespace cohort::runtime::logs {

using log_entries = std::vector<analysis::log_entry>;

/// One line after the other, without the noise around them.
class text_reader {
public:
  void add_line(std::string_view line);

  log_entries take() &&;

private:
  bool read_folder(std::string_view line);
  /// Names are those of the folder that make or ninja said it was in.
  void go_from_folder(messages::v1::Location& place) const;
  bool read_include_chain(std::string_view line);
  bool read_template_use(std::string_view line);
  bool read_rust_place(std::string_view line);
  bool read_quoted_source(std::string_view line);
  bool read_rest_of_message(std::string_view line);
  void read_plain_source(std::string_view line);
  void add(messages::v1::Diagnostic diagnostic);
  void add_note(messages::v1::Diagnostic note);

  /// The error that is open: what follows may belong to it.
  analysis::log_entry* last() {
    return entries_.empty() ? nullptr : &entries_.back();
  }

  log_entries entries_;
  std::vector<std::string> folders_; // That were entered and not left.
  std::string unit_;                 // Root of the last chain of includes.
  bool chain_goes_on_ = false;       // The line before was of that chain.
  messages::v1::Location used_at_;   // "required from here" of what comes next.
  std::vector<std::string>
    after_error_;             // Lines, till a caret or anything else.
  bool may_wrap_ = false;     // Such lines may come next.
  bool awaits_place_ = false; // rustc's "-->" of the last error or note.
  bool awaits_text_ = false;  // CMake's text of the last error.
  uint32_t links_ = 0;
};

/// A line or a column: 0 for what is no number, the largest for what is larger.
inline uint32_t small_number(const nlohmann::json& object,
                             const std::string& key) {
  return static_cast<uint32_t>(
    std::min<uint64_t>(number_in(object, key).value_or(0), UINT32_MAX));
}

/// rustc's and cargo's JSON: one object a line.
void read_rust_json(const nlohmann::json& object, log_entries& out);

/// SARIF 2.1.0: results of a level that is at least "warning", by themselves or
/// by their rule's default.
void read_sarif_log(const nlohmann::json& log, log_entries& out);

} // namespace cohort::runtime::logs
