#pragma once

#include <cstddef>
#include <memory>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/telemetry/metrics_registry.hpp"
#include "runtime/telemetry/span_buffer.hpp"
#include "runtime/telemetry/task_board.hpp"

namespace cohort::actors {

struct telemetry_settings {
  std::shared_ptr<runtime::telemetry::metrics_registry> metrics; // Null: none.
  size_t spans_max = 0; // That are kept for traces; 0: none.
};

/// Watches pool, nodes and tasks, for metrics and traces.
///
/// Owns:  the newest spans, and the times of tasks; feeds the registry, which
///        others read.
/// Sends: PoolQuery every second, where there are metrics; TraceReport to
///        whoever asks.
struct telemetry_state {
  static inline const char* name = "telemetry";

  runtime::telemetry::task_board tasks;
  runtime::telemetry::span_buffer spans{0};
};

telemetry_actor::behavior_type
telemetry(telemetry_actor::stateful_pointer<telemetry_state> self,
          timer_actor timer, worker_pool_actor pool,
          telemetry_settings settings);

/// Has pool and hub tell `watcher` all that happens after this call.
void watch(const telemetry_actor& watcher, const worker_pool_actor& pool,
           const progress_hub_actor& progress);

} // namespace cohort::actors
