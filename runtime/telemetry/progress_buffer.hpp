#pragma once

#include <cstdint>
#include <vector>

#include "messages/v1/progress.pb.h"
#include "runtime/telemetry/settings.hpp"

namespace cohort::runtime::telemetry {

namespace pb = messages::v1;

/// What waits for one subscriber. Bounded: when `message_buffer_size` events
/// wait, a newer one replaces an older one of the same (task, kind, subject);
/// where there is none, the oldest that is not terminal goes. Terminal events
/// are never dropped.
class progress_buffer {
public:
  explicit progress_buffer(size_t capacity);

  void push(pb::ProgressEvent event);
  /// Everything that waits, in order; the buffer is empty afterwards.
  pb::ProgressBatch take();
  [[nodiscard]] size_t size() const noexcept;
  /// Whether a terminal event waits: then the batch goes out at once.
  [[nodiscard]] bool urgent() const noexcept;

private:
  size_t capacity_;
  uint64_t coalesced_ = 0;
  size_t terminal_ = 0;
  std::vector<pb::ProgressEvent> events_;
};

} // namespace cohort::runtime::telemetry
