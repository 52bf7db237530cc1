#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <sys/types.h>

namespace cohort::nodes {

/// Connections that were made to a port of this process and say nothing: port
/// scans, peers that vanished, attacks. CAF keeps those that have not finished
/// their TLS handshake for ever, and each holds a descriptor.
///
/// Threads: belongs to one thread.
class silent_connections {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Who has said fewer than `bytes_min` bytes `patience` after `close_old` saw
  /// it first is silent.
  silent_connections(uint16_t port, uint64_t bytes_min,
                     std::chrono::seconds patience);

  /// Shuts the silent ones down, so that whoever reads them sees their end.
  /// Returns how many.
  size_t close_old(time_point now);

private:
  uint16_t port_;
  uint64_t bytes_min_;
  std::chrono::seconds patience_;
  std::map<ino_t, time_point> first_seen_; // Of those that are silent so far.
};

} // namespace cohort::nodes
