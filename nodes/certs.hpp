#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nodes/options.hpp"
#include "runtime/cluster/certificates.hpp"

namespace cohort::nodes {

/// Where certificates are unless a folder is named: as configured, or `certs`
/// in the state folder.
std::filesystem::path certificates_folder(const config::settings& settings);

enum class certificate_state { ok, ends_soon, unusable };

/// A certificate in words, for people.
struct certificate_line {
  certificate_state state = certificate_state::ok;
  std::string text;
};

/// The certificates of a folder, sorted by file; those with a key beside them
/// are checked as a process would check them. Under 30 days end soon. Empty
/// when there is no such folder.
std::vector<certificate_line>
certificate_lines(const std::filesystem::path& folder,
                  runtime::cluster::wall_clock::time_point now);

} // namespace cohort::nodes
