#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/process/launcher.hpp"
#include "runtime/process/launcher_link.hpp"
#include "runtime/process/spawn.hpp"
#include "runtime/process/wire.hpp"

namespace cohort::tests::launcher_protocol_test {

using namespace cohort::runtime::process;
using namespace std::string_literals;

namespace {

/// A launcher without a runner: the test speaks the protocol itself.
struct bare_launcher {
  descriptor socket;
  pid_t pid = -1;

  bare_launcher() {
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
    socket = descriptor{fds[0]};
    descriptor theirs{fds[1]};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, theirs.get(), 5);
    std::string name = "launcher";
    std::string verb = launcher_argument;
    std::string number = "5";
    std::string count = "1";
    char* argv[] = {name.data(), verb.data(), number.data(), count.data(),
                    nullptr};
    REQUIRE(
      posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv, environ)
      == 0);
    posix_spawn_file_actions_destroy(&actions);
  }

  ssize_t send_raw(const std::string& packet) {
    return send(socket.get(), packet.data(), packet.size(), MSG_NOSIGNAL);
  }

  wire::ended receive_one() {
    wire::ended result;
    REQUIRE(recv(socket.get(), &result, sizeof result, 0) == sizeof result);
    return result;
  }

  int exit_code() {
    socket.reset();
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

wire::hello receive_hello(bare_launcher& launcher) {
  wire::hello result;
  REQUIRE(recv(launcher.socket.get(), &result, sizeof result, 0)
          == sizeof result);
  return result;
}

} // namespace

TEST_CASE("a launcher says hello first, and ends with its runner") {
  bare_launcher launcher;
  auto hello = receive_hello(launcher);
  CHECK(hello.magic == wire::hello_magic);
  CHECK(hello.setup_errno == 0);
  CHECK(launcher.exit_code() == 0);
}

TEST_CASE("a launcher whose descriptor is no socket ends with an error") {
  std::string name = "launcher";
  std::string verb = launcher_argument;
  using two = std::pair<std::string, std::string>;
  for (auto [number, count] :
       {two{"0", "1"}, two{"1", "1"}, two{"9", "1"}, two{"9", "2"},
        two{"1000000", "1"}, two{"-1", "1"}, two{"9", "0"}, two{"9", "65"},
        two{"9", "x"}, two{"", "1"}}) {
    char* argv[] = {name.data(), verb.data(), number.data(), count.data(),
                    nullptr};
    pid_t pid = -1;
    REQUIRE(posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, argv, environ)
            == 0);
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 70);
  }
}

TEST_CASE("garbage on the socket neither ends nor confuses the launcher") {
  bare_launcher launcher;
  receive_hello(launcher);
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    std::string packet(1 + random() % 200, '\0');
    for (auto& byte : packet)
      byte = static_cast<char>(random());
    if (seed % 4 == 0) { // A kill of nobody.
      wire::kill request;
      request.id = random();
      packet = bytes_of(request);
    }
    REQUIRE(launcher.send_raw(packet) > 0);
  }
  wire::start header; // A start without descriptors.
  header.id = 7;
  header.argc = 0xffffffff;
  REQUIRE(launcher.send_raw(bytes_of(header)) > 0);
  auto end = launcher.receive_one();
  CHECK(end.id == 7);
  CHECK(end.failed == wire::step::descriptors);
  CHECK(launcher.exit_code() == 0);
}

TEST_CASE("a start whose strings are missing is reported as failed") {
  bare_launcher launcher;
  receive_hello(launcher);
  std::vector<descriptor> sockets;
  sockets.emplace_back(dup(launcher.socket.get()));
  launcher_link link{std::move(sockets)};
  auto null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (uint32_t argc : {0U, 3U, 0xffffffffU}) {
    wire::start header;
    header.id = argc + 1ULL;
    header.argc = argc;
    CHECK(link.start(header, "true\0/\0"s, null, null, -1)
          == launcher_link::sent::yes);
    auto end = launcher.receive_one();
    CHECK(end.id == argc + 1ULL);
    CHECK(end.failed == wire::step::exec);
    CHECK(end.start_errno == EINVAL);
  }
  wire::start header; // A file that is not as long as it says.
  header.id = 1;
  header.argc = 1;
  header.text_bytes = 1ULL << 60;
  CHECK(link.start(header, std::string(wire::inline_text_max + 1, 'x'), null,
                   null, -1)
        == launcher_link::sent::yes);
  CHECK(launcher.receive_one().failed == wire::step::descriptors);
  close(null);
}

TEST_CASE(
  "programs are looked for in absolute folders of PATH only, in order") {
  std::string path = "PATH=/a::relative:.:/b/:/c";
  std::vector<char*> envp{path.data(), nullptr};
  CHECK(program_candidates("tool", envp)
        == std::vector<std::string>{"/a/tool", "/b//tool", "/c/tool"});
  CHECK(program_candidates("./tool", envp)
        == std::vector<std::string>{"./tool"});
  CHECK(program_candidates("tool", {nullptr}).front() == "/usr/local/bin/tool");
  std::string empty = "PATH=";
  CHECK(program_candidates("tool", {empty.data(), nullptr}).empty());
}

} // namespace cohort::tests::launcher_protocol_test
