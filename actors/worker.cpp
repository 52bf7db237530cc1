#include "actors/worker.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

namespace cohort::actors {

namespace {

using worker_self = local_worker_actor::stateful_pointer<worker_state>;

void finish(const pb::FinishedAttempt& key, pb::AttemptResult result,
            pb::AttemptsFinished& out) {
  auto& finished = *out.add_finished();
  finished.set_sequence(key.sequence());
  finished.set_attempt(key.attempt());
  *finished.mutable_result() = std::move(result);
}

/// Starts what waits until something takes time; the rest is reported together.
void start_next(worker_self self, const dispatcher_actor& pool,
                const worker_settings& settings, pb::AttemptsFinished out) {
  auto& state = self->state;
  while (!state.running && !state.waiting.empty()) {
    auto assignment = std::move(state.waiting.front());
    state.waiting.pop_front();
    pb::FinishedAttempt key;
    key.set_sequence(assignment.sequence());
    key.set_attempt(assignment.attempt());
    auto weak = caf::actor_cast<caf::weak_actor_ptr>(self);
    auto done = [weak, key](pb::AttemptResult result) {
      auto strong = caf::actor_cast<caf::strong_actor_ptr>(weak);
      if (!strong)
        return;
      auto message = key;
      *message.mutable_result() = std::move(result);
      caf::anon_send(caf::actor_cast<local_worker_actor>(strong),
                     std::move(message));
    };
    if (auto result = state.runner->start(assignment, std::move(done)))
      finish(key, std::move(*result), out);
    else
      state.running = std::move(key);
  }
  if (out.finished().empty())
    return;
  out.set_worker(settings.name);
  out.set_incarnation(settings.incarnation);
  self->send(pool, std::move(out));
}

void acknowledge(worker_self self, const dispatcher_actor& pool,
                 const worker_settings& settings, uint64_t sequence,
                 uint32_t attempt) {
  pb::CancelAcknowledged message;
  message.set_worker(settings.name);
  message.set_incarnation(settings.incarnation);
  message.set_sequence(sequence);
  message.set_attempt(attempt);
  self->send(pool, std::move(message));
}

void on_finished(worker_self self, const dispatcher_actor& pool,
                 const worker_settings& settings,
                 pb::FinishedAttempt& finished) {
  auto& state = self->state;
  if (!state.running || state.running->sequence() != finished.sequence()
      || state.running->attempt() != finished.attempt())
    return;
  auto key = *std::exchange(state.running, std::nullopt);
  pb::AttemptsFinished out;
  if (std::exchange(state.cancelling, false))
    acknowledge(self, pool, settings, key.sequence(), key.attempt());
  else
    finish(key, std::move(*finished.mutable_result()), out);
  start_next(self, pool, settings, std::move(out));
}

void on_cancel(worker_self self, const dispatcher_actor& pool,
               const worker_settings& settings,
               const pb::CancelAttempt& cancel) {
  auto& state = self->state;
  auto is_it = [&](auto& x) {
    return x.sequence() == cancel.sequence() && x.attempt() == cancel.attempt();
  };
  if (state.running && is_it(*state.running)) {
    if (!std::exchange(state.cancelling, true))
      state.runner->cancel();
    return; // Acknowledged when the runner says that it is over.
  }
  auto waits = std::find_if(state.waiting.begin(), state.waiting.end(), is_it);
  if (waits != state.waiting.end())
    state.waiting.erase(waits);
  acknowledge(self, pool, settings, cancel.sequence(), cancel.attempt());
}

/// From any thread: tells the worker that its runner got further, once a
/// second at most.
void report_progress(const caf::weak_actor_ptr& worker,
                     std::atomic<int64_t>& last) {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  auto second = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  if (last.exchange(second) == second)
    return;
  if (auto strong = caf::actor_cast<caf::strong_actor_ptr>(worker))
    caf::anon_send(caf::actor_cast<local_worker_actor>(strong),
                   pb::AttemptProgress{});
}

} // namespace

local_worker_actor::behavior_type worker(
  worker_self self, dispatcher_actor pool, worker_settings settings,
  std::shared_ptr<std::unique_ptr<runtime::execution::unit_runner>> runner) {
  self->state.runner = std::move(*runner);
  pb::WorkerHello hello;
  hello.set_worker(settings.name);
  hello.set_node(settings.node);
  hello.set_incarnation(settings.incarnation);
  hello.set_credits(settings.credits);
  for (auto& specialty : settings.specialties)
    *hello.add_specialties() = specialty;
  self->send(pool, std::move(hello));
  self->state.runner->on_progress(
    [weak = caf::actor_cast<caf::weak_actor_ptr>(self),
     last = std::make_shared<std::atomic<int64_t>>(0)] {
      report_progress(weak, *last);
    });
  return {
    // Not const: what came by message is moved on, not copied.
    [=](pb::Assignments& assignments) {
      for (auto& assignment : *assignments.mutable_assignments())
        self->state.waiting.push_back(std::move(assignment));
      start_next(self, pool, settings, {});
    },
    [=](const pb::CancelAttempt& cancel) {
      on_cancel(self, pool, settings, cancel);
    },
    [=](pb::FinishedAttempt& finished) {
      on_finished(self, pool, settings, finished);
    },
    [=](pb::AttemptProgress& progress) {
      auto& running = self->state.running;
      if (!running || self->state.cancelling)
        return;
      progress.set_sequence(running->sequence());
      progress.set_attempt(running->attempt());
      self->send(pool, std::move(progress));
    },
  };
}

} // namespace cohort::actors
