#pragma once

#include <caf/error.hpp>
#include <caf/make_message.hpp>

#include "runtime/errc.hpp"
#include "runtime/expected.hpp"

CAF_ERROR_CODE_ENUM(cohort::runtime::errc, "cohort")

namespace cohort::actors {

/// The engine's error as CAF's, its sentence as context.
inline caf::error to_caf(const runtime::error& why) {
  return caf::make_error(why.code, why.message);
}

} // namespace cohort::actors
