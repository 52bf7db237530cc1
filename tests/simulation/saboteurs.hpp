#pragma once

#include <string_view>
#include <vector>

#include "tests/simulation/spare_parts.hpp"

namespace cohort::tests::simulation {

/// A part that is broken on purpose, to show that an invariant can be broken,
/// and is then found.
struct saboteur {
  std::string_view does;
  std::string_view breaks;   // The invariant.
  std::string_view scenario; // In which it shows.
  spare_parts (*parts)();
};

/// One at least for each invariant.
[[nodiscard]] const std::vector<saboteur>& saboteurs();

} // namespace cohort::tests::simulation
