#include "runtime/process/launched_runner.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

namespace cohort::runtime::process {

namespace {

constexpr size_t read_bytes_max = 64 * 1024; // What a pipe holds.

/// Signals are for other threads; SIGPIPE would end the process.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

} // namespace

launched_runner::launched_runner(std::vector<descriptor> sockets,
                                 pid_t launcher,
                                 const process_settings& settings)
  : link_{std::move(sockets)},
    launcher_{launcher},
    epoll_{epoll_create1(EPOLL_CLOEXEC)},
    tokens_{std::max(1U, settings.cpu_tokens)},
    buffer_(read_bytes_max),
    ends_(wire::ended_per_packet_max),
    wake_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  environment_.base = child_environment(current_environment(),
                                        settings.pass_environment);
  environment_.block = environment_block(environment_.base, {});
  auto is_watched = [&](const descriptor& socket) {
    return watch(socket.get(), link_source);
  };
  if (!epoll_ || !wake_ || !watch(wake_.get(), wake_source)
      || !std::ranges::all_of(link_.sockets(), is_watched))
    throw std::system_error{errno, std::generic_category(), "launched_runner"};
  thread_ = std::thread{[this] { loop(); }};
}

launched_runner::~launched_runner() {
  {
    std::lock_guard guard{mutex_};
    end_requested_ = true;
  }
  wake();
  thread_.join();
  while (waitpid(launcher_, nullptr, 0) < 0 && errno == EINTR) {
    // nop
  }
}

void launched_runner::start(command what, std::stop_token stop,
                            completion done) {
  auto next = std::make_unique<job_state>();
  next->what = std::move(what);
  next->done = std::move(done);
  next->stop = std::move(stop);
  bool first = false;
  {
    std::lock_guard guard{mutex_};
    first = inbox_.empty();
    inbox_.push_back(std::move(next));
  }
  // The thread itself looks into the inbox before it waits.
  if (first && std::this_thread::get_id() != thread_.get_id())
    wake();
}

void launched_runner::stop_note::operator()() const {
  {
    std::lock_guard guard{owner->mutex_};
    owner->stops_.push_back(id);
  }
  owner->wake();
}

void launched_runner::wake() {
  uint64_t one = 1;
  [[maybe_unused]] auto written = write(wake_.get(), &one, sizeof one);
}

void launched_runner::loop() {
  block_signals();
  for (;;) {
    do
      start_pending();
    while (take_requests());
    if (ending_ && lost_)
      return;
    wait_for_events();
    kill_overdue();
  }
}

// -- requests of others -------------------------------------------------------

/// Returns whether there were any.
bool launched_runner::take_requests() {
  std::vector<std::unique_ptr<job_state>> inbox;
  std::vector<uint64_t> stops;
  bool end = false;
  {
    std::lock_guard guard{mutex_};
    inbox.swap(inbox_);
    stops.swap(stops_);
    end = end_requested_ && !ending_;
  }
  for (auto& next : inbox)
    admit(std::move(next));
  for (auto id : stops)
    on_stop_request(id);
  if (end)
    begin_ending();
  return !inbox.empty() || !stops.empty() || end;
}

void launched_runner::admit(std::unique_ptr<job_state> next) {
  auto id = next->id = ++last_id_;
  auto& added = *jobs_.emplace(id, std::move(next)).first->second;
  if (auto why = why_impossible(added.what); !why.empty())
    return finish_with(added, status::start_failed, std::move(why));
  if (ending_ || added.stop.stop_requested())
    return finish_with(added, status::cancelled);
  if (lost_)
    return finish_with(added, status::launcher_lost);
  if (added.stop.stop_possible())
    added.on_stop.emplace(added.stop, stop_note{this, id});
  (added.what.cpu_bound ? waiting_ : ready_).push_back(id);
}

void launched_runner::on_stop_request(uint64_t id) {
  auto found = jobs_.find(id);
  if (found == jobs_.end())
    return;
  auto& job = *found->second;
  if (job.running)
    kill_job(job, status::cancelled);
  else
    finish_with(job, status::cancelled);
}

/// What waits ends now; what runs, when the launcher has killed it and is gone.
void launched_runner::begin_ending() {
  ending_ = true;
  std::vector<uint64_t> idle;
  for (auto& [id, job] : jobs_)
    if (!job->running)
      idle.push_back(id);
  for (auto id : idle)
    finish_with(*jobs_.at(id), status::cancelled);
  link_.shut_down();
}

// -- starts -------------------------------------------------------------------

void launched_runner::start_pending() {
  if (lost_ || ending_ || wants_write_)
    return;
  if (!send_kills())
    return;
  for (;;) {
    grant_tokens();
    if (ready_.empty())
      return;
    auto found = jobs_.find(ready_.front());
    if (found != jobs_.end() && !launch(*found->second))
      return;
    ready_.pop_front();
  }
}

/// Returns false if some must wait.
bool launched_runner::send_kills() {
  for (; !kills_.empty(); kills_.pop_front()) {
    auto sent = link_.kill(kills_.front());
    if (sent == launcher_link::sent::yes || sent == launcher_link::sent::lost)
      continue; // Lost: its end is about to be read.
    want_write(true);
    return false;
  }
  return true;
}

void launched_runner::grant_tokens() {
  for (; tokens_ > 0 && !waiting_.empty(); waiting_.pop_front()) {
    auto found = jobs_.find(waiting_.front());
    if (found == jobs_.end())
      continue;
    --tokens_;
    found->second->has_token = true;
    ready_.push_back(found->first);
  }
}

/// Returns false if `next` must wait for the launcher or for descriptors.
bool launched_runner::launch(job_state& next) {
  if (next.stop.stop_requested()) {
    finish_with(next, status::cancelled);
    return true;
  }
  auto out = output_pipe::make();
  auto err = out ? output_pipe::make() : std::nullopt;
  if (!err)
    return postpone_or_fail(next, errno);
  descriptor input;
  if (!next.what.input.empty()) {
    input = memory_file("cohort-input", next.what.input);
    if (!input)
      return postpone_or_fail(next, errno);
  }
  auto [header, text] = pack(next.what, environment_);
  header.id = next.id;
  switch (link_.start(header, text, out->write_end.get(), err->write_end.get(),
                      input.get())) {
    case launcher_link::sent::yes:
      started(next, std::move(*out), std::move(*err));
      return true;
    case launcher_link::sent::full:
      want_write(true);
      return false;
    case launcher_link::sent::no_descriptors:
      return postpone_or_fail(next, errno);
    case launcher_link::sent::lost:
      return false; // The end of the link is about to be read.
  }
  return false;
}

/// As long as something runs, its end will give descriptors back.
bool launched_runner::postpone_or_fail(job_state& next, int error_number) {
  if (running_ > 0)
    return false;
  finish_with(next, status::start_failed,
              describe_start_failure(next.what, wire::step::descriptors,
                                     error_number));
  return true;
}

void launched_runner::started(job_state& next, output_pipe out,
                              output_pipe err) {
  next.running = true;
  ++running_;
  next.started = clock::now();
  if (next.what.deadline.count() > 0) {
    next.deadline = next.started + next.what.deadline;
    deadlines_.emplace(next.deadline, next.id);
  }
  next.out = std::move(out.read_end);
  next.err = std::move(err.read_end);
  next.what.input = {};
  if (watch(next.out.get(), output_source(next.id))
      && watch(next.err.get(), error_source(next.id)))
    return;
  next.result.message = describe_start_failure(next.what,
                                               wire::step::descriptors, errno);
  kill_job(next, status::start_failed);
}

} // namespace cohort::runtime::process
