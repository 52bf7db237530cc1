#pragma once

#include <cstdint>
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
class metrics_endpoint {
public:
  /// Errors: unreachable, when the address cannot be listened on.
  static runtime::expected<metrics_endpoint>
  open(const endpoint& where,
       const runtime::telemetry::metrics_registry& metrics);

  metrics_endpoint(metrics_endpoint&&) noexcept;
  ~metrics_endpoint();

  [[nodiscard]] uint16_t port() const;

private:
  explicit metrics_endpoint(std::unique_ptr<prometheus::Exposer> exposer);

  std::unique_ptr<prometheus::Exposer> exposer_;
};

} // namespace cohort::nodes
