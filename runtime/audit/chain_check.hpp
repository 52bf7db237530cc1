#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "messages/v1/event.pb.h"
#include "runtime/expected.hpp"
#include "runtime/journal/ledger.hpp"

namespace cohort::runtime::audit {

namespace pb = messages::v1;

/// Whether a task's events are those that were written, all of them and in
/// their order: takes them one by one, from the log or from a bundle.
///
/// Pure. Errors: invalid_message, naming the first bad event. Nothing can be
/// said of what comes after one.
class chain_check {
public:
  explicit chain_check(std::string task_id) : task_id_{std::move(task_id)} {
    // nop
  }

  /// The next event, as it was written.
  expected<pb::Event> add(int64_t sequence, const journal::digest& hash,
                          const std::string& body);
  /// The same for a row, of which what repeats the body must agree with it.
  expected<pb::Event> add(const journal::event_row& row);

  /// No event comes after those that were taken: a task that has ended has a
  /// seal of that key, and one that has not has none.
  [[nodiscard]] expected<void> end(const std::optional<journal::seal>& seal,
                                   const journal::public_key& key) const;

  [[nodiscard]] int64_t events() const {
    return events_;
  }
  [[nodiscard]] bool has_ended() const {
    return has_ended_;
  }

private:
  [[nodiscard]] error bad(int64_t sequence, const std::string& why) const;

  std::string task_id_;
  journal::digest hash_ = journal::chain_start();
  int64_t events_ = 0;
  int64_t last_id_ = 0;
  bool has_ended_ = false;
};

} // namespace cohort::runtime::audit
