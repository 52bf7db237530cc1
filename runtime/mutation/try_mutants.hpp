#pragma once

#include "messages/v1/mutation.pb.h"
#include "runtime/expected.hpp"
#include "runtime/mutation/workplace.hpp"

namespace cohort::runtime::mutation {

/// Tries each mutant with its tests, in the order in which they are named,
/// until one fails: killed; or takes more than ten times as long as it did
/// without, and more than a second: timed out. (One that hardly computed in
/// that time gets four times as much once more: others may have had the
/// machine.) A test that does not pass here without a mutant proves nothing and
/// is left out; a mutant for which none is left failed. Mutants that need a
/// rebuild are tried on the plain tree, one build each, after all others.
///
/// REQUIRES: the slot holds the plan's tree, or the plain one if all need a
/// rebuild. Errors: cancelled, storage_failed, not_found (a tree).
expected<pb::MutantsReport> try_mutants(const pb::MutantsUnit& what,
                                        const workplace& place);

} // namespace cohort::runtime::mutation
