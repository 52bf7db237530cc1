#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "messages/v1/task.pb.h"
#include "runtime/expected.hpp"

namespace cohort::nodes {

namespace pb = messages::v1;

/// Adds what a log reports to a request that has its workspace, and a
/// description to one that has none. Says on standard error what of a long log
/// does not count. Errors: those of read_log.
runtime::expected<void> add_log(pb::TaskRequest& request,
                                const std::string& file);

/// The file of a workspace that a log of another machine means: of the path's
/// last parts, the most that name a file there. "/home/ci/p/src/a.cc" is
/// "src/a.cc"; separators and drives of Windows are understood. nullopt where
/// there is no such file, or it is reached through a link, and for headers of
/// the system.
std::optional<std::string> located(const std::string& path,
                                   const std::filesystem::path& workspace);

} // namespace cohort::nodes
