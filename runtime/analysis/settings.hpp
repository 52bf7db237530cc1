#pragma once

namespace cohort::runtime::analysis {

struct routing_settings {
  bool parallel_enabled = true;       // parallel_workers.enabled
  double complexity_threshold = 0.6;  // Strictly above: parallel. In [0, 1].
  double min_predicted_speedup = 1.1; // Below: not worth splitting. >= 1.
  unsigned workers = 8;               // How many may run at once. >= 1.
  unsigned cores = 1;                 // What CPU-bound units share. >= 1.
};

} // namespace cohort::runtime::analysis
