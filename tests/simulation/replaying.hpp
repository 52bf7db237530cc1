#pragma once

#include <string>
#include <vector>

#include "tests/simulation/scene.hpp"

namespace cohort::tests::simulation {

/// Compares what each live coordinator and task supervisor knows with what
/// their journals tell, and adds what is different. REQUIRES: nobody has
/// anything to do, so that all that was decided has been journaled.
void compare_with_replay(const scene& where,
                         std::vector<std::string>& differences);

} // namespace cohort::tests::simulation
