#include "actors/courier.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

namespace cohort::actors {

namespace {

using runtime::errc;
using runtime::error;
using runtime::expected;
using runtime::workspace::object_exchange;
using runtime::workspace::tree_fetch;
using courier_self = courier_actor::stateful_pointer<courier_state>;

/// Trees known to be whole; looking at one again costs little.
constexpr size_t whole_trees_max = 1'000'000;

expected<object_exchange*> store_of(courier_self self,
                                    const courier_settings& settings) {
  auto& store = self->state.store;
  if (!store) {
    auto opened = object_exchange::open(settings.store);
    if (!opened)
      return opened.error();
    store.emplace(std::move(*opened));
  }
  return &*store;
}

void send_asks(courier_self self, const link_actor& link, uint64_t session,
               tree_fetch& fetch) {
  for (auto& ask : fetch.take_asks()) {
    pb::PeerMessage out;
    out.set_session(session);
    *out.mutable_message()->mutable_objects_wanted() = std::move(ask);
    self->send(link, std::move(out));
  }
}

/// Ends the first job of the session, well or not.
void finish(courier_self self, uint64_t session, const expected<void>& how) {
  auto& route = self->state.routes.at(session);
  auto job = std::move(route.jobs.front());
  route.jobs.pop_front();
  pb::TreeFetched report;
  report.set_session(session);
  report.set_tree(job.tree);
  if (route.fetch) {
    report.set_objects(route.fetch->objects());
    report.set_bytes(route.fetch->bytes());
  }
  route.fetch.reset();
  if (!how) {
    report.set_code(static_cast<uint32_t>(how.error().code));
    report.set_message("tree " + job.tree
                       + " did not come: " + how.error().message);
    spdlog::warn("courier: {}", report.message());
  }
  for (auto& requester : job.requesters)
    reply_to(self, requester, report);
}

expected<bool> start_fetch(courier_self self, const link_actor& link,
                           const courier_settings& settings, uint64_t session) {
  auto store = store_of(self, settings);
  if (!store)
    return store.error();
  auto& route = self->state.routes.at(session);
  auto id = runtime::workspace::to_object_id(route.jobs.front().tree);
  if (!id)
    return id.error();
  if (self->state.whole.size() > whole_trees_max)
    self->state.whole.clear();
  route.fetch = std::make_unique<tree_fetch>(**store, self->state.whole, *id,
                                             settings.object_bytes_max);
  if (auto started = route.fetch->start(); !started)
    return started.error();
  send_asks(self, link, session, *route.fetch);
  return route.fetch->is_done();
}

/// Starts jobs until one has to wait for its peer.
void start_next(courier_self self, const link_actor& link,
                const courier_settings& settings, uint64_t session) {
  auto& routes = self->state.routes;
  while (!routes.at(session).jobs.empty()) {
    auto done = start_fetch(self, link, settings, session);
    if (done && !*done)
      return;
    finish(self, session, done ? expected<void>{} : done.error());
  }
  routes.erase(session);
}

void on_fetch(courier_self self, const link_actor& link,
              const courier_settings& settings, const pb::FetchTree& ask) {
  auto& jobs = self->state.routes[ask.session()].jobs;
  auto same = std::find_if(jobs.begin(), jobs.end(),
                           [&](auto& job) { return job.tree == ask.tree(); });
  if (same != jobs.end()) {
    same->requesters.push_back(self->current_sender());
    return;
  }
  jobs.push_back({ask.tree(), {self->current_sender()}});
  if (jobs.size() == 1)
    start_next(self, link, settings, ask.session());
}

void on_sent(courier_self self, const link_actor& link,
             const courier_settings& settings, uint64_t session,
             const pb::ObjectsSent& sent) {
  auto found = self->state.routes.find(session);
  if (found == self->state.routes.end() || !found->second.fetch
      || !found->second.fetch->expects(sent.ask()))
    return; // Of a fetch that is over.
  auto& fetch = *found->second.fetch;
  auto taken = fetch.receive(sent);
  if (taken && !fetch.is_done())
    return send_asks(self, link, session, fetch);
  finish(self, session, taken);
  start_next(self, link, settings, session);
}

void on_wanted(courier_self self, const courier_settings& settings,
               uint64_t session, const pb::ObjectsWanted& wanted) {
  auto store = store_of(self, settings);
  auto answer = store ? (*store)->answer(wanted)
                      : expected<pb::ObjectsSent>{store.error()};
  pb::PeerMessage out;
  out.set_session(session);
  auto& sent = *out.mutable_message()->mutable_objects_sent();
  if (answer) {
    sent = std::move(*answer);
  } else {
    spdlog::warn("courier: {}", answer.error().message);
    sent.set_ask(wanted.ask());
    *sent.mutable_unknown() = wanted.ids();
  }
  reply_to(self, self->current_sender(), std::move(out));
}

void on_gone(courier_self self, const pb::PeerGone& gone) {
  auto found = self->state.routes.find(gone.session());
  if (found == self->state.routes.end())
    return;
  while (!found->second.jobs.empty())
    finish(self, gone.session(), error{errc::crashed, gone.why()});
  self->state.routes.erase(found);
}

} // namespace

courier_actor::behavior_type courier(courier_self self, link_actor link,
                                     courier_settings settings) {
  return {
    [=](const pb::FetchTree& ask) { on_fetch(self, link, settings, ask); },
    [=](const pb::PeerMessage& peer) {
      auto& message = peer.message();
      if (message.has_objects_sent())
        on_sent(self, link, settings, peer.session(), message.objects_sent());
      else if (message.has_objects_wanted())
        on_wanted(self, settings, peer.session(), message.objects_wanted());
    },
    [=](const pb::PeerGone& gone) { on_gone(self, gone); },
  };
}

} // namespace cohort::actors
