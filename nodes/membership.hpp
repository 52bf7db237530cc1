#pragma once

#include <filesystem>
#include <string>

#include "config/settings.hpp"
#include "nodes/options.hpp"
#include "nodes/transport.hpp"

/// Which certificates a process of a cluster uses, and whom it talks to.
namespace cohort::nodes {

/// Where the cluster's certificates are: as the options say, as configured, or
/// in the state folder.
std::filesystem::path certificates_of(const cluster_options& cluster,
                                      const config::settings& settings);

/// Makes an authority, a head's certificate and one for a client of this host
/// where there are none yet. Errors: storage_failed.
runtime::expected<void>
make_first_certificates(const std::filesystem::path& folder);

transport transport_for(const cluster_options& cluster,
                        const config::settings& settings,
                        runtime::cluster::role role, const std::string& name);

/// Errors: invalid_request.
runtime::expected<endpoint> head_of(const cluster_options& cluster,
                                    const config::settings& settings);

/// The host's name as far as a peer's name may hold it.
std::string host_name();

} // namespace cohort::nodes
