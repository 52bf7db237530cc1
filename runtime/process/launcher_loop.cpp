#include "runtime/process/launcher_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/process/spawn.hpp"

namespace cohort::runtime::process {

namespace {

uint64_t cpu_us(const rusage& usage) {
  auto us = [](const timeval& t) {
    return static_cast<uint64_t>(t.tv_sec) * 1'000'000U
           + static_cast<uint64_t>(t.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

descriptor open_signals() {
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGCHLD);
  sigaddset(&watched, guardian_gone_signal);
  return descriptor{signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK)};
}

std::vector<descriptor> received_descriptors(msghdr& message) {
  std::vector<descriptor> result;
  auto* rights = CMSG_FIRSTHDR(&message);
  if (!rights || rights->cmsg_type != SCM_RIGHTS)
    return result;
  auto count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (size_t i = 0; i < count; ++i) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(rights) + i * sizeof fd, sizeof fd);
    result.emplace_back(fd);
  }
  return result;
}

bool read_file(int fd, uint64_t size, std::string& into) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0 || static_cast<uint64_t>(facts.st_size) != size)
    return false;
  into.resize(size);
  for (size_t have = 0; have < size;) {
    auto n = pread(fd, into.data() + have, size - have,
                   static_cast<off_t>(have));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    have += static_cast<size_t>(n);
  }
  return true;
}

/// Points `what` at the strings of [text, end). Returns false if there are
/// fewer than the header promises.
bool unpack(const wire::start& header, char* text, char* end, program& what) {
  auto take = [&]() -> char* {
    auto* stop = std::find(text, end, '\0');
    return stop == end ? nullptr : std::exchange(text, stop + 1);
  };
  auto take_list = [&](uint32_t count, std::vector<char*>& into) {
    for (uint32_t i = 0; i < count; ++i) {
      auto* next = take();
      if (!next)
        return false;
      into.push_back(next);
    }
    into.push_back(nullptr);
    return true;
  };
  if (header.argc == 0 || !take_list(header.argc, what.argv)
      || !take_list(header.envc, what.envp))
    return false;
  what.folder = take();
  what.memory_limit_bytes = header.memory_limit_bytes;
  what.file_limit_bytes = header.file_limit_bytes;
  what.process_limit = header.process_limit;
  return what.folder != nullptr;
}

} // namespace

launcher_loop::launcher_loop(int socket, int null, pid_t guardian,
                             child_list& children)
  : socket_{socket},
    null_{null},
    guardian_{guardian},
    children_{children},
    signals_{open_signals()},
    buffer_(wire::start_packet_max) {
  // nop
}

void launcher_loop::run() {
  while (!runner_gone_) {
    auto interest = static_cast<short>(outbox_.empty() ? POLLIN
                                                       : POLLIN | POLLOUT);
    pollfd fds[] = {{socket_, interest, 0}, {signals_.get(), POLLIN, 0}};
    poll(fds, 2, -1);
    if (fds[1].revents != 0) {
      signalfd_siginfo info[2];
      [[maybe_unused]] auto n = read(signals_.get(), info, sizeof info);
      if (getppid() != guardian_)
        return;
      reap();
    }
    if (fds[0].revents != 0) {
      while (receive_packet()) {
        // nop
      }
    }
    flush();
  }
}

// -- requests -----------------------------------------------------------------

