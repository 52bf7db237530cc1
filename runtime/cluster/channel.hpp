#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/link.pb.h"
#include "runtime/expected.hpp"

namespace cohort::runtime::cluster {

namespace pb = messages::v1;

/// Bytes of a body, at most: what CAF carries at once delays what comes behind.
inline constexpr size_t envelope_bytes_max = 512U << 10;

/// Messages in envelopes: numbered, compressed when that helps, large ones in
/// parts.
///
/// What is not of this session (another session, epoch or incarnation) or came
/// already is dropped; a number that was left out, and bytes that are no
/// message, are errors, after which the session cannot go on.
/// Pure; belongs to one thread. Memory: one message that is not whole yet, of
/// `message_bytes_max` at most.
class channel {
public:
  channel(uint64_t own_incarnation, uint64_t message_bytes_max);

  /// Of a message that comes, decompressed and in all its parts.
  void limit(uint64_t message_bytes_max) {
    received_bytes_max_ = message_bytes_max;
  }
  /// The session that both ends agreed on. Numbers go on where they are.
  void name_session(uint64_t session, uint64_t cluster_epoch);
  [[nodiscard]] uint64_t session() const {
    return session_;
  }
  [[nodiscard]] uint64_t cluster_epoch() const {
    return cluster_epoch_;
  }
  /// 0 until the first envelope came.
  [[nodiscard]] uint64_t peer_incarnation() const {
    return peer_incarnation_;
  }
  [[nodiscard]] uint64_t bytes_sent() const {
    return bytes_sent_;
  }
  [[nodiscard]] uint64_t bytes_received() const {
    return bytes_received_;
  }

  /// Errors: invalid_request when it is larger than a message may be.
  expected<std::vector<pb::Envelope>> wrap(const pb::LinkMessage& message);

  /// The message that this envelope completes; nothing when it was dropped or
  /// there is more to come. Errors: invalid_message.
  expected<std::optional<pb::LinkMessage>> unwrap(const pb::Envelope& envelope);

private:
  [[nodiscard]] bool is_of_session(const pb::Envelope& envelope) const;

  uint64_t own_incarnation_;
  uint64_t message_bytes_max_;
  uint64_t received_bytes_max_;
  uint64_t session_ = 0;
  uint64_t cluster_epoch_ = 0;
  uint64_t peer_incarnation_ = 0;
  uint64_t sent_ = 0;
  uint64_t received_ = 0;
  std::string parts_; // Of the message that is not whole yet.
  uint64_t bytes_sent_ = 0;
  uint64_t bytes_received_ = 0;
};

} // namespace cohort::runtime::cluster
