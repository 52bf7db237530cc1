#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "messages/v1/analysis.pb.h"
#include "runtime/toolchain/diagnostics.hpp"
#include "runtime/workspace/edits.hpp"

namespace cohort::runtime::toolchain {

/// Turns the columns of fix-its into byte offsets. Private to toolchain/.
class fix_builder {
public:
  explicit fix_builder(const file_reader& files) : files_{files} {
    // nop
  }

  /// 1-based byte columns; `next` is one past the end. nullopt when the file
  /// cannot be read or lacks the place, and for text that is not UTF-8.
  std::optional<pb::Edit> edit(const std::string& file, uint32_t begin_line,
                               uint32_t begin_column, uint32_t next_line,
                               uint32_t next_column, std::string text);

  /// Whether the file starts with a byte order mark.
  bool has_bom(const std::string& file);

private:
  struct known_file {
    const std::string* bytes = nullptr;
    std::optional<workspace::line_index> lines;
  };

  known_file& find(const std::string& file);

  const file_reader& files_;
  std::map<std::string, known_file> known_;
};

/// By file and place.
void sort_edits(pb::Fix& fix);

/// Adds a fix to the error that it answers, unless it only silences it.
/// `message` is the error's own or, `on_note`, its note's.
void add_complete_fix(pb::Fix fix, const std::string& message, bool on_note,
                      pb::Diagnostic& error);

} // namespace cohort::runtime::toolchain
