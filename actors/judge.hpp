#pragma once

#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/council/judges.hpp"

namespace cohort::actors {

/// Gives its verdict on a plan. Keeps no state; may live on any node. A plan on
/// which `decide` throws gets none, and the judge is there for the next one.
judge_actor::behavior_type judge(judge_actor::pointer self,
                                 runtime::council::judge_function decide);

} // namespace cohort::actors
