#pragma once

#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/expected.hpp"

namespace cohort::runtime::workspace {

namespace pb = messages::v1;

/// Returns the edits that make `after` of `before`: whole lines, sorted, as
/// `git diff` finds them. The `file` of each is `file`. Pure. Errors:
/// storage_failed when there is no memory for it.
expected<std::vector<pb::Edit>> line_diff(const std::string& file,
                                          std::string_view before,
                                          std::string_view after);

} // namespace cohort::runtime::workspace
