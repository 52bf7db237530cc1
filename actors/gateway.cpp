#include "actors/gateway.hpp"

#include <algorithm>
#include <optional>

#include <spdlog/spdlog.h>

#include "actors/remote_worker.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/errc.hpp"

namespace cohort::actors {

namespace {

using namespace std::chrono_literals;
using runtime::cluster::head_effect;
using gateway_self = link_actor::stateful_pointer<gateway_state>;

struct gateway_neighbours {
  timer_actor timer;
  worker_pool_actor pool;
  client_desk_actor desk;
};

/// A node's workers; more is a mistake, or meant ill. So are these.
constexpr size_t workers_of_node_max = 1024;
constexpr size_t hello_bytes_max = 64U << 10;
constexpr uint32_t credits_max = 256;
constexpr unsigned asks_max = 16; // Under way; a fetch has four.
constexpr auto pool_timeout = 5s;
/// Senders for each peer that may be there: one is the rule.
constexpr size_t routes_per_peer = 4;

void start_gateway_timer(gateway_self self, const gateway_neighbours& others,
                         const gateway_settings& settings) {
  pb::StartTimer start;
  start.set_delay_ms(
    static_cast<uint64_t>(settings.cluster.heartbeat_interval.count()));
  self->send(others.timer, std::move(start));
}

/// The route to the sender; none for a new one when there are too many.
std::optional<uint64_t> route_of_sender(gateway_self self,
                                        const gateway_settings& settings) {
  auto& state = self->state;
  auto sender = self->current_sender();
  if (!sender)
    return std::nullopt;
  auto address = caf::actor_cast<caf::actor_addr>(sender);
  if (auto known = state.numbers.find(address); known != state.numbers.end())
    return known->second;
  if (state.routes.size() >= routes_per_peer * settings.cluster.max_peers)
    return std::nullopt;
  auto number = state.next_route++;
  state.numbers.emplace(address, number);
  state.routes.emplace(number,
                       gateway_state::route{sender, self->clock().now()});
  self->monitor(sender);
  return number;
}

/// Ways to senders that never joined.
void forget_unused_routes(gateway_self self, const gateway_settings& settings) {
  auto& state = self->state;
  auto before = self->clock().now() - 2 * settings.cluster.join_timeout;
  std::erase_if(state.routes, [&](auto& entry) {
    auto& [number, route] = entry;
    if (route.since > before || state.link->is_used(number))
      return false;
    auto address = caf::actor_cast<caf::actor_addr>(route.door);
    state.numbers.erase(address);
    self->demonitor(address);
    return true;
  });
}

void send_to_peer(gateway_self self, uint64_t route, pb::Envelope envelope) {
  auto found = self->state.routes.find(route);
  if (found == self->state.routes.end())
    return;
  caf::anon_send(caf::actor_cast<door_actor>(found->second.door),
                 std::move(envelope));
}

void add_worker(gateway_self self, const gateway_neighbours& others,
                uint64_t id, const std::string& name,
                const pb::WorkerHello& hello) {
  auto& session = self->state.sessions.at(id);
  if (session.who.role != pb::PEER_ROLE_NODE
      || !runtime::cluster::is_valid_name(name)
      || hello.ByteSizeLong() > hello_bytes_max
      || session.workers.size() >= workers_of_node_max)
    return self->state.link->end(id, "it has workers that cannot be",
                                 self->clock().now());
  remote_worker_settings settings{id, session.who.name, name, hello};
  settings.hello.set_credits(std::min(hello.credits(), credits_max));
  auto& place = session.workers[name];
  if (place) // It began anew.
    self->send_exit(place, caf::exit_reason::user_shutdown);
  place = self->spawn(remote_worker, others.pool, link_actor{self},
                      self->state.courier, std::move(settings));
}

void on_from_worker(gateway_self self, const gateway_neighbours& others,
                    uint64_t id, const pb::FromWorker& word) {
  if (word.has_hello())
    return add_worker(self, others, id, word.worker(), word.hello());
  auto& workers = self->state.sessions.at(id).workers;
  auto found = workers.find(word.worker());
  if (found == workers.end())
    return;
  self->send(found->second, word);
  if (word.has_gone())
    workers.erase(found);
}

void answer(gateway_self self, uint64_t session, pb::ClientReport report) {
  pb::PeerMessage out;
  out.set_session(session);
  *out.mutable_message()->mutable_client_report() = std::move(report);
  self->send(self, std::move(out));
}

/// The table, with what the pool knows of each node's workers.
void on_node_query(gateway_self self, const gateway_neighbours& others,
                   uint64_t session, uint64_t request) {
  auto table = self->state.link->nodes(self->clock().now());
  auto reply = [=](const pb::PoolReport& pool) mutable {
    for (auto& node : *table.mutable_nodes())
      for (auto& worker : pool.workers())
        if (worker.node() == node.name()) {
          node.set_workers(node.workers() + 1);
          node.set_running(node.running() + (worker.running() > 0 ? 1 : 0));
        }
    pb::ClientReport report;
    report.set_request(request);
    *report.mutable_nodes() = std::move(table);
    answer(self, session, std::move(report));
  };
  self->request(others.pool, pool_timeout, pb::PoolQuery{})
    .then([reply](const pb::PoolReport& pool) mutable { reply(pool); },
          [reply](const caf::error&) mutable { reply(pb::PoolReport{}); });
}

/// The node's workers get nothing more, and it hears that this was the last.
runtime::expected<void> drain(gateway_self self, const std::string& node) {
  auto drained = self->state.link->drain(node);
  if (!drained)
    return drained.error();
  for (auto& [name, worker] : self->state.sessions.at(*drained).workers)
    self->send(worker, pb::Drain{});
  pb::LinkMessage message;
  message.mutable_drain();
  self->state.link->send(*drained, message, self->clock().now());
  return {};
}

void on_drain(gateway_self self, uint64_t session, uint64_t request,
              const std::string& node) {
  pb::ClientReport report;
  report.set_request(request);
  if (auto drained = drain(self, node); !drained) {
    report.set_code(static_cast<uint32_t>(drained.error().code));
    report.set_message(drained.error().message);
  }
  answer(self, session, std::move(report));
}

void on_client(gateway_self self, const gateway_neighbours& others,
               uint64_t session, pb::LinkMessage message) {
  auto& request = message.client_request();
  if (request.has_nodes())
    return on_node_query(self, others, session, request.request());
  if (request.has_drain())
    return on_drain(self, session, request.request(), request.drain().name());
  pb::PeerMessage out;
  out.set_session(session);
  *out.mutable_message() = std::move(message);
  self->send(others.desk, std::move(out));
}

void on_received(gateway_self self, const gateway_neighbours& others,
                 uint64_t id, pb::LinkMessage message) {
  auto found = self->state.sessions.find(id);
  if (found == self->state.sessions.end())
    return;
  auto is_node = found->second.who.role == pb::PEER_ROLE_NODE;
  if (message.has_from_worker() && is_node)
    return on_from_worker(self, others, id, message.from_worker());
  if (message.has_client_request() && !is_node)
    return on_client(self, others, id, std::move(message));
  if (message.has_drain() && is_node) {
    // It is there, or it would not speak.
    static_cast<void>(drain(self, found->second.who.name));
    return;
  }
  if ((message.has_objects_wanted() || message.has_objects_sent()) && is_node) {
    if (message.has_objects_wanted() && ++found->second.asks > asks_max)
      return self->state.link->end(id, "it asks for more than it takes",
                                   self->clock().now());
    pb::PeerMessage out;
    out.set_session(id);
    *out.mutable_message() = std::move(message);
    return self->send(self->state.courier, std::move(out));
  }
  self->state.link->end(id, "it said what its role may not say",
                        self->clock().now());
}

void on_ended(gateway_self self, const gateway_neighbours& others, uint64_t id,
              const std::string& why) {
  auto found = self->state.sessions.find(id);
  if (found == self->state.sessions.end())
    return;
  auto is_node = found->second.who.role == pb::PEER_ROLE_NODE;
  if (is_node)
    spdlog::warn("gateway: node {} is gone: {}", found->second.who.name, why);
  for (auto& [name, worker] : found->second.workers)
    self->send_exit(worker, caf::exit_reason::user_shutdown);
  self->state.sessions.erase(found);
  pb::PeerGone gone;
  gone.set_session(id);
  gone.set_why(why);
  if (is_node)
    self->send(self->state.courier, std::move(gone));
  else
    self->send(others.desk, std::move(gone));
}

void carry_out_effects(gateway_self self, const gateway_neighbours& others) {
  for (auto effects = self->state.link->take_effects(); !effects.empty();
       effects = self->state.link->take_effects())
    for (auto& effect : effects)
      switch (effect.what) {
        case head_effect::kind::send:
          send_to_peer(self, effect.route, std::move(effect.envelope));
          break;
        case head_effect::kind::joined:
          if (effect.who.role == pb::PEER_ROLE_NODE)
            spdlog::info("gateway: node {} joined", effect.who.name);
          self->state.sessions[effect.session].who = std::move(effect.who);
          break;
        case head_effect::kind::received:
          on_received(self, others, effect.session, std::move(effect.message));
          break;
        case head_effect::kind::ended:
          on_ended(self, others, effect.session, effect.why);
          break;
      }
}

} // namespace

link_actor::behavior_type
gateway(gateway_self self, timer_actor timer, worker_pool_actor pool,
        client_desk_actor desk, gateway_settings settings) {
  gateway_neighbours others{std::move(timer), std::move(pool), std::move(desk)};
  auto& state = self->state;
  state.link = std::make_unique<runtime::cluster::head_link>(
    settings.own, settings.cluster, settings.credentials, settings.random);
  state.courier = settings.make_courier(self, link_actor{self});
  self->set_down_handler([=](caf::down_msg& down) {
    auto& routes = self->state.numbers;
    auto found = routes.find(down.source);
    if (found == routes.end())
      return;
    auto route = found->second;
    routes.erase(found);
    self->state.routes.erase(route);
    self->state.link->lose_route(route, self->clock().now());
    carry_out_effects(self, others);
  });
  start_gateway_timer(self, others, settings);
  return {
    [=](const pb::Envelope& envelope) {
      auto route = route_of_sender(self, settings);
      if (!route)
        return;
      self->state.link->receive(*route, envelope, self->clock().now());
      carry_out_effects(self, others);
    },
    [=](const pb::PeerMessage& peer) {
      if (auto to = self->state.sessions.find(peer.session());
          to != self->state.sessions.end() && peer.message().has_objects_sent()
          && to->second.asks > 0)
        --to->second.asks;
      self->state.link->send(peer.session(), peer.message(),
                             self->clock().now());
      carry_out_effects(self, others);
    },
    [=](const pb::TimerExpired&) {
      self->state.link->tick(self->clock().now());
      carry_out_effects(self, others);
      forget_unused_routes(self, settings);
      if (settings.watcher)
        self->send(settings.watcher,
                   self->state.link->nodes(self->clock().now()));
      start_gateway_timer(self, others, settings);
    },
  };
}

} // namespace cohort::actors
