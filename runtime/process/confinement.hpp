#pragma once

#include <filesystem>
#include <vector>

namespace cohort::runtime::process {

/// What a program gets of the host beyond what every confined one does
/// (host_view.hpp): a system that it can read, and temporary folders of its
/// own. Paths are absolute; those to write have no links in them.
struct confinement {
  /// Folders, which are there.
  std::vector<std::filesystem::path> writable;
  /// Needed, wherever they lie; what is not there is passed over.
  std::vector<std::filesystem::path> readable;
  bool network = false; // The host's; else there is only its own loopback.
};

} // namespace cohort::runtime::process
