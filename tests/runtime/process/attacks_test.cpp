#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "runtime/process/confined_runner.hpp"
#include "runtime/process/descriptor.hpp"
#include "runtime/process/sandbox_runner.hpp"
#include "tests/runtime/process/real_processes.hpp"
#include "tests/support/temp_folder.hpp"

/// What programs of a workspace may try, each with a real one. Where no
/// sandbox can be made, the cases say so, and try nothing.
namespace cohort::tests::attacks_test {

using namespace cohort::tests;
using process::status;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A host: a home folder with a secret, a workspace, and a state folder in
/// which the programs have a slot of their own.
class host {
public:
  host() {
    for (auto* name : {"home/.ssh", "home/.local/state", "home/project",
                       "state/certs", "state/slots/w1", "state/slots/w2"})
      fs::create_directories(at(name));
    write("home/.ssh/id_ed25519");
    write("home/.netrc");
    write("home/project/notes");
    write("state/certs/head.key");
    write("state/slots/w1/source");
    write("state/slots/w2/source");
    auto home = std::string{std::getenv("HOME")};
    setenv("HOME", at("home").c_str(), 1);
    auto made = process::with_sandboxes(start_runner(), {at("state")},
                                        settings);
    setenv("HOME", home.c_str(), 1);
    REQUIRE(made);
    why_not = made->why_not;
    processes_ = std::move(made->processes);
  }

  [[nodiscard]] fs::path at(const std::string& name) const {
    return folder_.path() / name;
  }
  void write(const std::string& name) const {
    std::ofstream{at(name)} << "secret of " << name << '\n';
  }

  /// Runs `script` as a program of the workspace, in its slot.
  process::outcome run(const std::string& script,
                       std::chrono::milliseconds deadline = 20s) {
    auto what = shell(script, at("state/slots/w1"));
    what.deadline = deadline;
    what.environment = {{"TOP", folder_.path()}};
    process::confined_runner inside{
      *processes_,
      settings,
      {{at("state/slots/w1")}, {at("home/project")}, network}};
    return inside.run(what);
  }
  /// What `script` printed on standard output.
  std::string said(const std::string& script) {
    auto result = run(script);
    CAPTURE(process::describe(result));
    CAPTURE(result.err);
    CHECK(result.status == status::exited);
    return result.out;
  }
  /// Whether `script` ends well; it is none of ours if it did not run at all.
  bool works(const std::string& script) {
    auto answer = said("(" + script
                       + ") > /dev/null 2>&1 && echo yes "
                         "|| echo no");
    CHECK((answer == "yes\n" || answer == "no\n"));
    return answer == "yes\n";
  }

  process::process_settings settings;
  bool network = false;
  std::string why_not;

private:
  temp_folder folder_;
  std::unique_ptr<process::runner> processes_;
};

/// A host with sandboxes; or, with a word about it, none.
bool has_sandbox(const host& here) {
  if (!here.why_not.empty())
    MESSAGE("not tried, since there is no sandbox here: " << here.why_not);
  return here.why_not.empty();
}

/// Somebody who listens, on the host's own network or file system.
struct listener {
  process::descriptor socket;
  int port = 0;

  listener() : socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    auto* address = reinterpret_cast<sockaddr*>(&where);
    REQUIRE(bind(socket.get(), address, size) == 0);
    REQUIRE(listen(socket.get(), 4) == 0);
    REQUIRE(getsockname(socket.get(), address, &size) == 0);
    port = ntohs(where.sin_port);
  }
};

std::string connect_to(int port) {
  return "bash -c 'exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(port) + "'";
}

} // namespace

TEST_CASE("a program writes in its slot and in temporary folders of its own") {
  host here;
  if (!has_sandbox(here))
    return;
  CHECK(here.works("echo x > made && cat source"));
  CHECK(read_file(here.at("state/slots/w1/made")) == "x\n");
  auto mark = "/tmp/cohort-attacks-" + std::to_string(getpid());
  CHECK(here.works("echo x > " + mark
                   + " && echo x > /var/tmp/x && mktemp && "
                     "echo x > /dev/shm/x && mkdir -p ~/.cache/y"));
  CHECK_FALSE(here.works("cat " + mark)); // The one before has ended.
  CHECK_FALSE(fs::exists(mark));
}

