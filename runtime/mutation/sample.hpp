#pragma once

#include <cstdint>
#include <vector>

#include "runtime/mutation/site.hpp"

namespace cohort::runtime::mutation {

/// Returns at most `count` of `sites` (0: all), by place and numbered anew.
///
/// Pure. A simple random sample: each set of that size is as likely as any
/// other, which an interval for the score relies on. Which it is follows from
/// the seed and from what each mutant is, so that the same mutant is drawn
/// again when others come and go.
[[nodiscard]] std::vector<site> sample(std::vector<site> sites, uint32_t count,
                                       uint64_t seed);

} // namespace cohort::runtime::mutation
