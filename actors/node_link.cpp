#include "actors/node_link.hpp"

#include <optional>
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

void start_timer(node_link_pointer self, const timer_actor& timer) {
  pb::StartTimer start;
  start.set_delay_ms(static_cast<uint64_t>(self->state.link->pace().count()));
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

/// Looked at with every tick: what the head sent before it said Drain has come
/// by the second one; and a head that is told of a result may still want its
/// tree.
void leave_when_idle(node_link_pointer self) {
  auto& state = self->state;
  auto was_quiet = std::exchange(state.is_quiet, state.held.empty());
  if (state.draining == node_link_state::drain::due && was_quiet
      && state.is_quiet)
    state.link->leave("drained", now(self));
  if (state.draining == node_link_state::drain::told)
    state.draining = node_link_state::drain::due;
}

// -- what is held
// ------------------------------------------------------------------------------

uint64_t hold(node_link_pointer self, attempt_key key,
              std::unique_ptr<pb::Assignment> waiting) {
  auto& state = self->state;
  auto number = state.next_number++;
  state.numbers[key] = number;
  state.held[number] = {std::move(key), std::move(waiting)};
  return number;
}

/// Forgets the attempt. Returns what the head calls it; nothing when the head
/// does not wait for it any more.
std::optional<attempt_key> let_go(node_link_pointer self, uint64_t number) {
  auto& state = self->state;
  auto found = state.held.find(number);
  if (found == state.held.end())
    return std::nullopt;
  auto key = std::move(found->second.key);
  state.held.erase(found);
  if (auto named = state.numbers.find(key);
      named != state.numbers.end() && named->second == number)
    state.numbers.erase(named);
  return key;
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
      assignment.set_sequence(hold(self, std::move(key), nullptr));
      *at_once.add_assignments() = std::move(assignment);
      continue;
    }
    pb::FetchTree fetch;
    fetch.set_session(state.joins);
    fetch.set_tree(assignment.unit().tree());
    hold(self, std::move(key),
         std::make_unique<pb::Assignment>(std::move(assignment)));
    self->send(state.courier, std::move(fetch));
  }
  hand_over(self, name, std::move(at_once));
}

void on_cancel(node_link_pointer self, const std::string& name,
               const pb::CancelAttempt& cancel) {
  auto& state = self->state;
  auto number = state.numbers.find({name, cancel.sequence(), cancel.attempt()});
  auto worker = state.workers.find(name);
  if (number != state.numbers.end()) {
    if (!state.held.at(number->second).waiting
        && worker != state.workers.end()) {
      auto own = cancel;
      own.set_sequence(number->second);
      return self->send(worker->second.handle, std::move(own));
    }
    let_go(self, uint64_t{number->second});
  }
  // It never began, or is over.
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
  auto& state = self->state;
  if (fetched.session() != state.joins)
    return;
  std::vector<uint64_t> failed;
  for (auto& [number, held] : state.held) {
    if (!held.waiting || held.waiting->unit().tree() != fetched.tree())
      continue;
    if (fetched.code() != 0) {
      failed.push_back(number);
      continue;
    }
    pb::Assignments batch;
    *batch.add_assignments() = std::move(*std::exchange(held.waiting, nullptr));
    batch.mutable_assignments(0)->set_sequence(number);
    hand_over(self, std::get<0>(held.key), std::move(batch));
  }
  for (auto number : failed) {
    auto assignment = std::move(state.held.at(number).waiting);
    if (auto key = let_go(self, number))
      finish_without_tree(self, *key, *assignment, fetched);
  }
}

