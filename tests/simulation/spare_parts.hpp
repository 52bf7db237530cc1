#pragma once

#include <functional>
#include <memory>

#include "actors/interfaces.hpp"
#include "runtime/journal/event_log.hpp"
#include "tests/simulation/stage.hpp"

namespace cohort::tests::simulation {

/// What a test puts between the system's parts: each takes the real one, and
/// returns what others see of it. None: the real one.
struct spare_parts {
  template <class T>
  using wrapper = std::function<T(stage&, T)>;
  using log_pointer = std::shared_ptr<runtime::journal::event_log>;

  wrapper<actors::timer_actor> timer;
  wrapper<actors::journal_actor> journal;
  wrapper<actors::storekeeper_actor> store;
  /// What workers report to, instead of the pool itself.
  std::function<actors::dispatcher_actor(stage&,
                                         const actors::worker_pool_actor&)>
    dispatcher;
  std::function<log_pointer(log_pointer)> log;
};

} // namespace cohort::tests::simulation
