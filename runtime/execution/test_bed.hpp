#pragma once

#include <memory>

#include "messages/v1/assignment.pb.h"
#include "runtime/execution/slot_runner.hpp"
#include "runtime/execution/test_slots.hpp"
#include "runtime/expected.hpp"
#include "runtime/process/confined_runner.hpp"
#include "runtime/workspace/slot.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Where a workspace's own code is built and run: a folder of test_slots that
/// holds a tree, and a runner whose programs see what they may. The slot's two
/// folders are mounted for them, and so cannot be exchanged for links, behind
/// which the next tree would be written; the workspace is only read.
///
/// Threads: belongs to one thread.
class test_bed {
public:
  /// Brings a folder to the tree of `unit`; `configured` tells which: nobody
  /// with other arguments gets it. Errors: storage_failed, not_found.
  static expected<std::unique_ptr<test_bed>>
  make(const pb::WorkUnit& unit, const pb::ToolchainRequest& configured,
       test_slots& slots, const slot_runner_settings& settings,
       process::runner& processes);

  [[nodiscard]] workspace::slot& slot() {
    return slot_;
  }

  [[nodiscard]] process::runner& inside() {
    return inside_;
  }

private:
  test_bed(const pb::WorkUnit& unit, const pb::ToolchainRequest& configured,
           test_slots& slots, workspace::object_store store,
           const slot_runner_settings& settings, process::runner& processes);

  test_slots::lease lease_;
  workspace::slot slot_;
  process::confined_runner inside_;
};

} // namespace cohort::runtime::execution
