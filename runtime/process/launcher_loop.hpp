#pragma once

#include <csignal>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <sys/socket.h>
#include <sys/types.h>

#include "runtime/process/children.hpp"
#include "runtime/process/descriptor.hpp"
#include "runtime/process/wire.hpp"

namespace cohort::runtime::process {

/// Tells a starter that its guardian died. One that nobody else uses.
inline const int guardian_gone_signal = SIGRTMIN + 3;

/// Starts programs on request and reports their ends. A root is a program that
/// was asked for; a stray is a descendant that lost its parent and so became a
/// child of this process.
///
/// A stray belongs to the root whose session it is in. One that made itself a
/// session of its own belongs to nobody, and ends with the next root that ends.
/// No end is reported while a stray is alive that may belong to it.
class launcher_loop {
public:
  /// REQUIRES: all signals are blocked; `null` is open on /dev/null.
  launcher_loop(int socket, int null, pid_t guardian, child_list& children);

  /// Returns when the runner or the guardian is gone. Children may be left.
  void run();

private:
  struct root {
    uint64_t id = 0;
    uint64_t strays_cpu_us = 0; // Of those that were reaped.
  };
  /// A root that was reaped; strays of its session may be left.
  struct ending {
    pid_t session = -1;
    wire::ended end;
  };

  /// Returns false when there is no packet now, or never more (`runner_gone_`).
  bool receive_packet();

  void on_start(const wire::start& header, char* text, char* end,
                std::vector<descriptor>& received);
  void on_kill(const wire::kill& message);

  void reap();
  bool wait_for_one();
  void add_stray(pid_t session, uint64_t cpu_us);
  void report_ends();
  /// Returns whether there were any.
  bool kill_strays();
  void flush();

  int socket_;
  int null_;
  bool runner_gone_ = false;
  pid_t guardian_;
  child_list& children_;
  descriptor signals_;
  std::vector<char> buffer_;
  std::string text_; // Of a start whose strings came in a file.
  std::unordered_map<pid_t, root> roots_; // Looked up only.
  std::unordered_map<uint64_t, pid_t> pids_;
  std::vector<ending> ending_;
  std::vector<wire::ended> outbox_;
};

} // namespace cohort::runtime::process
