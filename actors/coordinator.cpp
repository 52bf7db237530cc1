#include "actors/coordinator.hpp"

#include <type_traits>
#include <utility>
#include <variant>

#include <google/protobuf/util/time_util.h>

#include "actors/journaling.hpp"
#include "runtime/coordination/acceptance.hpp"
#include "runtime/resilience/later.hpp"

namespace cohort::actors {

namespace {

namespace coordination = runtime::coordination;
using google::protobuf::util::TimeUtil;
using coordinator_self = coordinator_actor::stateful_pointer<coordinator_state>;

struct coordinator_shell {
  coordinator_self self;
  const services& others;
  const coordination::coordinator_settings& settings;

  void feed(coordination::coordinator_input input) const {
    auto decision = coordination::decide(self->state.machine, std::move(input),
                                         settings);
    append(self, others.journal, std::move(decision.events));
    for (auto& effect : decision.effects)
      std::visit([this](auto& x) { carry_out(x); }, effect);
  }

  void carry_out(pb::ReviewRequest& x) const {
    self->send(others.council, std::move(x));
  }
  void carry_out(pb::SubmitUnits& x) const {
    if (auto deadline = self->state.deadline)
      coordination::hand_down_deadline(
        x, std::chrono::duration_cast<std::chrono::milliseconds>(
             *deadline - self->clock().now()));
    self->send(others.pool, std::move(x));
  }
  void carry_out(pb::MergePatch& x) const {
    self->send(others.store, std::move(x));
  }
  void carry_out(pb::ProgressEvent& x) const {
    self->send(others.progress, std::move(x));
  }
  /// Nothing of this coordinator may run once its report is out.
  void carry_out(pb::CoordinationReport& x) const {
    pb::CancelUnits cancel;
    cancel.set_task_id(x.task_id());
    self->state.report = std::move(x);
    self->send(others.pool, std::move(cancel));
  }

  void on_cancelled() const {
    if (!self->state.report)
      return;
    reply_to(self, self->state.supervisor, std::move(*self->state.report));
    self->quit();
  }
};

} // namespace

coordinator_actor::behavior_type
coordinator(coordinator_self self, services others,
            coordination::coordinator_settings settings) {
  auto feed = [=](auto&& input) {
    coordinator_shell{self, others, settings}.feed(
      std::forward<decltype(input)>(input));
  };
  // Without the task's supervisor nobody wants to hear the rest; the pool stops
  // the units of whoever ends.
  self->set_down_handler([=](caf::down_msg& down) { self->quit(down.reason); });
  return {
    [=](pb::StartCoordination& start) {
      self->state.supervisor = self->current_sender();
      self->monitor(self->current_sender());
      if (start.has_time_left())
        self->state.deadline = runtime::resilience::later(
          self->clock().now(),
          std::chrono::milliseconds{
            TimeUtil::DurationToMilliseconds(start.time_left())});
      feed(std::move(start));
    },
    [=](const pb::StopCoordination& stop) { feed(stop); },
    [=](const pb::ReviewOutcome& outcome) { feed(outcome); },
    [=](pb::UnitsFinished& finished) {
      for (auto& change : *finished.mutable_breakers())
        feed(std::move(change));
      for (auto& result : *finished.mutable_results())
        feed(std::move(result));
    },
    [=](const pb::UnitsCancelled&) {
      coordinator_shell{self, others, settings}.on_cancelled();
    },
    [=](const pb::MergeReport& report) { feed(report); },
    [=](const pb::StoreFailed& failed) {
      feed(runtime::error{static_cast<runtime::errc>(failed.code()),
                          failed.message()});
    },
    [=](const pb::EventsStored& stored) {
      if (stored.code() != 0)
        feed(runtime::error{static_cast<runtime::errc>(stored.code()),
                            stored.message()});
    },
    [=](const pb::Drain&) { // Behind all that has come until now.
      reply_to(self, self->current_sender(), pb::Drained{});
    },
  };
}

} // namespace cohort::actors
