#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/workspace.pb.h"

/// A small workspace to be repaired. All that is ever said of it follows from a
/// tree's name, so that what a task comes to depends on its inputs alone.
///
/// Pure.
namespace cohort::tests::simulation {

namespace pb = messages::v1;

/// Faults by file. A tree's name lists them: "tree:a.cc=1,h.hpp=2".
using fault_map = std::map<std::string, unsigned>;

[[nodiscard]] std::string name_of(const fault_map& faults);
[[nodiscard]] fault_map faults_in(const std::string& tree);

struct world_settings {
  unsigned sources = 5;
  unsigned headers = 1;
  unsigned faulty = 600;  // Per mille of the files.
  unsigned stubborn = 50; // Of those: one of its faults cannot be repaired.
  bool hiding = false;    // A header's faults hide those of who reads it.
};

struct world {
  world_settings settings;
  std::map<std::string, std::vector<std::string>>
    reads;          // By unit; itself last.
  fault_map faults; // As the task finds it.
  std::set<std::string> stubborn;

  [[nodiscard]] pb::PreparedWorkspace prepared() const;
  [[nodiscard]] pb::UnitReport check(const std::string& tree,
                                     const std::string& unit,
                                     const std::string& compiler) const;
  /// Payload and patch, as a worker's attempt has them.
  [[nodiscard]] pb::AttemptResult carry_out(const pb::WorkUnit& unit) const;

private:
  [[nodiscard]] pb::AttemptResult repair(const pb::WorkUnit& unit) const;
};

/// The same number, the same world.
[[nodiscard]] world make_world(const world_settings& settings, uint64_t number);

// -- what a store does

[[nodiscard]] pb::MergeReport merge(const pb::MergePatch& ask);
[[nodiscard]] pb::RevertReport revert(const pb::RevertFiles& ask);
[[nodiscard]] pb::CompareReport compare(const pb::CompareTrees& ask);

} // namespace cohort::tests::simulation
