#pragma once

#include <string_view>

#include "tests/simulation/dice.hpp"
#include "tests/simulation/scene.hpp"

namespace cohort::tests::simulation {

/// Lets the scenario's disasters happen: each so often, and when, as `random`
/// has it. The scene must live until the stage ends.
void let_happen(scene& where, dice& random);

[[nodiscard]] bool is_disaster(std::string_view name);

} // namespace cohort::tests::simulation
