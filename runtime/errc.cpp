#include "runtime/errc.hpp"

namespace cohort::runtime {

std::string to_string(errc code) {
  switch (code) {
    case errc::none:
      return "none";
    case errc::invalid_request:
      return "invalid_request";
    case errc::invalid_message:
      return "invalid_message";
    case errc::invalid_config:
      return "invalid_config";
    case errc::workspace_unreadable:
      return "workspace_unreadable";
    case errc::no_toolchain:
      return "no_toolchain";
    case errc::storage_failed:
      return "storage_failed";
    case errc::state_locked:
      return "state_locked";
    case errc::workspace_moved:
      return "workspace_moved";
    case errc::busy:
      return "busy";
    case errc::not_found:
      return "not_found";
    case errc::cancelled:
      return "cancelled";
    case errc::timed_out:
      return "timed_out";
    case errc::crashed:
      return "crashed";
    case errc::tool_failed:
      return "tool_failed";
    case errc::refused:
      return "refused";
    case errc::no_executor:
      return "no_executor";
    case errc::internal:
      return "internal";
    case errc::unreachable:
      return "unreachable";
    case errc::stopped:
      return "stopped";
  }
  return "unknown";
}

bool is_recoverable(errc code) {
  return code == errc::timed_out || code == errc::crashed
         || code == errc::tool_failed || code == errc::busy;
}

} // namespace cohort::runtime
