#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/journal/event_log.hpp"

namespace cohort::tests::simulation {

/// A log in memory, on a disk that can be full, and of a process that can die
/// while it writes.
class simulated_log final : public runtime::journal::event_log {
public:
  bool is_full = false;
  /// When it is set, the next append calls it and leaves nothing on the disk,
  /// as a log does of which only a part was written.
  std::function<void()> dies;
  /// Of tasks whose events were not stored.
  std::set<std::string> refused;

  runtime::expected<void>
  append(std::vector<messages::v1::Event>& events) override {
    if (dies) {
      std::exchange(dies, nullptr)();
      return runtime::error{runtime::errc::internal, "nobody hears this"};
    }
    if (!is_full)
      return log_->append(events);
    for (auto& event : events)
      refused.insert(event.task_id());
    return runtime::error{runtime::errc::storage_failed, "the disk is full"};
  }

  runtime::expected<std::vector<messages::v1::Event>>
  read(const std::string& task_id) override {
    return log_->read(task_id);
  }

  runtime::expected<std::vector<std::string>> tasks() override {
    return log_->tasks();
  }

  runtime::expected<std::vector<messages::v1::Event>> unfinished() override {
    return log_->unfinished();
  }

  runtime::expected<uint64_t> next_epoch() override {
    return log_->next_epoch();
  }

private:
  std::unique_ptr<event_log> log_ = runtime::journal::make_memory_log();
};

} // namespace cohort::tests::simulation
