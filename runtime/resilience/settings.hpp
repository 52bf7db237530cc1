#pragma once

#include <chrono>

namespace cohort::runtime::resilience {

struct supervision_settings {
  bool fallback = true; // Sequential execution of what is left.
  unsigned max_coordinator_restarts = 2;
  unsigned max_rebase_attempts = 2; // Of a subtask whose patch conflicts.
  unsigned max_rounds = 8;
  double max_failed_share = 0.5; // More failed subtasks: fall back.
  unsigned admission_limit = 10; // Tasks at once; more are told "busy".
  unsigned worker_restarts = 5;  // Within the window, then give up loudly.
  std::chrono::seconds worker_restart_window{60};
  /// What runs gets this long to end, once its process is told to stop.
  std::chrono::seconds drain{10};
};

} // namespace cohort::runtime::resilience
