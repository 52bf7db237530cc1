#pragma once

#include <string>
#include <vector>

#include "messages/v1/event.pb.h"

namespace cohort::runtime::audit {

namespace pb = messages::v1;

/// The trees of the store that an event names, in the order in which it does.
/// Pure.
[[nodiscard]] std::vector<std::string> named_trees(const pb::Event& event);

} // namespace cohort::runtime::audit
