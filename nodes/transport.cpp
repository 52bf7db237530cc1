#include "nodes/transport.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>
#include <utility>

#include <arpa/inet.h>
#include <sys/resource.h>

#include <caf/io/middleman.hpp>
#include <caf/openssl/all.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/scoped_actor.hpp>

#include "nodes/tls_errors.hpp"

namespace cohort::nodes {

namespace {

using namespace std::chrono_literals;
using runtime::errc;
using runtime::error;
using runtime::expected;

constexpr auto connect_timeout = 5s;
constexpr int attempts = 3; // Of a connection that was dropped half made.

caf::io::middleman_actor middleman_of(caf::actor_system& system,
                                      const transport& how) {
  if (how.insecure)
    return system.middleman().actor_handle();
  return system.openssl_manager().actor_handle();
}

void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

error cannot_reach(const endpoint& head, const std::string& why) {
  return {errc::unreachable, "no head answers at " + head.host + ':'
                               + std::to_string(head.port) + ": " + why
                               + "; is `cohort serve` running there?"};
}

} // namespace

expected<endpoint> parse_endpoint(const std::string& text,
                                  uint16_t default_port) {
  auto wrong = [&] {
    return error{errc::invalid_request,
                 "'" + text + "' is no address; write HOST:PORT"};
  };
  endpoint result{text, default_port};
  auto colon = text.rfind(':');
  auto is_bracketed = text.starts_with('[');
  if (is_bracketed) {
    auto end = text.find(']');
    if (end == std::string::npos
        || (end + 1 != text.size() && text[end + 1] != ':'))
      return wrong();
    result.host = text.substr(1, end - 1);
    colon = end + 1 < text.size() ? end + 1 : std::string::npos;
  } else if (colon != std::string::npos) {
    result.host = text.substr(0, colon);
  }
  if (colon != std::string::npos) {
    auto* begin = text.data() + colon + 1;
    auto* end = text.data() + text.size();
    auto [stop, failed] = std::from_chars(begin, end, result.port);
    if (failed != std::errc{} || stop != end || result.port == 0)
      return wrong();
  }
  if (result.host.empty()
      || (!is_bracketed && result.host.find(':') != std::string::npos))
    return wrong();
  return result;
}

bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1)
    return ntohl(v4.s_addr) >> 24U == 127;
  return host == "localhost" || host == "::1";
}

expected<void> check(const transport& how, runtime::cluster::role wanted,
                     const std::string& host) {
  if (how.insecure) {
    if (is_loopback(host))
      return {};
    return error{errc::unreachable,
                 "--insecure is for this host only (127.0.0.1), not for " + host
                   + ": without TLS whoever reaches the port can run "
                     "code here"};
  }
  auto who = runtime::cluster::check_files(how.files);
  if (!who)
    return error{errc::unreachable, who.error().message};
  if (auto fits = runtime::cluster::require_role(*who, wanted); !fits)
    return error{errc::unreachable, fits.error().message};
  return {};
}

void set_up(caf::actor_system_config& config, const transport& how,
            const runtime::cluster::cluster_settings& settings) {
  raise_file_limit();
  config.load<caf::io::middleman>();
  // Another protocol is turned away before it says anything.
  config.set("middleman.app-identifiers",
             std::vector<std::string>{"cohort-link"});
  // Messages stay in order, and small ones quick, when the thread that reads
  // the sockets also reads the messages.
  config.set("middleman.workers", size_t{0});
  // Our own heartbeats decide who is lost; these only close connections that
  // nobody will use again. Rarely: CAF drops whatever is in the middle of its
  // handshake when it looks.
  auto interval = std::max<caf::timespan>(10s, 4 * settings.failure_timeout);
  config.set("middleman.heartbeat-interval", interval);
  config.set("middleman.connection-timeout", 4 * interval);
  if (how.insecure)
    return;
  keep_tls_errors_apart();
  config.load<caf::openssl::manager>();
  config.set("openssl.cafile", how.files.ca.string());
  config.set("openssl.certificate", how.files.certificate.string());
  config.set("openssl.key", how.files.key.string());
}

expected<uint16_t> publish(caf::actor_system& system,
                           const actors::door_actor& door,
                           const endpoint& where, const transport& how) {
  auto port
    = how.insecure
        ? system.middleman().publish(door, where.port, where.host.c_str(), true)
        : caf::openssl::publish(door, where.port, where.host.c_str(), true);
  if (port)
    return *port;
  return error{errc::unreachable,
               "cannot listen on " + where.host + ':'
                 + std::to_string(where.port) + ": "
                 + system.render(port.error())
                 + "; is another head running there? (--port chooses another)"};
}

void close_port(caf::actor_system& system, uint16_t port,
                const transport& how) {
  caf::scoped_actor self{system};
  self
    ->request(middleman_of(system, how), connect_timeout,
              caf::close_atom::value, port)
    .receive([] {},
             [](const caf::error&) {
               // It was not open; the next publish says what is wrong.
             });
}

actors::head_finder find_head_at(endpoint head, transport how) {
  return [head, how](actors::node_link_pointer self, auto found) {
    self
      ->request(middleman_of(self->system(), how), connect_timeout,
                caf::connect_atom::value, head.host, head.port)
      .then(
        [=](const caf::node_id&, const caf::strong_actor_ptr& door,
            const std::set<std::string>&) {
          found(door, door ? "" : "it is no head of cohort");
        },
        [=](const caf::error& why) {
          found(nullptr,
                cannot_reach(head, self->system().render(why)).message);
        });
  };
}

expected<caf::strong_actor_ptr> find_head(caf::actor_system& system,
                                          const endpoint& head,
                                          const transport& how) {
  caf::scoped_actor self{system};
  caf::strong_actor_ptr door;
  std::string why;
  auto again = true;
  for (int i = 0; i < attempts && again; ++i) {
    again = false;
    why = "it is no head of cohort";
    self
      ->request(middleman_of(system, how), connect_timeout,
                caf::connect_atom::value, head.host, head.port)
      .receive([&](const caf::node_id&, const caf::strong_actor_ptr& found,
                   const std::set<std::string>&) { door = found; },
               [&](const caf::error& failed) {
                 why = system.render(failed);
                 again = failed == caf::sec::connection_timeout;
               });
  }
  if (door)
    return door;
  return cannot_reach(head, why);
}

} // namespace cohort::nodes
