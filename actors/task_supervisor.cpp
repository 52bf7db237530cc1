#include "actors/task_supervisor.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include <google/protobuf/util/time_util.h>

#include "actors/journaling.hpp"
#include "runtime/coordination/acceptance.hpp"
#include "runtime/resilience/later.hpp"
#include "runtime/telemetry/metrics.hpp"

namespace cohort::actors {

namespace {

namespace coordination = runtime::coordination;
using coordination::supervisor_phase;
using task_supervisor_self
  = task_supervisor_actor::stateful_pointer<task_supervisor_state>;
using seconds = std::chrono::duration<double>;

struct supervisor_shell {
  task_supervisor_self self;
  const services& others;
  const coordinator_factory& make_coordinator;
  const coordination::supervisor_settings& settings;

  // -- the machine
  // -------------------------------------------------------------

  void feed(coordination::supervisor_input input) const {
    auto& state = self->state;
    auto before = state.machine.phase;
    auto decision = coordination::decide(state.machine, std::move(input),
                                         settings);
    if (state.machine.phase != before) {
      auto now = self->clock().now();
      state.seconds[before] += seconds{now - state.phase_began}.count();
      state.phase_began = now;
    }
    // The end of a task is the last that its journal says.
    if (!decision.events.empty() && decision.events.back().has_finished()) {
      state.has_just_ended = true;
      state.last_words.push_back(std::move(decision.events.back()));
      decision.events.pop_back();
    }
    write(std::move(decision.events));
    for (auto& effect : decision.effects)
      std::visit([this](auto& x) { carry_out(x); }, effect);
  }

  void carry_out(pb::TakeSnapshot& x) const {
    self->send(others.store, std::move(x));
  }
  void carry_out(pb::CompareTrees& x) const {
    self->send(others.store, std::move(x));
  }
  void carry_out(pb::RevertFiles& x) const {
    self->send(others.store, std::move(x));
  }
  void carry_out(pb::DeliverResult& x) const {
    self->send(others.store, std::move(x));
  }
  void carry_out(pb::SubmitUnits& x) const {
    if (auto left = time_left())
      coordination::hand_down_deadline(x, *left);
    self->send(others.pool, std::move(x));
  }
  void carry_out(pb::RunGates& x) const {
    self->send(others.gatekeeper, std::move(x));
  }
  void carry_out(pb::ProgressEvent& x) const {
    self->send(others.progress, std::move(x));
  }
  void carry_out(coordination::stop_coordinator& x) const {
    stop_coordinator(x.why);
  }
  void carry_out(coordination::start_coordinator& x) const {
    start_coordinator(std::move(x.message));
  }
  void carry_out(pb::ReadEvents& x) const {
    self->send(others.journal, std::move(x));
  }
  void carry_out(pb::TaskResult& x) const {
    self->state.result = std::move(x);
    stop_everything();
  }

  /// Nothing when the task has no deadline.
  std::optional<std::chrono::milliseconds> time_left() const {
    auto deadline = self->state.deadline;
    if (!deadline)
      return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(
      *deadline - self->clock().now());
  }

  // -- the coordinator
  // ---------------------------------------------------------

  void start_coordinator(pb::StartCoordination message) const {
    auto& state = self->state;
    state.coordinator = make_coordinator(self, settings.routing.workers);
    state.coordinator_address = state.coordinator.address();
    self->monitor(state.coordinator);
    *message.mutable_learnt() = state.learnt;
    if (auto left = time_left())
      *message.mutable_time_left()
        = google::protobuf::util::TimeUtil::MillisecondsToDuration(
          left->count());
    self->send(state.coordinator, std::move(message));
  }

  void stop_coordinator(const std::string& why) const {
    if (!self->state.coordinator)
      return;
    pb::StopCoordination stop;
    stop.set_why(why);
    self->send(self->state.coordinator, std::move(stop));
  }

  void on_report(pb::CoordinationReport& report) const {
    self->state.coordinator = nullptr; // It quits by itself.
    if (self->state.result)
      stopped(); // Only its end was waited for.
    else
      feed(std::move(report));
    drained();
  }

