#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tests/simulation/effects.hpp"
#include "tests/simulation/head.hpp"
#include "tests/simulation/node.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/stage.hpp"

namespace cohort::tests::simulation {

/// All that is there in a play.
struct scene {
  const scenario& what;
  const spare_parts& parts;
  uint64_t seed;
  std::shared_ptr<surroundings> around;
  disk storage; // Of the head's host.
  std::vector<std::unique_ptr<head>>
    heads; // Its processes; the last one lives.
  std::vector<std::unique_ptr<node>> nodes;
  /// Called with each new head, before it goes on with its tasks.
  std::function<void()> head_started;

  [[nodiscard]] stage& play() const {
    return around->play;
  }
  [[nodiscard]] head& host() const {
    return *heads.back();
  }

  /// A new process, which goes on with the tasks that have no end.
  void start_head();
  /// Nobody hears of it but by its connections.
  void crash_head();
};

} // namespace cohort::tests::simulation
