#include "runtime/process/launched_runner.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/wait.h>

/// What happens to running programs: their output, deadlines and ends.
namespace cohort::runtime::process {

// -- events -------------------------------------------------------------------

void launched_runner::wait_for_events() {
  int timeout_ms = -1;
  if (!deadlines_.empty()) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(
      deadlines_.begin()->first - clock::now());
    timeout_ms = static_cast<int>(std::clamp<int64_t>(left.count(), 0, 60'000));
  }
  epoll_event events[64];
  auto count = epoll_wait(epoll_.get(), events, 64, timeout_ms);
  for (int i = 0; i < count; ++i)
    on_event(events[i].data.u64);
}

void launched_runner::on_event(uint64_t source) {
  if (source == wake_source) {
    uint64_t count = 0;
    [[maybe_unused]] auto got = read(wake_.get(), &count, sizeof count);
    return;
  }
  if (source == link_source)
    return on_packet();
  // It may have ended by an event of the same batch.
  auto found = jobs_.find(source >> 1);
  if (found == jobs_.end())
    return;
  auto& job = *found->second;
  if (source == output_source(job.id))
    read_output(job, job.out, job.result.out);
  else
    read_output(job, job.err, job.result.err);
}

void launched_runner::on_packet() {
  if (wants_write_)
    want_write(false);
  auto ends = link_.receive(ends_);
  if (!ends)
    return on_lost();
  for (auto& end : *ends)
    on_ended(end);
}

void launched_runner::want_write(bool wanted) {
  epoll_event event{};
  event.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = link_source;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, link_.blocked(), &event);
  wants_write_ = wanted;
}

bool launched_runner::watch(int fd, uint64_t source) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = source;
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

// -- ends ---------------------------------------------------------------------

/// Its end is reported by the launcher, when its whole tree is dead.
void launched_runner::kill_job(job_state& which, status why) {
  if (std::exchange(which.killed, true))
    return;
  which.result.status = why;
  kills_.push_back(which.id);
}

void launched_runner::kill_overdue() {
  auto now = clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    auto id = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    kill_job(*jobs_.at(id), status::timed_out);
  }
}

/// Reads once, so that no program starves the others. Returns whether more may
/// be there.
bool launched_runner::read_output(job_state& which, descriptor& from,
                                  std::string& into) {
  auto n = read(from.get(), buffer_.data(), buffer_.size());
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return errno == EINTR;
  if (n <= 0) {
    from.reset();
    return false;
  }
  auto size = static_cast<size_t>(n);
  auto room = which.what.output_limit_bytes - into.size();
  into.append(buffer_.data(), std::min(size, room));
  if (size <= room)
    return true;
  kill_job(which, status::output_exceeded);
  from.reset();
  return false;
}

/// Takes what a dead tree left in its pipes. Somebody else may hold a pipe open
/// (a descriptor can be passed on), so an empty pipe is the end, too.
void launched_runner::drain(job_state& which) {
  while (which.out && read_output(which, which.out, which.result.out)) {
    // nop
  }
  while (which.err && read_output(which, which.err, which.result.err)) {
    // nop
  }
}

void launched_runner::on_ended(const wire::ended& end) {
  auto found = jobs_.find(end.id);
  if (found == jobs_.end())
    return;
  auto& job = *found->second;
  drain(job);
  job.result.wall = clock::now() - job.started;
  job.result.cpu = std::chrono::microseconds{end.cpu_us};
  if (job.killed)
    return finish(end.id);
  if (end.failed != wire::step::none)
    return finish_with(job, status::start_failed,
                       describe_start_failure(job.what, end.failed,
                                              end.start_errno));
  if (WIFEXITED(end.wait_status)) {
    job.result.exit_code = WEXITSTATUS(end.wait_status);
    return finish_with(job, status::exited);
  }
  job.result.signal = WTERMSIG(end.wait_status);
  finish_with(job, status::signalled);
}

/// The end of the link means that every program is dead.
void launched_runner::on_lost() {
  lost_ = true;
  kills_.clear();
  while (!jobs_.empty()) {
    auto& job = *jobs_.begin()->second;
    drain(job);
    if (job.running)
      job.result.wall = clock::now() - job.started;
    if (job.killed)
      finish(job.id);
    else
      finish_with(job, ending_ ? status::cancelled : status::launcher_lost);
  }
}

void launched_runner::finish_with(job_state& which, status why,
                                  std::string message) {
  which.result.status = why;
  which.result.message = std::move(message);
  finish(which.id);
}

void launched_runner::finish(uint64_t id) {
  auto node = jobs_.extract(id);
  auto& job = *node.mapped();
  if (job.has_token)
    ++tokens_;
  if (job.running) {
    --running_;
    deadlines_.erase({job.deadline, id});
  }
  job.on_stop.reset(); // Waits for a note that is just being left.
  job.done(std::move(job.result));
}

} // namespace cohort::runtime::process
