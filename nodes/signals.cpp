#include "nodes/signals.hpp"

#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <utility>

#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace cohort::nodes {

namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

} // namespace

void block_signals() {
  auto set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void unblock_signals() {
  auto set = watched();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void tell_drain(std::chrono::seconds time) {
  std::cerr << "cohort: finishes what runs, for " << time.count()
            << " s at most; once more ends it now\n";
}

signal_watch::signal_watch(std::function<void(int)> interrupted)
  : stop_{eventfd(0, EFD_CLOEXEC)} {
  auto set = watched();
  auto signals = signalfd(-1, &set, SFD_CLOEXEC);
  if (stop_ < 0 || signals < 0)
    throw std::runtime_error{"cannot watch signals"};
  thread_ = std::thread{[this, signals, call = std::move(interrupted)] {
    for (;;) {
      pollfd fds[] = {{signals, POLLIN, 0}, {stop_, POLLIN, 0}};
      if (poll(fds, 2, -1) < 0)
        continue;
      if (fds[1].revents != 0)
        break;
      signalfd_siginfo info{};
      if (read(signals, &info, sizeof info) == sizeof info)
        call(static_cast<int>(info.ssi_signo));
    }
    close(signals);
  }};
}

signal_watch::~signal_watch() {
  uint64_t one = 1;
  [[maybe_unused]] auto written = write(stop_, &one, sizeof one);
  thread_.join();
  close(stop_);
}

} // namespace cohort::nodes
