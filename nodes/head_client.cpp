#include "nodes/head_client.hpp"

#include <utility>

#include <caf/actor_cast.hpp>

namespace cohort::nodes {

namespace {

using namespace std::chrono_literals;
using runtime::errc;
using runtime::error;
using runtime::expected;
using runtime::cluster::visitor_effect;

constexpr auto moment = 100ms;

auto now() {
  return std::chrono::steady_clock::now();
}

} // namespace

expected<std::unique_ptr<head_client>>
head_client::connect(const cluster_options& cluster,
                     const config::settings& settings) {
  auto head = head_of(cluster, settings);
  if (!head)
    return head.error();
  auto name = cluster.name.empty() ? std::string{"client"} : cluster.name;
  auto how = transport_for(cluster, settings, runtime::cluster::role::client,
                           name);
  if (auto usable = check(how, runtime::cluster::role::client, head->host);
      !usable)
    return usable.error();
  std::unique_ptr<head_client> result{new head_client{
    settings, std::move(*head), std::move(how), std::move(name)}};
  if (auto joined = result->join(); !joined)
    return joined.error();
  return result;
}

head_client::head_client(const config::settings& settings, endpoint head,
                         transport how, std::string name)
  : head_{std::move(head)},
    how_{std::move(how)},
    config_{how_, settings.cluster},
    system_{config_},
    self_{std::in_place, system_},
    link_{{pb::PEER_ROLE_CLIENT, std::move(name), COHORT_VERSION,
           random_bits()},
          settings.cluster,
          how_.insecure ? runtime::cluster::no_credentials()
                        : runtime::cluster::credentials_from(how_.files),
          random_bits} {
  // nop
}

head_client::~head_client() {
  link_.leave("done", now());
  carry_out();
  door_ = nullptr;
  self_.reset();
}

expected<void> head_client::join() {
  link_.start(now());
  carry_out();
  while (!link_.is_joined()) {
    if (auto why = broken())
      return *why;
    turn();
  }
  return {};
}

std::optional<error> head_client::broken() const {
  if (failure_.empty())
    return std::nullopt;
  return error{errc::unreachable, failure_};
}

void head_client::carry_out() {
  for (auto effects = link_.take_effects(); !effects.empty();
       effects = link_.take_effects())
    for (auto& effect : effects)
      switch (effect.what) {
        case visitor_effect::kind::connect: {
          auto found = find_head(system_, head_, how_);
          if (found) {
            door_ = *found;
            (*self_)->monitor(door_);
            link_.connected(now());
          } else {
            failure_ = found.error().message;
          }
          break;
        }
        case visitor_effect::kind::send:
          if (door_)
            (*self_)->send(caf::actor_cast<actors::door_actor>(door_),
                           std::move(effect.envelope));
          break;
        case visitor_effect::kind::joined:
          break;
        case visitor_effect::kind::received:
          if (effect.message.has_client_report())
            reports_.push_back(
              std::move(*effect.message.mutable_client_report()));
          break;
        case visitor_effect::kind::lost:
          failure_ = "the head is lost: " + effect.why;
          break;
        case visitor_effect::kind::refused:
          failure_ = "the head refused: " + effect.why;
          break;
      }
}

void head_client::turn() {
  (*self_)->receive(
    [&](const pb::Envelope& envelope) { link_.receive(envelope, now()); },
    [&](const caf::down_msg&) { link_.connection_lost(now()); },
    caf::after(moment) >> [] {});
  link_.tick(now());
  carry_out();
}

void head_client::say(pb::ClientRequest request) {
  pb::LinkMessage message;
  *message.mutable_client_request() = std::move(request);
  link_.send(message, now());
  carry_out();
}

expected<pb::ClientReport> head_client::ask(pb::ClientRequest request,
                                            std::chrono::milliseconds timeout) {
  auto number = next_request_++;
  request.set_request(number);
  say(std::move(request));
  auto deadline = now() + timeout;
  while (now() < deadline) {
    while (!reports_.empty()) {
      auto report = std::move(reports_.front());
      reports_.pop_front();
      if (report.request() != number)
        continue;
      if (report.code() != 0)
        return error{static_cast<errc>(report.code()), report.message(),
                     report.retry_after_seconds()};
      return report;
    }
    if (auto why = broken())
      return *why;
    turn();
  }
  return error{errc::unreachable, "the head did not answer in time"};
}

expected<void> head_client::wait(std::chrono::milliseconds time) {
  for (auto end = now() + time; now() < end; turn())
    if (auto why = broken())
      return *why;
  return {};
}

expected<void>
head_client::watch(const std::string& task_id,
                   const std::function<bool(const pb::ProgressEvent&)>& see) {
  pb::ClientRequest request;
  auto number = next_request_++;
  request.set_request(number);
  request.mutable_watch()->set_task_id(task_id);
  say(std::move(request));
  while (true) {
    while (!reports_.empty()) {
      auto report = std::move(reports_.front());
      reports_.pop_front();
      if (report.request() != number)
        continue;
      if (report.code() != 0)
        return error{static_cast<errc>(report.code()), report.message()};
      for (auto& event : report.progress().events())
        if (see(event))
          return {};
    }
    if (auto why = broken())
      return *why;
    turn();
  }
}

} // namespace cohort::nodes