bool launcher_loop::receive_packet() {
  iovec part{buffer_.data(), buffer_.size()};
  alignas(cmsghdr) char
    control[CMSG_SPACE(sizeof(int) * wire::start_descriptors_max)];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  auto n = recvmsg(socket_, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return errno == EINTR;
  if (n <= 0) {
    runner_gone_ = true;
    return false;
  }
  auto received = received_descriptors(message);
  auto size = static_cast<size_t>(n);
  auto what = wire::kind{0};
  std::memcpy(&what, buffer_.data(), std::min(size, sizeof what));
  if (what == wire::kind::start && size >= sizeof(wire::start)) {
    wire::start header;
    std::memcpy(&header, buffer_.data(), sizeof header);
    on_start(header, buffer_.data() + sizeof header, buffer_.data() + size,
             received);
  } else if (what == wire::kind::kill && size == sizeof(wire::kill)) {
    wire::kill request;
    std::memcpy(&request, buffer_.data(), sizeof request);
    on_kill(request);
  }
  return true;
}

void launcher_loop::on_start(const wire::start& header, char* text, char* end,
                             std::vector<descriptor>& received) {
  auto fail = [&](wire::step at, int why) {
    outbox_.push_back({header.id, 0, 0, why, at, 0});
  };
  auto count = 2U + (header.has_input != 0 ? 1U : 0U)
               + (header.text_in_file != 0 ? 1U : 0U);
  if (received.size()
      != count) // The kernel drops what the process cannot hold.
    return fail(wire::step::descriptors, EMFILE);
  if (header.text_in_file != 0) {
    if (!read_file(received.back().get(), header.text_bytes, text_))
      return fail(wire::step::descriptors, EIO);
    text = text_.data();
    end = text + text_.size();
  }
  program what;
  if (!unpack(header, text, end, what))
    return fail(wire::step::exec, EINVAL);
  what.standard[0] = header.has_input != 0 ? received[2].get() : null_;
  what.standard[1] = received[0].get();
  what.standard[2] = received[1].get();
  auto result = spawn(what);
  if (result.failed != wire::step::none)
    return fail(result.failed, result.error);
  roots_.emplace(result.pid, root{header.id});
  pids_.emplace(header.id, result.pid);
}

void launcher_loop::on_kill(const wire::kill& request) {
  // A pid in the table is not reaped yet, so that nobody else can have it.
  if (auto found = pids_.find(request.id); found != pids_.end())
    kill(-found->second, SIGKILL);
}

// -- ends ---------------------------------------------------------------------

void launcher_loop::reap() {
  while (wait_for_one()) {
    // nop
  }
  if (!ending_.empty())
    report_ends();
}

/// Returns whether there was one.
bool launcher_loop::wait_for_one() {
  siginfo_t info{};
  if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0
      || info.si_pid == 0)
    return false;
  auto pid = info.si_pid;
  auto found = roots_.find(pid);
  // Its group first: once it is reaped, the number may be given to others.
  if (found != roots_.end())
    kill(-pid, SIGKILL);
  auto session = getsid(pid);
  int status = 0;
  rusage usage{};
  wait4(pid, &status, __WALL, &usage);
  if (found == roots_.end()) {
    add_stray(session, cpu_us(usage));
    return true;
  }
  auto& [id, strays_us] = found->second;
  ending_.push_back(
    {pid, {id, cpu_us(usage) + strays_us, status, 0, wire::step::none, 0}});
  pids_.erase(id);
  roots_.erase(found);
  return true;
}

/// What a stray took is its root's: in a sandbox that is nearly all. A
/// session's number is nobody else's for as long as one that was in it is not
/// reaped.
void launcher_loop::add_stray(pid_t session, uint64_t cpu_us) {
  if (auto found = roots_.find(session); found != roots_.end()) {
    found->second.strays_cpu_us += cpu_us;
    return;
  }
  for (auto& one : ending_)
    if (one.session == session)
      one.end.cpu_us += cpu_us;
}

/// Every stray that is killed here sends SIGCHLD as it dies, which leads back
/// here, until none is left.
void launcher_loop::report_ends() {
  if (kill_strays())
    return;
  for (auto& one : ending_)
    outbox_.push_back(one.end);
  ending_.clear();
}

bool launcher_loop::kill_strays() {
  bool any = false;
  for (auto pid : children_.read()) {
    if (roots_.contains(pid) || roots_.contains(getsid(pid)))
      continue;
    kill(pid, SIGKILL);
    any = true;
  }
  return any;
}

void launcher_loop::flush() {
  size_t sent = 0;
  while (sent < outbox_.size()) {
    auto count = std::min(outbox_.size() - sent, wire::ended_per_packet_max);
    auto n = send(socket_, outbox_.data() + sent, count * sizeof(wire::ended),
                  MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) // Full: later. Gone: the next receive says so.
      break;
    sent += count;
  }
  outbox_.erase(outbox_.begin(),
                outbox_.begin() + static_cast<ptrdiff_t>(sent));
}

} // namespace cohort::runtime::process
