#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "actors/interfaces.hpp"

/// A workspace of the imagination, with a store and a worker pool to match, for
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
  bool has_tests = false;
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
    if (auto other = also_reads.find(what.unit()); other != also_reads.end())
      report.add_reads(other->second);
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

/// Answers as a pool whose workers are quick: in the order of submission, at
/// once.
actors::worker_pool_actor::behavior_type
fake_pool(actors::worker_pool_actor::pointer self,
          std::shared_ptr<fake_world> world);

/// Merges lists of broken files.
actors::storekeeper_actor::behavior_type
fake_store(actors::storekeeper_actor::pointer self,
           std::shared_ptr<fake_world> world);

} // namespace cohort::tests
