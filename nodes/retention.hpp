#pragma once

#include <filesystem>
#include <optional>

#include "actors/interfaces.hpp"
#include "config/settings.hpp"
#include "runtime/audit/retention.hpp"

/// What a head forgets by itself, and when. The same code as `cohort gc`.
namespace cohort::nodes {

/// Of the configuration; none when everything is kept.
std::optional<runtime::audit::retention>
retention_of(const runtime::journal::journal_settings& settings);

/// In nanoseconds since 1970.
int64_t nanoseconds_now();

/// Cleans up, and logs what was forgotten and what went wrong: that keeps
/// nobody from working.
void clean_and_tell(const std::filesystem::path& state,
                    const runtime::audit::retention& limits,
                    runtime::audit::cleaning how);

/// Copies the journal's write-ahead log to set-aside/ when its end is torn, and
/// says so; whoever opens the journal next throws that end away. That it cannot
/// be copied keeps nobody from working. REQUIRES: the caller holds the state
/// folder, and the journal is not open.
void keep_torn_end(const std::filesystem::path& state);

} // namespace cohort::nodes
