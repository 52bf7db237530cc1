#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/audit/chain_check.hpp"
#include "runtime/journal/event_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::simulation {

/// A log in memory, on a disk that can be full, and of a process that can die
/// while it writes. Chained and sealed as the one in a file.
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
    if (!is_full) {
      auto stored = log_->append(events);
      if (stored)
        chain(events);
      return stored;
    }
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

  /// One bit of what the disk has of the task's last event.
  void flip_a_bit(const std::string& task_id) {
    chains_[task_id].links.back().body.front() ^= 1;
  }

  /// What an auditor says of the task's events; empty: they are whole.
  [[nodiscard]] std::string audit(const std::string& task_id) const {
    auto found = chains_.find(task_id);
    if (found == chains_.end())
      return "";
    runtime::audit::chain_check check{task_id};
    int64_t sequence = 0;
    for (auto& one : found->second.links)
      if (auto event = check.add(++sequence, one.hash, one.body); !event)
        return event.error().message;
    auto fine = check.end(found->second.seal, keys().open);
    return fine ? "" : fine.error().message;
  }

private:
  struct link {
    runtime::journal::digest hash;
    std::string body;
  };
  struct task_chain {
    std::vector<link> links;
    std::optional<runtime::journal::seal> seal;
  };
  struct key_pair {
    runtime::journal::signing_key secret;
    runtime::journal::public_key open;
  };

  /// One for all plays.
  static const key_pair& keys() {
    static const key_pair made = [] {
      temp_folder folder;
      auto secret = runtime::journal::signing_key::open(folder.path());
      auto open = runtime::journal::public_key::read(
        runtime::journal::public_key_of(folder.path() / "journal.db"));
      return key_pair{std::move(*secret), std::move(*open)};
    }();
    return made;
  }

  void chain(const std::vector<messages::v1::Event>& events) {
    for (auto& event : events) {
      auto& [links, seal] = chains_[event.task_id()];
      auto body = event.SerializeAsString();
      auto before = links.empty() ? runtime::journal::chain_start()
                                  : links.back().hash;
      links.push_back({runtime::journal::chain(before, body), body});
      if (event.has_finished())
        seal = keys().secret.sign(event.task_id(), event.sequence(),
                                  links.back().hash);
    }
  }

  std::map<std::string, task_chain> chains_; // By task.
  std::unique_ptr<event_log> log_ = runtime::journal::make_memory_log();
};

} // namespace cohort::tests::simulation
