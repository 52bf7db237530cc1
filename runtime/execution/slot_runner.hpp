#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "runtime/execution/cache/check_cache.hpp"
#include "runtime/execution/executors/native.hpp"
#include "runtime/execution/unit_runner.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/workspace/settings.hpp"

namespace cohort::runtime::execution {

/// What all workers of a process share.
struct slot_runner_settings {
  std::filesystem::path store; // The object store's folder.
  std::filesystem::path slots; // Worker NAME's slot is <slots>/NAME.
  toolchain::toolchain_settings toolchain;
  process::process_settings processes;
  /// Of a file that a program changes: beyond it no snapshot holds one.
  uint64_t file_bytes_max = workspace::snapshot_settings{}.max_file_bytes;
  std::shared_ptr<const native_executors> natives
    = std::make_shared<native_executors>();
};

/// Configured projects by (workspace, build files, arguments): the first worker
/// that needs one configures it in <slots>/../projects, the others wait and use
/// what it made.
class project_cache;

std::shared_ptr<project_cache> make_project_cache();

/// The index of the workspace's names.
class symbol_cache;

std::shared_ptr<symbol_cache> make_symbol_cache();

/// Where tests are built and run.
class test_slots;

std::shared_ptr<test_slots> make_test_slots();

/// What the workers of a process have in common.
struct shared_caches {
  std::shared_ptr<project_cache> projects = make_project_cache();
  std::shared_ptr<check_cache> checks; // None: every check is made.
  std::shared_ptr<symbol_cache> symbols = make_symbol_cache();
  std::shared_ptr<test_slots> tests = make_test_slots();
};

/// The runner of production: one thread and one slot a worker; every kind of
/// work unit. `processes` must outlive it.
std::unique_ptr<unit_runner>
make_slot_runner(std::string worker, const slot_runner_settings& settings,
                 process::runner& processes, shared_caches caches);

} // namespace cohort::runtime::execution
