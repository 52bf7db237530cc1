#pragma once

#include <optional>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace cohort::runtime::process {

/// Owns a file descriptor, or none (-1).
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) noexcept : fd_{fd} {
    // nop
  }
  descriptor(descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {
    // nop
  }
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    reset();
  }

  [[nodiscard]] int get() const noexcept {
    return fd_;
  }
  explicit operator bool() const noexcept {
    return fd_ >= 0;
  }
  void reset() noexcept {
    if (fd_ >= 0)
      close(std::exchange(fd_, -1));
  }

private:
  int fd_ = -1;
};

/// A pipe that children can write to: our end never blocks, theirs does.
struct output_pipe {
  descriptor read_end;
  descriptor write_end;

  /// Returns nothing, with errno set, when descriptors run out.
  static std::optional<output_pipe> make() {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
      return std::nullopt;
    output_pipe result{descriptor{fds[0]}, descriptor{fds[1]}};
    fcntl(fds[0], F_SETFL, O_RDONLY | O_NONBLOCK);
    return result;
  }
};

} // namespace cohort::runtime::process
