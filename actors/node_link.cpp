#include "actors/node_link.hpp"

#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "actors/error.hpp"
#include "actors/link_door.hpp"
#include "runtime/errc.hpp"

namespace cohort::actors {

namespace {

using runtime::cluster::visitor_effect;
using attempt_key = node_link_state::attempt_key;

auto now(node_link_pointer self) {
  return self->clock().now();
}

void start_timer(node_link_pointer self, const timer_actor& timer,
                 const node_link_settings& settings) {
  pb::StartTimer start;
  start.set_delay_ms(
    static_cast<uint64_t>(settings.cluster.heartbeat_interval.count()));
  self->send(timer, std::move(start));
}

pb::LinkMessage word_of(const std::string& worker) {
  pb::LinkMessage result;
  result.mutable_from_worker()->set_worker(worker);
  return result;
}

void say(node_link_pointer self, const pb::LinkMessage& message) {
  self->state.link->send(message, now(self));
}

void introduce(node_link_pointer self, const std::string& name) {
  auto message = word_of(name);
  *message.mutable_from_worker()->mutable_hello()
    = self->state.workers.at(name).hello;
  say(self, message);
}

/// The name of the worker that sent the current message, or "".
std::string sender_name(node_link_pointer self) {
  for (auto& [name, worker] : self->state.workers)
    if (worker.handle == self->current_sender())
      return name;
  return {};
}

void leave_when_idle(node_link_pointer self) {
  if (!self->state.is_draining || !self->state.held.empty())
    return;
  self->state.link->leave("drained");
}

// -- from the head
// -----------------------------------------------------------------------------

void hand_over(node_link_pointer self, const std::string& name,
               pb::Assignments batch) {
  auto worker = self->state.workers.find(name);
  if (worker != self->state.workers.end() && batch.assignments_size() > 0)
    self->send(worker->second.handle, std::move(batch));
}

/// What needs no tree goes on at once; the rest when its tree is here.
void on_assignments(node_link_pointer self, const std::string& name,
                    pb::Assignments& batch) {
  auto& state = self->state;
  pb::Assignments at_once;
  for (auto& assignment : *batch.mutable_assignments()) {
    attempt_key key{name, assignment.sequence(), assignment.attempt()};
    if (assignment.unit().tree().empty()) {
      state.held[key] = nullptr;
      *at_once.add_assignments() = std::move(assignment);
      continue;
    }
    pb::FetchTree fetch;
    fetch.set_session(state.joins);
    fetch.set_tree(assignment.unit().tree());
    state.held[key] = std::make_unique<pb::Assignment>(std::move(assignment));
    self->send(state.courier, std::move(fetch));
  }
  hand_over(self, name, std::move(at_once));
}

void on_cancel(node_link_pointer self, const std::string& name,
               const pb::CancelAttempt& cancel) {
  auto& held = self->state.held;
  auto found = held.find({name, cancel.sequence(), cancel.attempt()});
  auto worker = self->state.workers.find(name);
  if (found != held.end() && !found->second
      && worker != self->state.workers.end())
    return self->send(worker->second.handle, cancel);
  // It never began, or is over.
  if (found != held.end())
    held.erase(found);
  auto message = word_of(name);
  auto& out = *message.mutable_from_worker()->mutable_cancelled();
  out.set_worker(name);
  out.set_sequence(cancel.sequence());
  out.set_attempt(cancel.attempt());
  say(self, message);
}

void finish_without_tree(node_link_pointer self, const attempt_key& key,
                         const pb::Assignment& assignment,
                         const pb::TreeFetched& why) {
  auto& [name, sequence, attempt] = key;
  auto message = word_of(name);
  auto& finished = *message.mutable_from_worker()->mutable_finished();
  finished.set_worker(name);
  auto& one = *finished.add_finished();
  one.set_sequence(sequence);
  one.set_attempt(attempt);
  auto& result = *one.mutable_result();
  result.set_task_id(assignment.unit().task_id());
  result.set_ticket(assignment.unit().ticket());
  result.mutable_error()->set_code(why.code());
  result.mutable_error()->set_message(why.message());
  result.mutable_error()->set_recoverable(true);
  say(self, message);
}

void on_fetched(node_link_pointer self, const pb::TreeFetched& fetched) {
  auto& held = self->state.held;
  if (fetched.session() != self->state.joins)
    return;
  for (auto it = held.begin(); it != held.end();) {
    auto& [key, waiting] = *it;
    if (!waiting || waiting->unit().tree() != fetched.tree()) {
      ++it;
      continue;
    }
    auto assignment = std::move(waiting);
    if (fetched.code() == 0) {
      pb::Assignments batch;
      *batch.add_assignments() = std::move(*assignment);
      hand_over(self, std::get<0>(key), std::move(batch));
      ++it;
    } else {
      finish_without_tree(self, key, *assignment, fetched);
      it = held.erase(it);
    }
  }
}

void on_received(node_link_pointer self, pb::LinkMessage message) {
  if (message.has_objects_wanted() || message.has_objects_sent()) {
    pb::PeerMessage out;
    out.set_session(self->state.joins);
    *out.mutable_message() = std::move(message);
    return self->send(self->state.courier, std::move(out));
  }
  if (message.has_drain()) {
    self->state.is_draining = true;
    return leave_when_idle(self);
  }
  if (!message.has_to_worker())
    return;
  auto& words = *message.mutable_to_worker();
  if (words.has_assignments())
    on_assignments(self, words.worker(), *words.mutable_assignments());
  else if (words.has_cancel())
    on_cancel(self, words.worker(), words.cancel());
}

void on_joined(node_link_pointer self) {
  ++self->state.joins;
  spdlog::info("node_link: joined");
  for (auto& [name, worker] : self->state.workers)
    introduce(self, name);
}

/// The head gives to others what this node held: it stops.
void on_lost(node_link_pointer self, const std::string& why) {
  auto& state = self->state;
  spdlog::warn("node_link: {}", why);
  for (auto& [key, waiting] : state.held) {
    auto worker = state.workers.find(std::get<0>(key));
    if (waiting || worker == state.workers.end())
      continue;
    pb::CancelAttempt cancel;
    cancel.set_sequence(std::get<1>(key));
    cancel.set_attempt(std::get<2>(key));
    self->send(worker->second.handle, std::move(cancel));
  }
  state.held.clear();
  pb::PeerGone gone;
  gone.set_session(state.joins);
  gone.set_why(why);
  self->send(state.courier, std::move(gone));
}

// -- to the head
// -------------------------------------------------------------------------------

/// Forgets the attempt. Returns whether the head still waits for it.
bool let_go(node_link_pointer self, const std::string& worker,
            uint64_t sequence, uint32_t attempt) {
  return self->state.held.erase({worker, sequence, attempt}) > 0;
}

void on_hello(node_link_pointer self, const pb::WorkerHello& hello) {
  auto handle = caf::actor_cast<worker_actor>(self->current_sender());
  self->monitor(handle);
  self->state.workers[hello.worker()] = {handle, hello};
  if (self->state.link->is_joined())
    introduce(self, hello.worker());
}

void on_finished(node_link_pointer self, pb::AttemptsFinished& finished) {
  auto name = finished.worker();
  auto message = word_of(name);
  auto& out = *message.mutable_from_worker()->mutable_finished();
  out.set_worker(name);
  out.set_incarnation(finished.incarnation());
  for (auto& one : *finished.mutable_finished())
    if (let_go(self, name, one.sequence(), one.attempt()))
      *out.add_finished() = std::move(one);
  if (out.finished_size() > 0)
    say(self, message);
  leave_when_idle(self);
}

void on_progress(node_link_pointer self, const pb::AttemptProgress& progress) {
  auto name = sender_name(self);
  if (self->state.held.count({name, progress.sequence(), progress.attempt()})
      == 0)
    return;
  auto message = word_of(name);
  *message.mutable_from_worker()->mutable_progress() = progress;
  say(self, message);
}

void on_cancelled(node_link_pointer self, const pb::CancelAcknowledged& ack) {
  if (!let_go(self, ack.worker(), ack.sequence(), ack.attempt()))
    return;
  auto message = word_of(ack.worker());
  *message.mutable_from_worker()->mutable_cancelled() = ack;
  say(self, message);
  leave_when_idle(self);
}

void on_worker_down(node_link_pointer self, const std::string& name) {
  auto& state = self->state;
  state.workers.erase(name);
  std::erase_if(state.held,
                [&](auto& entry) { return std::get<0>(entry.first) == name; });
  auto message = word_of(name);
  message.mutable_from_worker()->mutable_gone();
  say(self, message);
}

/// A tree that is on its way is no reason to take the assignment back.
void keep_leases(node_link_pointer self) {
  for (auto& [key, waiting] : self->state.held) {
    if (!waiting)
      continue;
    auto message = word_of(std::get<0>(key));
    auto& progress = *message.mutable_from_worker()->mutable_progress();
    progress.set_sequence(std::get<1>(key));
    progress.set_attempt(std::get<2>(key));
    say(self, message);
  }
}

// -- effects
// -----------------------------------------------------------------------------------

void carry_out(node_link_pointer self, const node_link_settings& settings);

void find_head(node_link_pointer self, const node_link_settings& settings) {
  self->state.head = nullptr;
  settings.find_head(self, [=](caf::strong_actor_ptr door, std::string why) {
    auto& state = self->state;
    if (door) {
      state.head = std::move(door);
      self->monitor(state.head);
      state.link->connected(now(self));
    } else {
      state.link->connect_failed(why, now(self));
    }
    carry_out(self, settings);
  });
}

void carry_out(node_link_pointer self, const node_link_settings& settings) {
  auto& state = self->state;
  for (auto effects = state.link->take_effects(); !effects.empty();
       effects = state.link->take_effects())
    for (auto& effect : effects)
      switch (effect.what) {
        case visitor_effect::kind::connect:
          find_head(self, settings);
          break;
        case visitor_effect::kind::send:
          if (state.head)
            caf::send_as(state.door, caf::actor_cast<door_actor>(state.head),
                         std::move(effect.envelope));
          break;
        case visitor_effect::kind::joined:
          on_joined(self);
          break;
        case visitor_effect::kind::received:
          on_received(self, std::move(effect.message));
          break;
        case visitor_effect::kind::lost:
          on_lost(self, effect.why);
          break;
        case visitor_effect::kind::refused:
          return self->quit(
            to_caf({runtime::errc::unreachable,
                    "the head refused this node: " + effect.why}));
      }
  if (state.link->is_over())
    self->quit(caf::exit_reason::user_shutdown);
}

} // namespace

node_link_actor::behavior_type node_link(node_link_pointer self,
                                         timer_actor timer,
                                         node_link_settings settings) {
  auto& state = self->state;
  state.link = std::make_unique<runtime::cluster::visitor_link>(
    settings.own, settings.cluster, settings.credentials, settings.random);
  auto own = caf::actor_cast<link_actor>(self);
  state.door = self->spawn<caf::linked>(link_door, own);
  state.courier = settings.make_courier(self, own);
  self->set_down_handler([=](caf::down_msg& down) {
    if (caf::actor_cast<caf::actor_addr>(self->state.head) == down.source) {
      self->state.head = nullptr;
      self->state.link->connection_lost(now(self));
    } else {
      for (auto& [name, worker] : self->state.workers)
        if (worker.handle.address() == down.source) {
          on_worker_down(self, std::string{name});
          break;
        }
    }
    carry_out(self, settings);
  });
  state.link->start(now(self));
  carry_out(self, settings);
  start_timer(self, timer, settings);
  return {
    [=](const pb::WorkerHello& hello) {
      on_hello(self, hello);
      carry_out(self, settings);
    },
    [=](pb::AttemptsFinished& finished) {
      on_finished(self, finished);
      carry_out(self, settings);
    },
    [=](const pb::AttemptProgress& progress) {
      on_progress(self, progress);
      carry_out(self, settings);
    },
    [=](const pb::CancelAcknowledged& ack) {
      on_cancelled(self, ack);
      carry_out(self, settings);
    },
    [=](const pb::Envelope& envelope) {
      self->state.link->receive(envelope, now(self));
      carry_out(self, settings);
    },
    [=](const pb::PeerMessage& peer) {
      if (peer.session() == self->state.joins)
        say(self, peer.message());
      carry_out(self, settings);
    },
    [=](const pb::TreeFetched& fetched) {
      on_fetched(self, fetched);
      carry_out(self, settings);
    },
    [=](const pb::TimerExpired&) {
      keep_leases(self);
      self->state.link->tick(now(self));
      carry_out(self, settings);
      start_timer(self, timer, settings);
    },
  };
}

} // namespace cohort::actors
