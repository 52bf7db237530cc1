#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

/// A workspace of the imagination, with a store and a worker pool to match, for
/// tests of whole tasks. A tree's name is the list of its broken files:
/// "tree:a.cc,b.cc"; every file is a unit of its own, and repairing takes a file
/// off the list.
namespace cohort::tests {

namespace pb = messages::v1;

inline std::set<std::string> broken_in(const std::string& tree) {
  std::set<std::string> result;
  std::stringstream in{tree.substr(5)};
  for (std::string file; std::getline(in, file, ',');)
    result.insert(file);
  return result;
}

inline std::string tree_of(const std::set<std::string>& broken) {
  std::string result = "tree:";
  for (auto& file : broken)
    result += (result.size() > 5 ? "," : "") + file;
  return result;
}

struct fake_world {
  std::vector<std::string> units;
  std::set<std::string> broken;
  std::set<std::string> unrepairable;
  bool has_tests = false;
  /// Set to conflict: the first so many merges of this file.
  std::string conflicting;
  int conflicts = 0;
  /// Answers instead of the world's own rule; nullopt inside: no answer ever.
  std::function<std::optional<std::optional<pb::AttemptResult>>(const pb::WorkUnit&)>
    answer;
  std::optional<pb::StoreFailed> store_failure;
  // What happened.
  std::vector<pb::WorkUnit> submitted;
  int deliveries = 0;
  int cancels = 0;

  pb::UnitReport check(const std::string& tree, const pb::CheckUnit& what) const {
    pb::UnitReport report;
    report.set_unit(what.unit());
    report.set_tool(what.compiler());
    report.set_seconds(1);
    report.add_reads(what.unit());
    report.set_ok(broken_in(tree).count(what.unit()) == 0);
    if (!report.ok()) {
      auto& error = *report.add_diagnostics();
      error.set_tool(what.compiler());
      error.set_severity(pb::SEVERITY_ERROR);
      error.mutable_location()->set_file(what.unit());
      error.mutable_location()->set_line(3);
      error.set_message("expected ';' before '}' token");
      error.add_units(what.unit());
    }
    return report;
  }

  pb::AttemptResult repair(const pb::WorkUnit& unit) const {
    pb::AttemptResult result;
    auto left = broken_in(unit.tree());
    for (auto& file : unit.repair().subtask().files())
      if (unrepairable.count(file) == 0 && left.erase(file) > 0) {
        result.mutable_patch()->add_files(file);
        auto& attempt = *result.mutable_repair()->add_attempts();
        attempt.set_kept(true);
        attempt.mutable_fix()->set_target_file(file);
      }
    if (result.has_patch()) {
      result.mutable_patch()->set_base_tree(unit.tree());
      result.mutable_patch()->set_result_tree(tree_of(left));
    } else {
      result.mutable_repair();
    }
    return result;
  }

  pb::AttemptResult carry_out(const pb::WorkUnit& unit) const {
    pb::AttemptResult result;
    if (unit.has_prepare()) {
      auto& prepared = *result.mutable_prepared();
      prepared.mutable_units()->Add(units.begin(), units.end());
      prepared.add_compilers("gcc");
      prepared.set_has_tests(has_tests);
    } else if (unit.has_check()) {
      *result.mutable_unit_report() = check(unit.tree(), unit.check());
    } else if (unit.has_repair()) {
      result = repair(unit);
    } else if (unit.has_tests()) {
      result.mutable_tests()->set_available(true);
      auto& only = *result.mutable_tests()->add_cases();
      only.set_name("t");
      only.set_passed(true);
    }
    result.set_worker("w1");
    result.set_attempt(1);
    return result;
  }
};

inline actors::worker_pool_actor::behavior_type
fake_pool(actors::worker_pool_actor::pointer self, std::shared_ptr<fake_world> world) {
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
    [](const pb::CancelAcknowledged&) {},
    [](const pb::TimerExpired&) {},
    [](const pb::PoolQuery&) { return pb::PoolReport{}; },
    [](const pb::SpecializedWorkerQuery&) {
      return pb::SpecializedWorkerReport{};
    },
  };
}

inline actors::storekeeper_actor::behavior_type
fake_store(actors::storekeeper_actor::pointer self, std::shared_ptr<fake_world> world) {
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
