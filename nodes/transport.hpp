#pragma once

#include <cstdint>
#include <string>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/interfaces.hpp"
#include "actors/node_link.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/cluster/settings.hpp"
#include "runtime/expected.hpp"

/// CAF's network layer, as cohort uses it: TLS with certificates on both sides,
/// or, for one host only and when asked for, none.
namespace cohort::nodes {

struct endpoint {
  std::string host;
  uint16_t port = 0;
};

/// "HOST:PORT", "[::1]:PORT", or a host alone, whose port is then
/// `default_port`. Errors: invalid_request.
runtime::expected<endpoint> parse_endpoint(const std::string& text,
                                           uint16_t default_port);
[[nodiscard]] bool is_loopback(const std::string& host);

struct transport {
  runtime::cluster::tls_files files;
  bool insecure = false; // No TLS at all.
};

/// Whether the transport may be used: certificates that CAF would choke on, or
/// ignore, and hosts that others reach without TLS are errors (unreachable).
runtime::expected<void> check(const transport& how,
                              runtime::cluster::role wanted,
                              const std::string& host);

/// Before the actor system is made. Raises the limit of open files as far as
/// the system lets it: each peer is a connection.
void set_up(caf::actor_system_config& config, const transport& how,
            const runtime::cluster::cluster_settings& settings);

/// Waits. Port 0: any. Errors: unreachable.
runtime::expected<uint16_t>
publish(caf::actor_system& system, const actors::door_actor& door,
        const endpoint& where, const transport& how);

/// Closes the port, whoever was published there. Waits.
void close_port(caf::actor_system& system, uint16_t port, const transport& how);

/// For a node's link; it does not wait.
actors::head_finder find_head_at(endpoint head, transport how);

/// Waits. Errors: unreachable.
runtime::expected<caf::strong_actor_ptr> find_head(caf::actor_system& system,
                                                   const endpoint& head,
                                                   const transport& how);

} // namespace cohort::nodes
