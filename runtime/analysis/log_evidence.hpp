#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// Evidence from the log of a build, of which there is nothing but its text: no
/// sources, no second compiler, often only a part.
///
/// Pure and deterministic.
namespace cohort::runtime::analysis {

namespace pb = messages::v1;

/// An error or a warning of a log, with what was printed around it.
struct log_entry {
  pb::Diagnostic diagnostic; // With its notes; as printed.
  std::string source_line;   // The line it is about; empty when not printed.
  std::string unit;          // What was being compiled; empty when not known.
  pb::Location used_at;      // Where a template was used that it stands in.
  uint32_t link = 0;         // Of linkers: which of the log's links.
};

/// Deduplicates the entries by (tool, place, severity, message) with their
/// units as votes, names their types, and groups the errors by what causes them
/// (log_causes.hpp), in the order of the log. Where there is no error, the
/// warnings are what the log is about, and are grouped.
pb::Evidence gather_log(std::vector<log_entry> entries);

} // namespace cohort::runtime::analysis