TEST_CASE("nothing else of the host can be written") {
  host here;
  if (!has_sandbox(here))
    return;
  for (auto* folder : {"/", "/etc", "/usr", "/var", "/var/lib", "/opt"}) {
    CAPTURE(folder);
    CHECK_FALSE(here.works(std::string{"touch "} + folder + "/cohort-attack"));
    CHECK_FALSE(fs::exists(fs::path{folder} / "cohort-attack"));
  }
  CHECK_FALSE(here.works("echo x > $TOP/home/project/notes"));
  CHECK_FALSE(here.works("rm $TOP/home/project/notes"));
  CHECK_FALSE(here.works("rm -rf /etc/hostname"));
  // What can be written cannot be put elsewhere, with a link in its place.
  CHECK_FALSE(here.works("cd / && mv $TOP/state/slots/w1 $TOP/state/slots/w3"));
  CHECK_FALSE(here.works("cd / && rm -rf $TOP/state/slots/w1"));
  here.write("state/slots/w1/source");
  // These seem to work, on folders of the program's own.
  here.run("mkdir -p $TOP/state/slots/w2 $TOP/state/certs; rm -rf /tmp/* ~/*; "
           "echo x > $TOP/state/slots/w2/source; echo x > $TOP/home/evil; "
           "echo x > $TOP/state/evil; echo x > $TOP/evil");
  CHECK(read_file(here.at("state/slots/w2/source"))
        == "secret of state/slots/w2/source\n");
  CHECK(read_file(here.at("home/project/notes"))
        == "secret of home/project/notes\n");
  for (auto* name : {"home/evil", "state/evil", "evil"})
    CHECK_FALSE(fs::exists(here.at(name)));
}

TEST_CASE("the kernel's own settings are not a workspace's, not even root's") {
  host here;
  if (!has_sandbox(here))
    return;
  for (auto* file :
       {"/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches",
        "/proc/sysrq-trigger", "/sys/power/state"})
    CHECK_FALSE(here.works(std::string{"exec 3>>"} + file));
  CHECK_FALSE(here.works("mount -t tmpfs none /mnt"));
  CHECK_FALSE(here.works("mount -o remount,rw,bind /"));
  CHECK_FALSE(here.works("umount /proc/sys"));
  CHECK(here.said("grep -c '^Cap[A-Z][a-z]*:.*[1-9a-f]' /proc/self/status")
        == "0\n");
}

TEST_CASE("the user's secrets and the cluster's keys cannot be read") {
  host here;
  if (!has_sandbox(here))
    return;
  CHECK(here.said("cat ~/project/notes") == "secret of home/project/notes\n");
  CHECK(here.said("ls -A ~") == "project\n");
  CHECK(here.said("ls -A $TOP/state $TOP/state/slots")
        == here.at("state").string() + ":\nslots\n\n"
             + here.at("state/slots").string() + ":\nw1\n");
  for (auto* name : {"$TOP/home/.ssh/id_ed25519", "$TOP/home/.netrc",
                     "$TOP/state/certs/head.key", "$TOP/state/slots/w2/source",
                     "/etc/shadow", "/proc/$PPID/root/etc/shadow"})
    CHECK_FALSE(here.works(std::string{"cat "} + name));
  // Links are followed inside, where there is nothing at their ends.
  CHECK_FALSE(here.works("ln -s ~/.ssh/id_ed25519 a && cat a"));
  CHECK_FALSE(here.works("ln -s ../w2/source b && cat b"));
  fs::create_symlink(here.at("state/certs/head.key"),
                     here.at("state/slots/w1/planted"));
  CHECK_FALSE(here.works("cat planted"));
  // What a compiler quotes of a file is the same.
  auto quoted = here.run("echo '#include \"planted\"' > p.cpp; "
                         "g++ -fsyntax-only p.cpp 2>&1");
  CHECK(quoted.out.find("No such file") != std::string::npos);
  CHECK(quoted.out.find("secret") == std::string::npos);
}

