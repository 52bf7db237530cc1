#include "tests/support/fake_world.hpp"

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
    [](const pb::TimerExpired&) {},
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
    [=](const pb::TakeSnapshot&) {
      if (world->store_failure)
        return reply_to(self, self->current_sender(), *world->store_failure);
      pb::SnapshotReport report;
      report.set_tree(tree_of(world->broken));
      reply_to(self, self->current_sender(), std::move(report));
    },
    [=](const pb::MergePatch& merge) {
      pb::MergeReport report;
      auto base = broken_in(merge.base());
      auto tree = broken_in(merge.ours());
      auto theirs = broken_in(merge.theirs());
      for (auto& file : base)
        if (theirs.count(file) == 0) {
          if (file == world->conflicting && world->conflicts-- > 0)
            report.add_conflicts(file);
          if (tree.erase(file) > 0)
            report.add_files(file);
        }
      if (report.conflicts().empty())
        report.set_tree(tree_of(tree));
      reply_to(self, self->current_sender(), std::move(report));
    },
    [=](const pb::RevertFiles& revert) {
      auto tree = broken_in(revert.tree());
      auto base = broken_in(revert.base());
      for (auto& file : revert.files())
        if (base.count(file) > 0)
          tree.insert(file);
      pb::RevertReport report;
      report.set_tree(tree_of(tree));
      reply_to(self, self->current_sender(), std::move(report));
    },
    [=](const pb::CompareTrees& compare) {
      auto base = broken_in(compare.base());
      auto tree = broken_in(compare.tree());
      pb::CompareReport report;
      std::vector<std::string> files;
      std::set_symmetric_difference(base.begin(), base.end(), tree.begin(),
                                    tree.end(), std::back_inserter(files));
      report.mutable_files()->Add(files.begin(), files.end());
      reply_to(self, self->current_sender(), std::move(report));
    },
    [=](const pb::DeliverResult& deliver) {
      ++world->deliveries;
      pb::DeliveryReport report;
      report.set_branch("cohort/" + deliver.task_id());
      report.set_applied(deliver.apply());
      reply_to(self, self->current_sender(), std::move(report));
    },
  };
}

} // namespace cohort::tests
