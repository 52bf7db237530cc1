#include "nodes/metrics_endpoint.hpp"

#include <charconv>
#include <exception>
#include <utility>

#include <prometheus/exposer.h>

namespace cohort::nodes {

using runtime::errc;
using runtime::error;
using runtime::expected;

expected<endpoint> parse_metrics_address(const std::string& text) {
  uint16_t port = 0;
  auto* end = text.data() + text.size();
  auto [stop, failed] = std::from_chars(text.data(), end, port);
  if (failed == std::errc{} && stop == end)
    return endpoint{"127.0.0.1", port};
  auto where = parse_endpoint(text, 0);
  if (!where || where->port == 0)
    return error{errc::invalid_request,
                 "'" + text
                   + "' is no address for metrics; write PORT or HOST:PORT"};
  return where;
}

metrics_endpoint::metrics_endpoint(std::string host,
                                   std::unique_ptr<prometheus::Exposer> exposer)
  : host_{std::move(host)}, exposer_{std::move(exposer)} {
  // nop
}

metrics_endpoint::metrics_endpoint(metrics_endpoint&&) noexcept = default;

metrics_endpoint::~metrics_endpoint() = default;

expected<metrics_endpoint>
metrics_endpoint::open(const endpoint& where,
                       const runtime::telemetry::metrics_registry& metrics) {
  auto is_six = where.host.find(':') != std::string::npos;
  auto host = is_six ? '[' + where.host + ']' : where.host;
  auto address = host + ':' + std::to_string(where.port);
  try {
    auto exposer = std::make_unique<prometheus::Exposer>(address);
    exposer->RegisterCollectable(metrics.collectable());
    return metrics_endpoint{std::move(host), std::move(exposer)};
  } catch (const std::exception&) {
    // It says no more than that something was wrong.
    return error{errc::unreachable,
                 "cannot serve metrics on " + address
                   + ": is the port in use, or the host not of this machine? "
                     "(--metrics chooses another)"};
  }
}

std::string metrics_endpoint::url() const {
  return "http://" + host_ + ':'
         + std::to_string(exposer_->GetListeningPorts().front()) + "/metrics";
}

} // namespace cohort::nodes
