#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/world.hpp"

namespace cohort::tests::simulation {

struct network_settings {
  std::chrono::milliseconds delay{5}; // Of an envelope, at most.
  // Per mille of the envelopes:
  unsigned loss = 0;
  unsigned duplication = 0;
  unsigned reordering = 0;
};

/// What is there, what goes wrong, and what must hold all the same.
struct scenario {
  std::string name;
  std::vector<std::string> keeps; // Names of invariants; none: all.
  world_settings workspace;
  unsigned tasks = 1;
  unsigned admission = 10;
  unsigned workers = 3; // On the head.
  unsigned nodes = 0;
  unsigned node_workers = 2;
  std::string strategy = "file_based";
  bool council = true;
  bool fallback = true;
  unsigned max_attempts = 3;
  unsigned coordinator_restarts = 2;
  std::chrono::seconds budget{0}; // Of a task; 0: none.
  network_settings network;
  /// Disasters happen within this time, each at most so many times.
  std::chrono::milliseconds window{1200};
  std::map<std::string, unsigned> disasters; // By name.

  /// The same without anything that goes wrong.
  [[nodiscard]] scenario undisturbed() const;
};

/// Reads a scenario; its name is the file's. Throws std::runtime_error, with
/// the file and the key, for anything that it does not know.
[[nodiscard]] scenario read_scenario(const std::filesystem::path& file);

/// All of tests/simulation/scenarios, by name. REQUIRES: the repository's root
/// is the working folder.
[[nodiscard]] std::vector<scenario> all_scenarios();

} // namespace cohort::tests::simulation