  void on_down(const caf::down_msg& down) const {
    auto& state = self->state;
    if (!state.coordinator || down.source != state.coordinator_address)
      return;
    state.coordinator = nullptr;
    if (state.result)
      stopped();
    else
      feed(coordination::coordinator_down{self->system().render(down.reason)});
    drained();
  }

  // -- a process that stops
  // --------------------------------------------------------

  /// What comes behind this, and behind it to the coordinator, is not waited
  /// for any more.
  void on_drain() const {
    self->state.drainer = self->current_sender();
    if (self->state.coordinator)
      self->send(self->state.coordinator, pb::Drain{});
    else
      drained();
  }

  void drained() const {
    reply_to(self, std::exchange(self->state.drainer, nullptr), pb::Drained{});
  }

  // -- the journal
  // ------------------------------------------------------------------

  void write(std::vector<pb::Event> events) const {
    if (!events.empty())
      ++self->state.unstored;
    append(self, others.journal, std::move(events));
  }

  /// The first events are those of the acceptance.
  void on_stored(const pb::EventsStored& stored) const {
    auto& state = self->state;
    --state.unstored;
    auto was_answered = std::exchange(state.is_answered, true);
    if (stored.code() != 0)
      not_stored(stored);
    else if (!was_answered)
      accept();
    end_if_over();
  }

  void accept() const {
    pb::TaskAccepted accepted;
    accepted.set_task_id(self->state.machine.request.task_id());
    reply_to(self, self->state.asker, std::move(accepted));
  }

  void not_stored(const pb::EventsStored& why) const {
    auto& result = self->state.result;
    if (!result)
      feed(
        runtime::error{static_cast<runtime::errc>(why.code()), why.message()});
    else if (result->summary() != why.message())
      result->set_summary(result->summary()
                          + "; this is not in the journal: " + why.message());
  }

  // -- the end
  // -----------------------------------------------------------------

  /// Asks all that may still work for this task to stop, and waits for them.
  void stop_everything() const {
    auto& state = self->state;
    pb::CancelUnits cancel;
    cancel.set_task_id(state.result->task_id());
    state.stopping = 2;
    self->send(others.pool, cancel);
    self->send(others.gatekeeper, cancel);
    if (state.coordinator) {
      ++state.stopping;
      stop_coordinator("the task ends");
    }
  }

  void stopped() const {
    auto& state = self->state;
    if (!state.result)
      return;
    // What the coordinator said when it was stopped has been written by now.
    if (--state.stopping == 0)
      write(std::exchange(state.last_words, {}));
    end_if_over();
  }

  void end_if_over() const {
    auto& state = self->state;
    if (!state.result || state.stopping > 0 || state.unstored > 0)
      return;
    pb::PoolQuery done_for;
    done_for.set_task_id(state.result->task_id());
    self->request(others.pool, std::chrono::seconds{5}, std::move(done_for))
      .then([copy = *this](const pb::PoolReport& pool) { copy.publish(pool); },
            [copy = *this](caf::error&) { copy.publish({}); });
  }

  void publish(const pb::PoolReport& pool) const {
    auto& state = self->state;
    auto& result = *state.result;
    result.set_wall_seconds(seconds{self->clock().now() - state.began}.count());
    for (auto& worker : pool.workers()) {
      auto& entry = *result.add_workers();
      entry.set_worker(worker.worker());
      entry.set_units(static_cast<uint32_t>(worker.finished()));
      entry.set_failed(static_cast<uint32_t>(worker.failed()));
      entry.set_busy_seconds(worker.busy_seconds());
      *entry.mutable_metrics() = worker.metrics();
      runtime::telemetry::add(*result.mutable_metrics(), worker.metrics());
      result.set_sequential_estimate_seconds(
        result.sequential_estimate_seconds() + worker.busy_seconds());
    }
    coordination::add(result, state.earlier);
    for (auto& subtask : result.subtasks())
      for (auto& entry : *result.mutable_workers())
        if (entry.worker() == subtask.worker())
          entry.set_subtasks(entry.subtasks() + 1);
    auto spent = [&](supervisor_phase phase) { return state.seconds[phase]; };
    result.add_phase_seconds(spent(supervisor_phase::probing));
    result.add_phase_seconds(spent(supervisor_phase::coordinating)
                             + spent(supervisor_phase::working));
    result.add_phase_seconds(spent(supervisor_phase::gating));
    // What was broken on purpose says nothing of what will be, and a plan alone
    // is nobody's chance to fare better.
    if (others.historian && state.has_just_ended && result.chaos().empty()
        && !state.machine.request.plan_only())
      self->send(others.historian, result);
    pb::ProgressEvent event;
    event.set_task_id(result.task_id());
    event.set_kind(pb::PROGRESS_KIND_RESULT);
    event.set_terminal(true);
    *event.mutable_result() = result;
    self->send(others.progress, std::move(event));
    reply_to(self, state.asker, std::move(result));
    self->quit();
  }

