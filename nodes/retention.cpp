#include "nodes/retention.hpp"

#include <chrono>

#include <spdlog/spdlog.h>

#include "runtime/journal/torn_log.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

using runtime::audit::cleaning;
using runtime::audit::retention;

std::optional<retention>
retention_of(const runtime::journal::journal_settings& settings) {
  if (settings.retention_days == 0 && settings.max_bytes == 0)
    return std::nullopt;
  retention limits;
  if (settings.retention_days > 0)
    limits.older_than_days = settings.retention_days;
  limits.max_bytes = settings.max_bytes;
  return limits;
}

int64_t nanoseconds_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

void keep_torn_end(const std::filesystem::path& state) {
  auto copy = runtime::journal::set_torn_end_aside(
    runtime::workspace::state_folder::journal_of(state), state / "set-aside");
  if (!copy)
    spdlog::warn("{}", copy.error().message);
  else if (!copy->empty())
    spdlog::warn(
      "the end of the journal's write-ahead log cannot be read; it is "
      "in {}. When the machine lost its power in its last write, "
      "nothing that was told is missing",
      copy->string());
}

void clean_and_tell(const std::filesystem::path& state, const retention& limits,
                    cleaning how) {
  auto done = clean_up(state, limits, nanoseconds_now(), how);
  if (!done) {
    spdlog::warn("old tasks are not forgotten: {}", done.error().message);
    return;
  }
  if (done->objects_stay)
    spdlog::warn("objects of old tasks stay: {}", done->objects_stay->message);
  if (!done->tasks.removed.empty())
    spdlog::info("forgot {} old tasks, up to {}", done->tasks.removed.size(),
                 done->tasks.removed.front().id);
}

} // namespace cohort::nodes
