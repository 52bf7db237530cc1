#pragma once

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
  std::shared_ptr<surroundings> around;
  head& host;
  std::vector<std::unique_ptr<node>> nodes;

  [[nodiscard]] stage& play() const {
    return around->play;
  }
};

} // namespace cohort::tests::simulation
