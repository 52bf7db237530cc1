#pragma once

#include "messages/v1/decomposition.pb.h"
#include "runtime/council/ablation/world.hpp"

/// What would become of a plan in a made-up workspace.
///
/// Pure, knows nothing of judges. Workers take what is ready, the longest
/// first; an attempt may fail, three times; patches are merged one by one. Then
/// what broke, was done in vain or was lost is done again, by one worker,
/// behind a check of everything. In vain is a source that was begun before a
/// header that it reads was done, four times in five; broken is the later of
/// two headers that one unit reads, when both were under way at once, three
/// times in five; and half of all needless changes of build files.
namespace cohort::runtime::council::ablation {

struct happening {
  double seconds = 0;
  double again = 0; // Subtasks of which something was done again.
  double lost = 0;  // Subtasks whose attempts all failed.
};

/// The mean of 32 lives. REQUIRES: the plan keeps its invariants.
happening simulate(const world& where, const pb::Decomposition& plan);

/// One worker does everything, in good order.
double sequential_seconds(const world& where);

/// Not slower than one worker by more than a twentieth, nor than `reference` by
/// more than a quarter; hardly anything is done again or lost (less than in one
/// life of four).
bool is_good(const happening& plan, const happening& reference,
             double sequential);

} // namespace cohort::runtime::council::ablation