  // -- the beginning
  // -----------------------------------------------------------------

  void on_start(pb::TaskRequest& request) const {
    begin(request, {});
    feed(std::move(request));
  }

  /// The task's journal: to begin with, or because the coordinator died.
  void on_history(pb::EventList& history) const {
    auto& state = self->state;
    if (state.machine.phase == supervisor_phase::idle) {
      begin(history.events(0).accepted().request(), history);
      state.earlier = coordination::work_in(history);
      state.seconds = state.earlier.seconds;
    }
    feed(std::move(history));
    if (state.unstored == 0 && !std::exchange(state.is_answered, true))
      accept(); // It had ended, and nothing was decided.
  }

  void begin(const pb::TaskRequest& request,
             const pb::EventList& history) const {
    auto& state = self->state;
    state.asker = self->current_sender();
    state.began = self->clock().now();
    state.phase_began = state.began;
    if (others.historian) {
      pb::HistoryQuery query;
      query.set_task_id(request.task_id());
      self->send(others.historian, std::move(query));
    }
    auto left = coordination::time_left(
      request, history, google::protobuf::util::TimeUtil::GetCurrentTime());
    if (!left)
      return;
    state.deadline = runtime::resilience::later(state.began, *left);
    pb::StartTimer start;
    start.set_delay_ms(static_cast<uint64_t>(left->count()));
    self->send(others.timer, std::move(start));
  }
};

} // namespace

task_supervisor_actor::behavior_type
task_supervisor(task_supervisor_self self, services others,
                coordinator_factory make_coordinator,
                coordination::supervisor_settings settings) {
  auto with = [=] {
    return supervisor_shell{self, others, make_coordinator, settings};
  };
  auto failed = [=](uint32_t code, const std::string& message) {
    with().feed(runtime::error{static_cast<runtime::errc>(code), message});
  };
  self->set_down_handler([=](caf::down_msg& down) { with().on_down(down); });
  self->set_exit_handler([=](caf::exit_msg& exit) {
    if (!exit.reason)
      return;
    if (self->state.coordinator)
      self->send_exit(self->state.coordinator, exit.reason);
    self->quit(exit.reason);
  });
  return {
    [=](pb::TaskRequest& request) { with().on_start(request); },
    [=](const pb::CancelTask& cancel) {
      with().feed(coordination::cancelled{cancel.reason()});
    },
    [=](pb::SnapshotReport& report) { with().feed(std::move(report)); },
    [=](pb::CompareReport& report) { with().feed(std::move(report)); },
    [=](pb::RevertReport& report) { with().feed(std::move(report)); },
    [=](pb::DeliveryReport& report) { with().feed(std::move(report)); },
    [=](const pb::StoreFailed& x) { failed(x.code(), x.message()); },
    [=](pb::UnitsFinished& finished) {
      for (auto& change : *finished.mutable_breakers())
        with().feed(std::move(change));
      for (auto& result : *finished.mutable_results())
        with().feed(std::move(result));
    },
    [=](const pb::UnitsCancelled&) { with().stopped(); },
    [=](pb::CoordinationReport& report) { with().on_report(report); },
    [=](pb::GatesFinished& gates) { with().feed(std::move(gates)); },
    [=](const pb::EventsStored& stored) { with().on_stored(stored); },
    [=](pb::EventList& history) { with().on_history(history); },
    [=](pb::HistoryReport& report) { self->state.learnt = std::move(report); },
    [=](const pb::TimerExpired&) {
      with().feed(coordination::deadline_passed{});
    },
    [=](const pb::Drain&) { with().on_drain(); },
    [=](const pb::Drained&) { with().drained(); },
  };
}

} // namespace cohort::actors
