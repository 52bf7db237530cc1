#pragma once

#include <memory>

#include "actors/node_link.hpp"
#include "runtime/chaos/injector.hpp"

namespace cohort::nodes {

/// Finds the head as `real` does, by a connection that `chaos` can break: then
/// the node loses the head, as if the way to it had been cut.
actors::head_finder breakable(actors::head_finder real,
                              std::shared_ptr<runtime::chaos::injector> chaos);

} // namespace cohort::nodes
