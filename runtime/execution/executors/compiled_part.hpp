#pragma once

#include <string>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/executors/executor.hpp"
#include "runtime/execution/fixit.hpp"
#include "runtime/toolchain/cxx.hpp"

/// What executors for C and C++ have in common.
namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Whether compilers judge any of the unit's units.
[[nodiscard]] bool has_compiled_units(const pb::RepairUnit& unit,
                                      const toolchain::project& project);

/// `unit` without the units that no compiler judges.
[[nodiscard]] pb::RepairUnit compiled_part(pb::RepairUnit unit,
                                           const toolchain::project& project);

[[nodiscard]] fixit_context fixit_context_of(const executor_context& context);

/// "kept 2 of 5 proposals"; `none` where nothing was tried.
[[nodiscard]] std::string kept_of(const pb::RepairReport& report,
                                  const std::string& none);

} // namespace cohort::runtime::execution
