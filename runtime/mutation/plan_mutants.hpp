#pragma once

#include "messages/v1/mutation.pb.h"
#include "runtime/expected.hpp"
#include "runtime/mutation/workplace.hpp"

namespace cohort::runtime::mutation {

/// Finds the mutants of the slot's tree, writes all that can be chosen at run
/// time into it, builds it once and sees which test reaches which. Those with
/// which it does not build are set aside, to be built by themselves; those that
/// do not compile then either are stillborn.
///
/// A plan is made whatever the project is like: `available` and `failure` tell
/// when there is nothing to try. Errors: cancelled, storage_failed,
/// tool_failed.
expected<pb::MutationPlan> plan_mutants(const pb::MutationPlanUnit& what,
                                        const workplace& place);

} // namespace cohort::runtime::mutation
