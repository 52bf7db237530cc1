// What this machine allows at best: a byte block back and forth over loopback
// TCP between two processes, and posix_spawn of /bin/true with a wait, two at
// once.
#include <cstdlib>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.hpp"
#include "spawn_true.hpp"

namespace {

constexpr size_t block = 64;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void no_delay(int socket) {
  int one = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

[[noreturn]] void echo(int listener) {
  int peer = accept(listener, nullptr, nullptr);
  no_delay(peer);
  char bytes[block];
  while (recv(peer, bytes, block, MSG_WAITALL) == block)
    if (write(peer, bytes, block) != block)
      break;
  _exit(0);
}

void roundtrip() {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, any, size) != 0 || listen(listener, 1) != 0
      || getsockname(listener, any, &size) != 0)
    fail("floor: listen");
  pid_t child = fork();
  if (child < 0)
    fail("floor: fork");
  if (child == 0)
    echo(listener);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(client, any, size) != 0)
    fail("floor: connect");
  no_delay(client);
  char bytes[block] = {};
  std::vector<double> trips;
  for (int i = 0; i < 10'000; ++i) {
    auto began = peers::now();
    if (write(client, bytes, block) != block
        || recv(client, bytes, block, MSG_WAITALL) != block)
      fail("floor: round trip");
    trips.push_back(peers::now() - began);
  }
  close(client);
  close(listener);
  waitpid(child, nullptr, 0);
  peers::emit_roundtrip("floor: tcp", std::move(trips));
}

void spawn_many(int n) {
  std::vector<std::thread> threads;
  for (int k = 0; k < 2; ++k)
    threads.emplace_back([n] {
      for (int i = 0; i < n / 2; ++i)
        if (!peers::spawn_true())
          fail("floor: posix_spawn");
    });
  for (auto& thread : threads)
    thread.join();
}

} // namespace

int main() {
  roundtrip();
  constexpr int processes = 2000;
  peers::measure("floor: posix_spawn", "process", processes,
                 [] { spawn_many(processes); });
}
