#pragma once

#include <memory>

#include "actors/interfaces.hpp"
#include "tests/support/fake_world.hpp"

/// A worker pool and a store over a fake world.
namespace cohort::tests {

/// Answers as a pool whose workers are quick: in the order of submission, at
/// once.
actors::worker_pool_actor::behavior_type
fake_pool(actors::worker_pool_actor::pointer self,
          std::shared_ptr<fake_world> world);

/// Merges lists of broken files.
actors::storekeeper_actor::behavior_type
fake_store(actors::storekeeper_actor::pointer self,
           std::shared_ptr<fake_world> world);

} // namespace cohort::tests
