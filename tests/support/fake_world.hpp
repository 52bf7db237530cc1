#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/workspace.pb.h"

/// A workspace of the imagination, with what a store and workers do to it, for
/// tests of whole tasks. A tree's name is the list of its broken files:
/// "tree:a.cc,b.cc"; every file is a unit of its own, and repairing takes a
/// file off the list.
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
  std::map<std::string, std::string> also_reads; // Another file, by unit.
  /// Units that fail once the other file that they read is repaired.
  std::set<std::string> brittle;
  bool has_tests = false;
  /// Files whose repair makes the test "t" fail.
  std::set<std::string> harmful;
  /// Set to conflict: the first so many merges of this file.
  std::string conflicting;
  int conflicts = 0;
  /// Answers instead of the world's own rule; nullopt inside: no answer ever.
  std::function<std::optional<std::optional<pb::AttemptResult>>(
    const pb::WorkUnit&)>
    answer;
  std::optional<pb::StoreFailed> store_failure;
  // What happened.
  std::vector<pb::WorkUnit> submitted;
  int deliveries = 0;
  int cancels = 0;

  pb::UnitReport check(const std::string& tree,
                       const pb::CheckUnit& what) const {
    pb::UnitReport report;
    report.set_unit(what.unit());
    report.set_tool(what.compiler());
    report.set_seconds(1);
    report.add_reads(what.unit());
    auto other = also_reads.find(what.unit());
    if (other != also_reads.end())
      report.add_reads(other->second);
    auto failing = broken_in(tree);
    report.set_ok(
      failing.count(what.unit()) == 0
      && (brittle.count(what.unit()) == 0 || failing.count(other->second) > 0));
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
    auto& own = unit.repair().subtask().files();
    for (auto& file : std::set<std::string>{own.begin(), own.end()})
      if (unrepairable.count(file) == 0 && left.erase(file) > 0) {
        result.mutable_patch()->add_files(file);
        auto& attempt = *result.mutable_repair()->add_attempts();
        attempt.set_kept(true);
        attempt.mutable_fix()->set_target_file(file);
      }
    if (result.has_patch()) {
      result.mutable_patch()->set_base_tree(unit.tree());
      result.mutable_patch()->set_result_tree(tree_of(left));
      for (auto& file : result.patch().files()) {
        pb::CheckUnit again;
        again.set_unit(file);
        again.set_compiler("gcc");
        *result.mutable_repair()->add_checked() = check(tree_of(left), again);
      }
    } else {
      result.mutable_repair();
    }
    return result;
  }

  pb::TestReport test(const std::string& tree, const pb::TestUnit& what) const {
    auto still_broken = broken_in(tree);
    pb::TestReport report;
    report.set_available(true);
    auto& only = *report.add_cases();
    only.set_name("t");
    only.set_passed(std::includes(still_broken.begin(), still_broken.end(),
                                  harmful.begin(), harmful.end()));
    only.set_runs(std::max(1U, what.runs()));
    only.set_failures(only.passed() ? 0 : only.runs());
    return report;
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
      *result.mutable_tests() = test(unit.tree(), unit.tests());
    }
    result.set_worker("w1");
    result.set_attempt(1);
    result.set_ticket(unit.ticket());
    result.set_task_id(unit.task_id());
    return result;
  }

  /// A revision is spelt as the list of the files that were broken then.
  pb::SnapshotReport snapshot(const pb::TakeSnapshot& ask) const {
    pb::SnapshotReport report;
    report.set_tree(tree_of(broken));
    if (ask.with_base())
      report.set_base_tree("tree:" + ask.base_revision());
    return report;
  }

  pb::MergeReport merge(const pb::MergePatch& merge) {
    pb::MergeReport report;
    auto base = broken_in(merge.base());
    auto tree = broken_in(merge.ours());
    auto theirs = broken_in(merge.theirs());
    for (auto& file : base)
      if (theirs.count(file) == 0) {
        if (file == conflicting && conflicts-- > 0)
          report.add_conflicts(file);
        if (tree.erase(file) > 0)
          report.add_files(file);
      }
    if (report.conflicts().empty())
      report.set_tree(tree_of(tree));
    return report;
  }

  pb::RevertReport revert(const pb::RevertFiles& revert) const {
    auto tree = broken_in(revert.tree());
    auto base = broken_in(revert.base());
    auto take_back = [&](const std::string& file) {
      if (base.count(file) > 0)
        tree.insert(file);
    };
    for (auto& file : revert.files())
      take_back(file);
    for (auto& part : revert.parts())
      take_back(part.file());
    pb::RevertReport report;
    report.set_tree(tree_of(tree));
    return report;
  }

  pb::CompareReport compare(const pb::CompareTrees& compare) const {
    auto base = broken_in(compare.base());
    auto tree = broken_in(compare.tree());
    pb::CompareReport report;
    std::vector<std::string> files;
    std::set_symmetric_difference(base.begin(), base.end(), tree.begin(),
                                  tree.end(), std::back_inserter(files));
    for (auto& file : files) {
      report.add_files(file);
      report.add_changed()->set_file(file);
      report.mutable_changed()->rbegin()->set_changes(1);
    }
    return report;
  }

  pb::DeliveryReport deliver(const pb::DeliverResult& deliver) {
    ++deliveries;
    pb::DeliveryReport report;
    report.set_branch("cohort/" + deliver.task_id());
    report.set_applied(deliver.apply());
    return report;
  }
};

} // namespace cohort::tests
