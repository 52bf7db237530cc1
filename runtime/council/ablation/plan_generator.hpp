#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "messages/v1/council.pb.h"
#include "messages/v1/decomposition.pb.h"
#include "runtime/council/ablation/world.hpp"
#include "runtime/decomposition/settings.hpp"

/// Plans for made-up workspaces, sound ones and such with a fault.
///
/// Pure; knows the invariants, and nothing of judges.
namespace cohort::runtime::council::ablation {

enum class fault : uint8_t {
  none,
  hidden_conflict, // Through a header, which nobody waits for.
  imbalance,       // One subtask has most of the work.
  overhead,        // Many subtasks that hardly do anything.
  risky_order,     // Sources before the headers that they read.
  failing_kind,    // A specialty whose workers fail.
  build_file,      // May change how all is built, without need.
};

inline constexpr std::array planted{fault::hidden_conflict, fault::imbalance,
                                    fault::overhead,        fault::risky_order,
                                    fault::failing_kind,    fault::build_file};

std::string_view to_string(fault what);

/// What every plan keeps to, but for those of `break_invariant`.
decomposition::decomposition_settings plan_limits();

/// A world in which the fault can be planted.
world world_for(fault what, draw& random);

/// Headers that some unit reads together in one subtask; sources by worker, as
/// even as can be, or a little less; headers before those that read them.
pb::Decomposition sound_plan(const world& where, draw& random);

/// Returns whether the fault fits into the plan, which keeps its invariants.
/// `where` may get workers that fail.
bool plant(fault what, world& where, pb::Decomposition& plan, draw& random);

/// Breaks one of the invariants.
void break_invariant(pb::Decomposition& plan, draw& random);

/// `subtasks` of them, in a workspace that is large enough, without a fault.
pb::ReviewRequest large_request(size_t subtasks, uint64_t seed);

pb::ReviewRequest request_for(const world& where,
                              const pb::Decomposition& plan);

} // namespace cohort::runtime::council::ablation
