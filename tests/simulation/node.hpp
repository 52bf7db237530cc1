#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/interfaces.hpp"
#include "tests/simulation/crew.hpp"
#include "tests/simulation/effects.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/scenario.hpp"

namespace cohort::tests::simulation {

/// A node as nodes/node.cpp has it, on the head's stage: its processes, one
/// after the other, share what is on its disk.
class node {
public:
  node(std::shared_ptr<surroundings> around, dice& random, const scenario& what,
       const actors::door_actor& head, std::string name);
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// A new process, unless one runs.
  void start();
  /// All of the process, at once. Its connection closes, as a process's does;
  /// or nobody hears of it, as when its host has lost its power.
  void crash(bool is_silent);
  void crash_worker(size_t number);

  [[nodiscard]] const std::vector<std::shared_ptr<site>>& sites() const {
    return sites_;
  }
  [[nodiscard]] network& wire() {
    return wire_;
  }

private:
  void spawn_link();

  std::shared_ptr<surroundings> around_;
  stage& play_;
  dice& random_;
  std::string name_;
  network wire_;
  std::shared_ptr<tree_room> trees_ = std::make_shared<tree_room>();
  std::vector<std::shared_ptr<site>> sites_;
  // Of the process:
  uint64_t incarnation_ = 0;
  actors::timer_actor timer_;
  actors::node_link_actor link_;
  std::vector<std::unique_ptr<crew>> crews_; // The last one lives.
  bool is_running_ = false;
};

} // namespace cohort::tests::simulation
