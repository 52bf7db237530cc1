#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "runtime/cluster/channel.hpp"
#include "runtime/cluster/settings.hpp"

namespace cohort::runtime::cluster {

using time_point = std::chrono::steady_clock::time_point;

/// One end of a session: its channel, its heartbeats, and what they tell of the
/// other end.
///
/// A deadline detector: any message is a sign of life; `failure_timeout`
/// without one is silence. A process that is stopped, and one that is cut off,
/// look the same, and neither is reported by TCP. Pure; belongs to one thread.
class session {
public:
  session(const cluster_settings& settings, uint64_t own_incarnation,
          time_point now);

  [[nodiscard]] channel& link() {
    return channel_;
  }
  [[nodiscard]] const channel& link() const {
    return channel_;
  }

  /// The head's settings hold for both ends.
  void set_pace(std::chrono::milliseconds interval,
                std::chrono::milliseconds timeout);

  /// Errors: as channel::wrap.
  expected<std::vector<pb::Envelope>> send(const pb::LinkMessage& message);
  /// As channel::unwrap; heartbeats are answered for here and not returned.
  expected<std::optional<pb::LinkMessage>> receive(const pb::Envelope& envelope,
                                                   time_point now);
  /// The heartbeat, when one is due: also while other messages go, because the
  /// round trip is measured by heartbeats alone.
  std::vector<pb::Envelope> beat(time_point now);

  [[nodiscard]] std::chrono::milliseconds interval() const {
    return interval_;
  }
  /// Bytes that the other end has not read yet, as far as its echoes tell.
  [[nodiscard]] uint64_t unread_bytes() const {
    return channel_.bytes_sent() - read_bytes_;
  }
  [[nodiscard]] bool is_silent(time_point now) const;
  [[nodiscard]] std::chrono::duration<double> silence(time_point now) const;
  /// Smoothed; nothing until it was measured.
  [[nodiscard]] std::optional<std::chrono::duration<double>>
  round_trip() const {
    return round_trip_;
  }

private:
  void hear(const pb::Heartbeat& beat, time_point now);

  channel channel_;
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds timeout_;
  time_point heard_;
  std::optional<time_point> beaten_;
  struct sent_beat {
    uint64_t sent_us;
    uint64_t bytes; // Of all that was sent before.
  };
  std::deque<sent_beat> beats_; // That were not echoed.
  uint64_t read_bytes_ = 0;
  uint64_t to_echo_us_ = 0;
  time_point to_echo_since_;
  std::optional<std::chrono::duration<double>> round_trip_;
};

} // namespace cohort::runtime::cluster
