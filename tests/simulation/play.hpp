#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/record.hpp"
#include "tests/simulation/scenario.hpp"

namespace cohort::tests::simulation {

struct spare_parts;

/// Plays the scenario once, as the seed has it. The same arguments give the
/// same record and the same `trace`, if one is asked for.
[[nodiscard]] record play(const scenario& what, uint64_t seed,
                          const spare_parts& parts,
                          std::vector<std::string>* trace = nullptr);

/// Plays with the real parts, and says which of the scenario's invariants were
/// broken, and how: "same_tree: t1: ...". Empty: none.
[[nodiscard]] std::vector<std::string>
broken_invariants(const scenario& what, const record& happened);

} // namespace cohort::tests::simulation
