#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "runtime/errc.hpp"

namespace cohort::runtime::scheduling {

namespace pb = messages::v1;

/// What is wrong with a submission, and who waits for whom. Units are named by
/// their place in it.
struct admission {
  struct rejection {
    uint32_t unit;
    errc code;
    std::string why;
  };
  std::vector<rejection>
    rejected; // One for each unit that cannot run, ascending.
  std::vector<std::pair<uint32_t, uint32_t>> edges; // (dependency, dependent)
};

/// Returns which units of one submission cannot run, whatever happens: they
/// break their contract, repeat a ticket, name a dependency that is not there,
/// or wait for themselves. What depends on one of these is not rejected itself.
///
/// Pure. Costs: O(n log n) in units and dependencies, O(n) when tickets ascend.
/// Source: Kahn, "Topological sorting of large networks", CACM 1962.
[[nodiscard]] admission admit(const std::vector<pb::WorkUnit>& units);

} // namespace cohort::runtime::scheduling
