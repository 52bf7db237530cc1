#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/v1/mutation.pb.h"

namespace cohort::runtime::mutation {

namespace pb = messages::v1;

/// The mutants that survived, as small diffs, each with the tests that ran.
/// Those whose file is not among `texts`, or does not hold what the mutant
/// replaces, are told without one.
///
/// Pure. `texts` are the files without mutants.
[[nodiscard]] std::string
render_survivors(const std::vector<pb::MutantVerdict>& verdicts,
                 const std::map<std::string, std::string>& texts);

} // namespace cohort::runtime::mutation
