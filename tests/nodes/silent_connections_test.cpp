#include "nodes/silent_connections.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cohort::tests::silent_connections_test {

using namespace std::chrono_literals;

namespace {

/// A descriptor that is closed at the end.
class socket_owner {
public:
  explicit socket_owner(int fd) : fd_{fd} {
    REQUIRE(fd_ >= 0);
  }
  socket_owner(const socket_owner&) = delete;
  socket_owner& operator=(const socket_owner&) = delete;
  ~socket_owner() {
    close(fd_);
  }
  [[nodiscard]] int fd() const {
    return fd_;
  }

private:
  int fd_;
};

class listener {
public:
  listener() : socket_{socket(AF_INET, SOCK_STREAM, 0)} {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* name = reinterpret_cast<sockaddr*>(&address_);
    REQUIRE(bind(socket_.fd(), name, size) == 0);
    REQUIRE(listen(socket_.fd(), 10) == 0);
    REQUIRE(getsockname(socket_.fd(), name, &size) == 0);
  }
  [[nodiscard]] uint16_t port() const {
    return ntohs(address_.sin_port);
  }
  [[nodiscard]] int connect_to() const {
    auto fd = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(
      connect(fd, reinterpret_cast<const sockaddr*>(&address_), sizeof address_)
      == 0);
    return fd;
  }
  [[nodiscard]] int accept_one() const {
    return accept(socket_.fd(), nullptr, nullptr);
  }

private:
  socket_owner socket_;
  sockaddr_in address_{};
};

/// Both ends of one connection.
struct connection {
  explicit connection(const listener& door)
    : peer{door.connect_to()}, ours{door.accept_one()} {
    // nop
  }
  void say(size_t bytes) const {
    std::string text(bytes, 'x');
    REQUIRE(send(peer.fd(), text.data(), text.size(), 0)
            == static_cast<ssize_t>(bytes));
    pollfd readable{ours.fd(), POLLIN, 0};
    REQUIRE(poll(&readable, 1, 5000) == 1);
  }
  [[nodiscard]] bool has_ended() const {
    char byte = 0;
    return recv(peer.fd(), &byte, 1, MSG_DONTWAIT) == 0;
  }
  socket_owner peer;
  socket_owner ours;
};

} // namespace

TEST_CASE("who says too little for too long is sent away") {
  listener door;
  listener other_door;
  connection silent{door};
  connection brief{door};
  connection talking{door};
  connection elsewhere{other_door};
  brief.say(99);
  talking.say(100);
  nodes::silent_connections watch{door.port(), 100, 10s};
  auto now = std::chrono::steady_clock::now();
  CHECK(watch.close_old(now) == 0);
  connection late{door};
  CHECK(watch.close_old(now + 9s) == 0);
  CHECK_FALSE(silent.has_ended());

  CHECK(watch.close_old(now + 10s) == 2);
  CHECK(silent.has_ended());
  CHECK(brief.has_ended());
  CHECK_FALSE(talking.has_ended());
  CHECK_FALSE(elsewhere.has_ended());
  CHECK_FALSE(late.has_ended());

  CHECK(watch.close_old(now + 19s) == 1); // The late one; the others are shut.
  CHECK(late.has_ended());
  CHECK(watch.close_old(now + 60s) == 0);
}

TEST_CASE("who speaks up in time stays") {
  listener door;
  connection slow{door};
  nodes::silent_connections watch{door.port(), 100, 10s};
  auto now = std::chrono::steady_clock::now();
  CHECK(watch.close_old(now) == 0);
  slow.say(50);
  CHECK(watch.close_old(now + 5s) == 0);
  slow.say(50);
  CHECK(watch.close_old(now + 60s) == 0);
  CHECK_FALSE(slow.has_ended());
}

} // namespace cohort::tests::silent_connections_test
