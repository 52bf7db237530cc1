#pragma once

#include <memory>
#include <string>

#include "nodes/transport.hpp"
#include "runtime/expected.hpp"
#include "runtime/telemetry/metrics_registry.hpp"

namespace prometheus {
class Exposer;
}

namespace cohort::nodes {

/// Where a head's metrics are served: "PORT" (of this host only), or
/// "HOST:PORT". Port 0: any. Errors: invalid_request.
runtime::expected<endpoint> parse_metrics_address(const std::string& text);

/// Serves a registry at http://HOST:PORT/metrics, in Prometheus' text format,
/// to whoever asks: without TLS, without a password.
///
/// Threads: two of its own, which read the registry and nothing else.
/// Addresses of IPv6 need a civetweb that knows them; Debian's does not.
class metrics_endpoint {
public:
  /// Errors: unreachable, when the address cannot be listened on.
  static runtime::expected<metrics_endpoint>
  open(const endpoint& where,
       const runtime::telemetry::metrics_registry& metrics);

  metrics_endpoint(metrics_endpoint&&) noexcept;
  ~metrics_endpoint();

  /// For instance "http://127.0.0.1:9464/metrics".
  [[nodiscard]] std::string url() const;

private:
  metrics_endpoint(std::string host,
                   std::unique_ptr<prometheus::Exposer> exposer);

  std::string host_; // As it stands in an address.
  std::unique_ptr<prometheus::Exposer> exposer_;
};

} // namespace cohort::nodes
