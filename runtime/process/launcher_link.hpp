#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "runtime/process/descriptor.hpp"
#include "runtime/process/wire.hpp"

namespace cohort::runtime::process {

/// The runner's ends of the sockets, one for each process that starts programs.
/// Nothing here blocks, so that runner and launcher can never wait for each
/// other.
class launcher_link {
public:
  explicit launcher_link(std::vector<descriptor> sockets)
    : sockets_{std::move(sockets)} {
    // nop
  }

  enum class sent {
    yes,
    full,           // Again when the blocked socket is writable.
    no_descriptors, // Too many are open or on their way; errno says which.
    lost,
  };

  /// Sends `header` with `text` and descriptors: output, error, input or -1.
  sent start(wire::start header, const std::string& text, int out, int err,
             int input);

  sent kill(uint64_t id);

  /// Reads one packet of ends into `into`. Returns what it holds: nothing if
  /// there is none now; no value if the launcher and all its programs are gone.
  /// Closes sockets whose other end is gone.
  std::optional<std::span<const wire::ended>>
  receive(std::span<wire::ended> into);

  /// Tells the launcher to kill everything and end.
  void shut_down();

  [[nodiscard]] const std::vector<descriptor>& sockets() const noexcept {
    return sockets_;
  }

  /// The socket that was full last; -1 if it is closed.
  [[nodiscard]] int blocked() const noexcept {
    return sockets_[blocked_].get();
  }

private:
  sent send(uint64_t id, const msghdr& message);

  std::vector<descriptor> sockets_;
  size_t blocked_ = 0;
};

/// Returns a file in memory that holds `content`, positioned at its begin; an
/// empty descriptor, with errno set, if there is none to be had.
[[nodiscard]] descriptor memory_file(const char* name,
                                     const std::string& content);

} // namespace cohort::runtime::process
