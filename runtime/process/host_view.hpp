#pragma once

#include <filesystem>
#include <vector>

#include "runtime/process/environment.hpp"
#include "runtime/process/sandbox.hpp"
#include "runtime/process/settings.hpp"

namespace cohort::runtime::process {

/// What confined programs see of this host, for as long as this process lives:
///
///   /tmp, /var/tmp, /dev/shm, $TMPDIR   scratch
///   the home folder                     scratch, apart from what is in it and
///                                       not named with a dot, and what
///                                       compilers and package managers keep
///                                       there
///   /run                                hidden: sockets of the host's services
///   what only root may read of /etc     hidden
///   `secrets`, cohort's own folders     hidden
///   folders of PATH, sandbox_readable   readable, wherever they are
///   sandbox_writable                    writable
///
/// What of this is not there is left out. Reads the home folder. Errors: none;
/// a home folder that cannot be read is empty.
[[nodiscard]] view_map
host_view(const environment_map& environment,
          const std::vector<std::filesystem::path>& secrets,
          const process_settings& settings);

} // namespace cohort::runtime::process