void on_received(node_link_pointer self, pb::LinkMessage message) {
  if (message.has_objects_wanted() || message.has_objects_sent()) {
    self->state.is_quiet = false;
    pb::PeerMessage out;
    out.set_session(self->state.joins);
    *out.mutable_message() = std::move(message);
    return self->send(self->state.courier, std::move(out));
  }
  if (message.has_drain()) {
    self->state.draining = node_link_state::drain::told;
    return;
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
  if (self->state.draining != node_link_state::drain::none)
    return;
  for (auto& [name, worker] : self->state.workers)
    introduce(self, name);
}

/// The process is to end: the head hears of it, and says Drain as it does when
/// somebody else wants the node to go.
void on_drain(node_link_pointer self) {
  auto& state = self->state;
  if (!state.link->is_joined())
    return state.link->leave("stopped", now(self));
  if (state.draining != node_link_state::drain::none)
    return;
  state.draining = node_link_state::drain::asked;
  pb::LinkMessage message;
  message.mutable_drain();
  say(self, message);
}

/// The head gives to others what this node held: it stops.
void on_lost(node_link_pointer self, const std::string& why) {
  auto& state = self->state;
  if (state.draining == node_link_state::drain::asked)
    state.link->leave("stopped", now(self));
  spdlog::warn("node_link: {}", why);
  for (auto& [number, held] : state.held) {
    auto worker = state.workers.find(std::get<0>(held.key));
    if (held.waiting || worker == state.workers.end())
      continue;
    pb::CancelAttempt cancel;
    cancel.set_sequence(number);
    cancel.set_attempt(std::get<2>(held.key));
    self->send(worker->second.handle, std::move(cancel));
  }
  state.held.clear();
  state.numbers.clear();
  pb::PeerGone gone;
  gone.set_session(state.joins);
  gone.set_why(why);
  self->send(state.courier, std::move(gone));
}

// -- to the head
// -------------------------------------------------------------------------------

void on_hello(node_link_pointer self, const pb::WorkerHello& hello) {
  auto handle = caf::actor_cast<worker_actor>(self->current_sender());
  self->monitor(handle);
  self->state.workers[hello.worker()] = {handle, hello};
  if (self->state.link->is_joined()
      && self->state.draining == node_link_state::drain::none)
    introduce(self, hello.worker());
}

void on_finished(node_link_pointer self, pb::AttemptsFinished& finished) {
  auto name = finished.worker();
  auto message = word_of(name);
  auto& out = *message.mutable_from_worker()->mutable_finished();
  out.set_worker(name);
  out.set_incarnation(finished.incarnation());
  for (auto& one : *finished.mutable_finished())
    if (auto key = let_go(self, one.sequence())) {
      one.set_sequence(std::get<1>(*key));
      *out.add_finished() = std::move(one);
    }
  if (out.finished_size() > 0)
    say(self, message);
}

void say_progress(node_link_pointer self, const attempt_key& key) {
  auto message = word_of(std::get<0>(key));
  auto& progress = *message.mutable_from_worker()->mutable_progress();
  progress.set_sequence(std::get<1>(key));
  progress.set_attempt(std::get<2>(key));
  say(self, message);
}

void on_progress(node_link_pointer self, const pb::AttemptProgress& progress) {
  auto& held = self->state.held;
  if (auto found = held.find(progress.sequence()); found != held.end())
    say_progress(self, found->second.key);
}

void on_cancelled(node_link_pointer self, pb::CancelAcknowledged ack) {
  auto key = let_go(self, ack.sequence());
  if (!key)
    return;
  auto message = word_of(ack.worker());
  ack.set_sequence(std::get<1>(*key));
  *message.mutable_from_worker()->mutable_cancelled() = std::move(ack);
  say(self, message);
}

void on_worker_down(node_link_pointer self, const std::string& name) {
  auto& state = self->state;
  state.workers.erase(name);
  auto is_of = [&](const attempt_key& key) { return std::get<0>(key) == name; };
  std::erase_if(state.held,
                [&](auto& entry) { return is_of(entry.second.key); });
  std::erase_if(state.numbers, [&](auto& entry) { return is_of(entry.first); });
  auto message = word_of(name);
  message.mutable_from_worker()->mutable_gone();
  say(self, message);
}

/// A tree that is on its way is no reason to take the assignment back.
void keep_leases(node_link_pointer self) {
  for (auto& [number, held] : self->state.held)
    if (held.waiting)
      say_progress(self, held.key);
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
  self->set_exit_handler([=](caf::exit_msg& exit) {
    self->state.link->leave("stopped", now(self));
    carry_out(self, settings);
    self->quit(exit.reason);
  });
  state.link->start(now(self));
  carry_out(self, settings);
  start_timer(self, timer);
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
    [=](const pb::Drain&) {
      on_drain(self);
      carry_out(self, settings);
    },
    [=](const pb::TimerExpired&) {
      keep_leases(self);
      self->state.link->tick(now(self));
      leave_when_idle(self);
      carry_out(self, settings);
      start_timer(self, timer);
    },
  };
}

} // namespace cohort::actors
