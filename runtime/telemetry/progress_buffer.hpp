#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "messages/v1/progress.pb.h"
#include "runtime/telemetry/settings.hpp"

namespace cohort::runtime::telemetry {

namespace pb = messages::v1;

/// What waits for one subscriber, in order of arrival.
///
/// Bounded: when `capacity` events that are not terminal wait, a newer one
/// replaces the newest of the same (task, kind, subject); where there is none,
/// the oldest goes. Terminal events are never dropped and take no room.
///
/// Costs: O(log size) for each event.
class progress_buffer {
public:
  /// A capacity of 0 counts as 1.
  explicit progress_buffer(size_t capacity);

  void push(pb::ProgressEvent event);
  /// Everything that waits, and how many events went since the last call; the
  /// buffer is empty afterwards.
  pb::ProgressBatch take();
  [[nodiscard]] size_t size() const noexcept;
  /// Whether a terminal event waits: then the batch goes out at once.
  [[nodiscard]] bool urgent() const noexcept;

private:
  using key = std::tuple<std::string, int, std::string>;

  static key key_of(const pb::ProgressEvent& event);
  void make_room(const key& coming);

  size_t capacity_;
  uint64_t coalesced_ = 0;
  uint64_t next_ = 0;                             // Number of the next arrival.
  std::map<uint64_t, pb::ProgressEvent> waiting_; // By arrival; none terminal.
  std::map<key, uint64_t> newest_; // The last arrival of each key in waiting_.
  std::vector<std::pair<uint64_t, pb::ProgressEvent>> terminal_;
};

} // namespace cohort::runtime::telemetry
