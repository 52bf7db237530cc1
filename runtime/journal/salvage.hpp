#pragma once

#include <cstdint>
#include <filesystem>

#include "runtime/expected.hpp"

namespace cohort::runtime::journal {

struct salvaged {
  uint64_t events = 0;
  uint64_t tasks = 0;
  std::filesystem::path damaged; // The file as it was, beside its log.
};

/// The way out when a journal's file is damaged as a database: puts the file
/// and its log into `folder`, and makes a new journal of all rows that can be
/// read, as they stand. Whether those are what was written is for whoever reads
/// them; events that are missing make a gap, which `read` names.
///
/// REQUIRES: nobody uses the journal. Whenever it is cut off, the damaged file
/// and its log are whole in `folder`, or still in their place. Errors:
/// not_found; invalid_request, when nothing is damaged: it stays;
/// storage_failed, also when not even the tables can be found.
expected<salvaged> salvage(const std::filesystem::path& file,
                           const std::filesystem::path& folder);

} // namespace cohort::runtime::journal
