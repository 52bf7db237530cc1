#pragma once

#include <string>

#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/message_handler.hpp>

#include "runtime/errc.hpp"
#include "runtime/expected.hpp"

CAF_ERROR_CODE_ENUM(cohort::runtime::errc, "cohort")

namespace cohort::actors {

/// The engine's error as CAF's; the rest of it is the context.
inline caf::error to_caf(const runtime::error& why) {
  return caf::make_error(why.code, why.message, why.retry_after_seconds);
}

/// The engine's error again; CAF's own are internal ones, with CAF's words.
inline runtime::error from_caf(const caf::actor_system& system,
                               const caf::error& why) {
  if (why.category() != caf::atom("cohort"))
    return {runtime::errc::internal, system.render(why)};
  runtime::error result{static_cast<runtime::errc>(why.code()),
                        system.render(why)};
  auto context = why.context();
  context.apply(caf::message_handler{
    [&](const std::string& message, uint32_t retry_after_seconds) {
      result.message = message;
      result.retry_after_seconds = retry_after_seconds;
    }});
  return result;
}

} // namespace cohort::actors
