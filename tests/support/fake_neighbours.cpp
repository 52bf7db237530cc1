#include "tests/support/fake_neighbours.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace cohort::tests {

actors::worker_pool_actor::behavior_type
fake_pool(actors::worker_pool_actor::pointer self,
          std::shared_ptr<fake_world> world) {
  using namespace actors;
  return {
    [](const pb::WorkerHello&) {},
    [=](const pb::SubmitUnits& submit) {
      for (auto& unit : submit.units()) {
        world->submitted.push_back(unit);
        std::optional<pb::AttemptResult> result;
        if (auto said = world->answer ? world->answer(unit) : std::nullopt)
          result = *said;
        else
          result = world->carry_out(unit);
        if (!result)
          continue;
        result->set_ticket(unit.ticket());
        result->set_task_id(unit.task_id());
        pb::UnitsFinished finished;
        *finished.add_results() = std::move(*result);
        reply_to(self, self->current_sender(), std::move(finished));
      }
    },
    [=](const pb::CancelUnits& cancel) {
      ++world->cancels;
      pb::UnitsCancelled cancelled;
      cancelled.set_task_id(cancel.task_id());
      reply_to(self, self->current_sender(), std::move(cancelled));
    },
    [](const pb::AttemptsFinished&) {},
    [](const pb::AttemptProgress&) {},
    [](const pb::CancelAcknowledged&) {},
    [](const pb::RetireWorker&) {},
    [=](const pb::Drain&) { // Nothing of it takes time.
      reply_to(self, self->current_sender(), pb::Drained{});
    },
    [](const pb::TimerExpired&) {},
    [](const pb::ObserveAttempts&) {},
    [](const pb::PoolQuery&) { return pb::PoolReport{}; },
    [](const pb::SpecializedWorkerQuery&) {
      return pb::SpecializedWorkerReport{};
    },
  };
}

actors::storekeeper_actor::behavior_type
fake_store(actors::storekeeper_actor::pointer self,
           std::shared_ptr<fake_world> world) {
  using namespace actors;
  return {
    [=](const pb::TakeSnapshot& ask) {
      if (world->store_failure)
        return reply_to(self, self->current_sender(), *world->store_failure);
      reply_to(self, self->current_sender(), world->snapshot(ask));
    },
    [=](const pb::MergePatch& merge) {
      reply_to(self, self->current_sender(), world->merge(merge));
    },
    [=](const pb::RevertFiles& revert) {
      reply_to(self, self->current_sender(), world->revert(revert));
    },
    [=](const pb::CompareTrees& compare) {
      reply_to(self, self->current_sender(), world->compare(compare));
    },
    [=](const pb::DeliverResult& deliver) {
      reply_to(self, self->current_sender(), world->deliver(deliver));
    },
  };
}

} // namespace cohort::tests
