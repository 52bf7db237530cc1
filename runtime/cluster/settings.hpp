#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace cohort::runtime::cluster {

struct cluster_settings {
  std::string bind = "127.0.0.1"; // Where a head listens.
  uint16_t port = 4747;
  /// Folder with ca.pem and what `cohort certs` made; empty:
  /// <state folder>/certs.
  std::filesystem::path certificates;
  std::chrono::milliseconds heartbeat_interval{500};
  /// A peer that says nothing for so long is lost. Several intervals, because a
  /// busy process beats late.
  std::chrono::milliseconds failure_timeout{3000};
  std::chrono::milliseconds join_timeout{5000};
  uint64_t message_bytes_max = 64U << 20; // Of one message, in whatever parts.
  unsigned max_peers = 10'000;
};

} // namespace cohort::runtime::cluster
