#include "nodes/silent_connections.hpp"

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace cohort::nodes {

namespace {

constexpr uint8_t established = 1; // TCP_ESTABLISHED, which netinet/tcp.h has.

struct connection {
  int fd = -1;
  ino_t inode = 0; // A descriptor's number is soon another one's.
};

std::vector<int> descriptors() {
  std::vector<int> result;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry{"/proc/self/fd", failed};
       !failed && entry != std::filesystem::directory_iterator{};
       entry.increment(failed)) {
    auto name = entry->path().filename().string();
    auto fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    result.push_back(fd);
  }
  return result;
}

std::optional<uint16_t> own_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return std::nullopt;
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  return std::nullopt;
}

/// Those to `port` that have said fewer than `bytes_min` bytes.
std::vector<connection> quiet_connections(uint16_t port, uint64_t bytes_min) {
  std::vector<connection> result;
  for (auto fd : descriptors()) {
    struct stat what {};
    if (fstat(fd, &what) != 0 || !S_ISSOCK(what.st_mode)
        || own_port(fd) != port)
      continue;
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0
        && info.tcpi_state == established
        && info.tcpi_bytes_received < bytes_min)
      result.push_back({fd, what.st_ino});
  }
  return result;
}

} // namespace

silent_connections::silent_connections(uint16_t port, uint64_t bytes_min,
                                       std::chrono::seconds patience)
  : port_{port}, bytes_min_{bytes_min}, patience_{patience} {
  // nop
}

size_t silent_connections::close_old(time_point now) {
  size_t closed = 0;
  std::map<ino_t, time_point> seen;
  for (auto& quiet : quiet_connections(port_, bytes_min_)) {
    auto before = first_seen_.find(quiet.inode);
    auto since = before == first_seen_.end() ? now : before->second;
    seen.emplace(quiet.inode, since);
    if (now - since >= patience_ && shutdown(quiet.fd, SHUT_RDWR) == 0)
      ++closed;
  }
  first_seen_ = std::move(seen);
  return closed;
}

} // namespace cohort::nodes