TEST_CASE("the network and the host's services cannot be reached") {
  host here;
  if (!has_sandbox(here))
    return;
  listener service;
  CHECK_FALSE(here.works(connect_to(service.port)));
  CHECK(here.said("ls /run") == "");
  // Its own loopback works, for tests that talk to themselves.
  CHECK(here.works("/usr/bin/python3 -c 'import socket; s = socket.socket(); "
                   "s.bind((\"127.0.0.1\", 0)); s.listen(); "
                   "socket.create_connection(s.getsockname())'"));
  here.network = true;
  CHECK(here.works(connect_to(service.port)));
}

TEST_CASE("other processes cannot be seen or killed") {
  host here;
  if (!has_sandbox(here))
    return;
  auto us = std::to_string(getpid());
  CHECK(here.works("[ $(ls -d /proc/[0-9]* | wc -l) -lt 10 ]"));
  here.run("kill -9 " + us + " " + std::to_string(getppid()) + "; kill -9 -1");
  CHECK(here.works("true")); // We, and who starts programs, are still here.
}

TEST_CASE("nothing of a program is left when it ends") {
  host here;
  if (!has_sandbox(here))
    return;
  marked_sleep sleep;
  auto daemon = "(setsid sh -c '" + sleep.command() + " & exec "
                + sleep.command() + "' > /dev/null 2>&1 &)";
  CHECK(here.run(daemon + "; sleep 0.1").ok());
  CHECK(sleep.running() == 0);
  CHECK(here.run(daemon + "; " + sleep.command(), 300ms).status
        == status::timed_out);
  CHECK(sleep.running() == 0);
}

TEST_CASE("a fork bomb ends with its time") {
  host here;
  if (!has_sandbox(here))
    return;
  marked_sleep sleep;
  // 400 processes at most, in sessions of their own, that fork on.
  auto bomb = "i=0; while [ $i -lt 100 ]; do i=$((i+1)); setsid sh -c '"
              + sleep.command() + " & setsid " + sleep.command()
              + " & wait' & done > /dev/null 2>&1; wait";
  CHECK(here.run(bomb, 500ms).status == status::timed_out);
  CHECK(sleep.running() == 0);
  CHECK(here.works("true"));
}

TEST_CASE("processes beyond their limit are refused, but for root") {
  auto what = shell("(true; true) && echo more");
  what.process_limit = 1; // This user has one already.
  auto is_root = getuid() == 0;
  CHECK(start_runner()->run(what).out == (is_root ? "more\n" : ""));
}

TEST_CASE("a file cannot grow beyond its limit, nor a temporary folder") {
  host here;
  here.settings.file_limit_bytes = 1 << 20;
  auto result = here.run("head -c 3000000 /dev/zero > fill");
  CHECK_FALSE(result.ok());
  CHECK(fs::file_size(here.at("state/slots/w1/fill")) == 1 << 20);
  if (!has_sandbox(here))
    return;
  CHECK(here.said("df --output=size -k /tmp /dev/shm | tail -n 2 | uniq")
        == "  1048576\n");
}

TEST_CASE("what a workspace puts on PATH or preloads is not taken for a tool") {
  host here;
  if (!has_sandbox(here))
    return;
  CHECK(here.run("printf '#!/bin/sh\\necho mine\\n' > g++; chmod +x g++").ok());
  CHECK(here.said("g++ --version | head -c 3") == "g++");
  CHECK(here.said("echo \"[$LD_PRELOAD]\"") == "[]\n");
}

TEST_CASE("in a sandbox ends, times and costs are told as without one") {
  host here;
  if (!has_sandbox(here))
    return;
  CHECK(here.run("exit 7").exit_code == 7);
  CHECK(here.run("kill -SEGV $$").signal == SIGSEGV);
  auto busy = here.run("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done");
  CHECK(busy.ok());
  CHECK(busy.cpu > busy.wall / 20);
  CHECK(busy.cpu > 50ms);
  auto missing = here.run("exec ./missing");
  CHECK(missing.exit_code == 127);
}

} // namespace cohort::tests::attacks_test
