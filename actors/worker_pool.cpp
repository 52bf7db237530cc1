#include "actors/worker_pool.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <vector>

#include <google/protobuf/util/time_util.h>
#include <spdlog/spdlog.h>

namespace cohort::actors {

namespace {

using namespace std::chrono_literals;
using runtime::scheduling::effect;
using runtime::scheduling::time_point;
using worker_pool_self = worker_pool_actor::stateful_pointer<worker_pool_state>;

time_point now(worker_pool_self self) {
  return self->clock().now();
}

/// The number of whoever sent the current message; monitored when it is new.
uint32_t number_of_sender(worker_pool_self self) {
  auto& state = self->state;
  auto sender = self->current_sender();
  auto [it, is_new] = state.numbers.try_emplace(
    caf::actor_cast<caf::actor_addr>(sender), state.next_number);
  if (is_new) {
    ++state.next_number;
    self->monitor(sender);
  }
  return it->second;
}

void start_timer(worker_pool_self self, const timer_actor& timer) {
  auto& state = self->state;
  auto due = state.pool->next_deadline();
  if (due == time_point::max())
    return;
  // A lease moves on with every result: looking again a little later is cheaper
  // than a timer for each of them.
  auto time = now(self);
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - time);
  wait = std::clamp(wait, 1ms, 60'000ms);
  if (state.timer_runs)
    wait = std::max(wait, 5ms);
  // One that ends by then, but for rounding, must not be put off again and
  // again.
  if (state.timer_runs && state.timer_due <= time + wait + 1ms)
    return;
  state.timer_runs = true;
  state.timer_due = time + wait;
  pb::StartTimer start;
  start.set_generation(++state.timer_generation);
  start.set_delay_ms(static_cast<uint64_t>(wait.count()));
  self->send(timer, std::move(start));
}

/// Spans go before results: see messages/v1/telemetry.proto.
void tell_observer(worker_pool_self self) {
  using google::protobuf::util::TimeUtil;
  auto ended = self->state.pool->take_ended();
  if (ended.empty())
    return;
  auto steady = now(self);
  auto wall = std::chrono::system_clock::now().time_since_epoch();
  auto timestamp = [&](time_point when) {
    return TimeUtil::NanosecondsToTimestamp(
      std::chrono::nanoseconds{wall - (steady - when)}.count());
  };
  pb::AttemptSpans spans;
  for (auto& attempt : ended) {
    auto& span = *spans.add_spans() = std::move(attempt.span);
    *span.mutable_started() = timestamp(attempt.began);
    *span.mutable_ended() = timestamp(attempt.ended);
  }
  reply_to(self, self->state.observer, std::move(spans));
}

/// Carries out the pool's effects: one message for each receiver.
void carry_out(worker_pool_self self, const timer_actor& timer) {
  auto& state = self->state;
  tell_observer(self);
  std::map<uint32_t, pb::Assignments> assignments;
  std::map<uint32_t, pb::UnitsFinished> results;
  auto flush_results = [&](uint32_t requester) {
    auto found = results.find(requester);
    if (found == results.end())
      return;
    if (auto to = state.requesters.find(requester);
        to != state.requesters.end())
      reply_to(self, to->second, std::move(found->second));
    results.erase(found);
  };
  for (auto& news : state.pool->take_breaker_news()) {
    if (news.change.is_open())
      spdlog::warn("worker_pool: {}: nothing for a while: {}",
                   news.change.what(), news.change.why());
    *results[news.requester].add_breakers() = std::move(news.change);
  }
  for (auto& effect : state.pool->take_effects()) {
    switch (effect.what) {
      case effect::kind::assign:
        *assignments[effect.worker].add_assignments()
          = std::move(effect.assignment);
        break;
      case effect::kind::cancel: {
        // Never before the assignment that it is about.
        if (auto batch = assignments.find(effect.worker);
            batch != assignments.end()) {
          self->send(state.workers.at(effect.worker), std::move(batch->second));
          assignments.erase(batch);
        }
        pb::CancelAttempt cancel;
        cancel.set_sequence(effect.sequence);
        cancel.set_attempt(effect.attempt);
        if (auto to = state.workers.find(effect.worker);
            to != state.workers.end())
          self->send(to->second, std::move(cancel));
        break;
      }
      case effect::kind::finished:
        *results[effect.requester].add_results() = std::move(effect.result);
        break;
      case effect::kind::cancelled: {
        flush_results(effect.requester);
        pb::UnitsCancelled cancelled;
        cancelled.set_task_id(effect.task_id);
        if (auto to = state.requesters.find(effect.requester);
            to != state.requesters.end())
          reply_to(self, to->second, std::move(cancelled));
        break;
      }
    }
  }
  for (auto& [worker, batch] : assignments)
    if (auto to = state.workers.find(worker); to != state.workers.end())
      self->send(to->second, std::move(batch));
  while (!results.empty())
    flush_results(results.begin()->first);
  if (state.drainer && state.pool->is_drained())
    reply_to(self, std::exchange(state.drainer, nullptr), pb::Drained{});
  start_timer(self, timer);
}

void on_hello(worker_pool_self self, const pb::WorkerHello& hello) {
  auto& state = self->state;
  auto number = number_of_sender(self);
  state.workers[number] = caf::actor_cast<worker_actor>(self->current_sender());
  state.pool->add_worker(number, hello, now(self));
}

void on_submit(worker_pool_self self, pb::SubmitUnits& submit) {
  auto& state = self->state;
  auto number = number_of_sender(self);
  state.requesters[number] = self->current_sender();
  std::vector<pb::WorkUnit> units{
    std::make_move_iterator(submit.mutable_units()->begin()),
    std::make_move_iterator(submit.mutable_units()->end())};
  state.pool->submit(number, std::move(units), now(self));
}

void on_finished(worker_pool_self self, pb::AttemptsFinished& message) {
  auto& state = self->state;
  auto number = number_of_sender(self);
  for (auto& finished : *message.mutable_finished())
    state.pool->finish(number, finished.sequence(), finished.attempt(),
                       std::move(*finished.mutable_result()), now(self));
}

void on_down(worker_pool_self self, const caf::down_msg& down) {
  auto& state = self->state;
  auto found = state.numbers.find(down.source);
  if (found == state.numbers.end())
    return;
  auto number = found->second;
  state.numbers.erase(found);
  if (state.workers.erase(number) > 0) {
    if (down.reason && down.reason != caf::exit_reason::user_shutdown)
      spdlog::warn("worker_pool: lost a worker: {}",
                   self->system().render(down.reason));
    state.pool->remove_worker(number, now(self));
  }
  if (state.requesters.erase(number) > 0)
    state.pool->remove_requester(number, now(self));
}

} // namespace

worker_pool_actor::behavior_type worker_pool(worker_pool_self self,
                                             timer_actor timer,
                                             worker_pool_settings settings) {
  auto& state = self->state;
  state.pool = std::make_unique<runtime::scheduling::pool>(
    settings.pool, settings.head_epoch, settings.seed);
  self->set_down_handler([=](caf::down_msg& down) {
    on_down(self, down);
    carry_out(self, timer);
  });
  return {
    [=](const pb::WorkerHello& hello) {
      on_hello(self, hello);
      carry_out(self, timer);
    },
    // Not const: what came by message is moved on, not copied.
    [=](pb::SubmitUnits& submit) {
      on_submit(self, submit);
      carry_out(self, timer);
    },
    [=](const pb::RetireWorker&) {
      self->state.pool->retire_worker(number_of_sender(self), now(self));
      carry_out(self, timer);
    },
    [=](const pb::CancelUnits& cancel) {
      auto number = number_of_sender(self);
      self->state.requesters[number] = self->current_sender();
      self->state.pool->cancel(number, cancel.task_id(), now(self));
      carry_out(self, timer);
    },
    [=](pb::AttemptsFinished& finished) {
      on_finished(self, finished);
      carry_out(self, timer);
    },
    [=](const pb::AttemptProgress& progress) {
      self->state.pool->got_further(number_of_sender(self), progress.sequence(),
                                    progress.attempt(), now(self));
      carry_out(self, timer);
    },
    [=](const pb::CancelAcknowledged& ack) {
      self->state.pool->cancel_acknowledged(
        number_of_sender(self), ack.sequence(), ack.attempt(), now(self));
      carry_out(self, timer);
    },
    [=](const pb::Drain&) {
      self->state.drainer = self->current_sender();
      self->state.pool->drain(now(self));
      carry_out(self, timer);
    },
    [=](const pb::TimerExpired& expired) {
      if (expired.generation() != self->state.timer_generation)
        return; // An earlier deadline replaced it.
      self->state.timer_runs = false;
      self->state.pool->tick(now(self));
      carry_out(self, timer);
    },
    [=](const pb::ObserveAttempts&) {
      self->state.observer = self->current_sender();
      self->state.pool->observe_attempts();
    },
    [=](const pb::PoolQuery& query) {
      auto& pool = *self->state.pool;
      return query.task_id().empty() ? pool.report()
                                     : pool.take_tally(query.task_id());
    },
    [=](const pb::SpecializedWorkerQuery& query) {
      return self->state.pool->get_specialized_worker(query.specialty());
    },
  };
}

} // namespace cohort::actors
