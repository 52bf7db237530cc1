#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace cohort::nodes {

/// Blocks SIGINT, SIGTERM and SIGHUP in this thread and all that it starts, and
/// ignores SIGPIPE. REQUIRES: no other thread runs yet.
void block_signals();

/// Lets the signals end this process as usual: for verbs that start no work.
void unblock_signals();

/// Says on standard error that what runs may end, and within which time.
void tell_drain(std::chrono::seconds time);

/// Calls `interrupted` from a thread of its own for each of the blocked signals
/// that comes, with its number, until it is destroyed.
class signal_watch {
public:
  explicit signal_watch(std::function<void(int)> interrupted);
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

private:
  int stop_ = -1;
  std::thread thread_;
};

} // namespace cohort::nodes
