#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "config/entries.hpp"
#include "runtime/analysis/settings.hpp"
#include "runtime/cluster/settings.hpp"
#include "runtime/council/settings.hpp"
#include "runtime/decomposition/settings.hpp"
#include "runtime/execution/cache/settings.hpp"
#include "runtime/execution/executors/native.hpp"
#include "runtime/journal/settings.hpp"
#include "runtime/learning/settings.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/quality/settings.hpp"
#include "runtime/resilience/settings.hpp"
#include "runtime/scheduling/settings.hpp"
#include "runtime/telemetry/settings.hpp"
#include "runtime/toolchain/settings.hpp"
#include "runtime/workspace/settings.hpp"

namespace cohort::config {

/// Everything that can be configured; each module declares its own part.
struct settings {
  runtime::analysis::routing_settings routing;
  runtime::scheduling::pool_settings pool;
  runtime::telemetry::progress_settings progress;
  runtime::decomposition::decomposition_settings decomposition;
  runtime::council::council_settings council;
  runtime::quality::gate_settings gates;
  runtime::resilience::supervision_settings supervision;
  runtime::workspace::snapshot_settings snapshot;
  runtime::toolchain::toolchain_settings toolchain;
  runtime::process::process_settings processes;
  runtime::execution::cache_settings cache;
  runtime::learning::learning_settings learning;
  runtime::journal::journal_settings journal;
  runtime::cluster::cluster_settings cluster;
  std::vector<executor_entry> executors; // In the order of the file.
  std::vector<specialty_entry> specialties;
  std::vector<language_entry> languages;
  std::filesystem::path state; // Empty: $XDG_STATE_HOME/cohort.
  /// Those that the program was built with; not a key. Never null.
  std::shared_ptr<const runtime::execution::native_executors> natives
    = std::make_shared<runtime::execution::native_executors>();
};

} // namespace cohort::config
