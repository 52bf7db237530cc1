#include "actors/gatekeeper.hpp"

#include <chrono>
#include <iterator>
#include <utility>

namespace cohort::actors {

namespace {

using runtime::coordination::gate_run;
using gatekeeper_self = gatekeeper_actor::stateful_pointer<gatekeeper_state>;

struct keeper {
  gatekeeper_self self;
  const worker_pool_actor& pool;
  const runtime::quality::gate_settings& settings;

  [[nodiscard]] double now() const {
    return std::chrono::duration<double>(self->clock().now().time_since_epoch())
      .count();
  }

  void on_run(const pb::RunGates& request) const {
    auto next_ticket = [state = &self->state] { return state->next_ticket++; };
    auto& runs = self->state.runs;
    auto& run = runs
                  .insert_or_assign(request.task_id(),
                                    gatekeeper_state::run{
                                      self->current_sender(),
                                      gate_run{request, settings, next_ticket}})
                  .first->second;
    go_on(request.task_id(), run.measures.begin(now()));
  }

  void on_result(pb::AttemptResult& result) const {
    auto task = result.task_id();
    auto found = self->state.runs.find(task);
    if (found != self->state.runs.end()) // Else it was stopped.
      go_on(task, found->second.measures.take(std::move(result), now()));
  }

  void on_breaker(pb::BreakerChange& change) const {
    auto found = self->state.runs.find(change.task_id());
    if (found != self->state.runs.end())
      found->second.measures.take(std::move(change));
  }

  void go_on(const std::string& task, std::vector<pb::WorkUnit> units) const {
    if (!units.empty()) {
      pb::SubmitUnits submit;
      submit.mutable_units()->Add(std::make_move_iterator(units.begin()),
                                  std::make_move_iterator(units.end()));
      self->send(pool, std::move(submit));
    }
    auto found = self->state.runs.find(task);
    if (!found->second.measures.is_over())
      return;
    auto run = std::move(found->second);
    self->state.runs.erase(found);
    reply_to(self, run.asker, run.measures.finish());
  }

  void on_cancel(const pb::CancelUnits& cancel) const {
    self->state.runs.erase(cancel.task_id());
    self->state.stopping[cancel.task_id()] = self->current_sender();
    self->send(pool, cancel);
  }

  void on_cancelled(const pb::UnitsCancelled& cancelled) const {
    auto found = self->state.stopping.find(cancelled.task_id());
    if (found == self->state.stopping.end())
      return;
    auto asker = found->second;
    self->state.stopping.erase(found);
    reply_to(self, asker, cancelled);
  }
};

} // namespace

gatekeeper_actor::behavior_type
gatekeeper(gatekeeper_self self, worker_pool_actor pool,
           runtime::quality::gate_settings settings) {
  return {
    [=](const pb::RunGates& request) {
      keeper{self, pool, settings}.on_run(request);
    },
    [=](const pb::CancelUnits& cancel) {
      keeper{self, pool, settings}.on_cancel(cancel);
    },
    [=](pb::UnitsFinished& finished) {
      for (auto& change : *finished.mutable_breakers())
        keeper{self, pool, settings}.on_breaker(change);
      for (auto& result : *finished.mutable_results())
        keeper{self, pool, settings}.on_result(result);
    },
    [=](const pb::UnitsCancelled& cancelled) {
      keeper{self, pool, settings}.on_cancelled(cancelled);
    },
  };
}

} // namespace cohort::actors
