#include "runtime/execution/slot_runner.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/execution/slot_jobs.hpp"

namespace cohort::runtime::execution {

namespace {

using clock = std::chrono::steady_clock;

void set_error(pb::AttemptResult& result, const error& why) {
  result.clear_payload();
  result.clear_patch();
  auto& to = *result.mutable_error();
  to.set_code(static_cast<uint32_t>(why.code));
  to.set_message(why.message);
  to.set_recoverable(is_recoverable(why.code));
}

/// What an ended program means; nothing when it is a result, even a bad one.
std::optional<error> failure_of(const process::outcome& outcome) {
  auto words = process::describe(outcome);
  switch (outcome.status) {
    case process::status::exited:
      return std::nullopt;
    case process::status::signalled:
      return error{errc::crashed, "the program died of " + words};
    case process::status::timed_out:
      return error{errc::timed_out, "the program ran past its deadline"};
    case process::status::cancelled:
      return error{errc::cancelled, "the unit was stopped"};
    case process::status::launcher_lost:
      return error{errc::crashed, words};
    case process::status::output_exceeded:
      return error{errc::tool_failed, "the program " + words};
    case process::status::start_failed:
      return error{errc::tool_failed, "the program did not start: " + words};
  }
  return error{errc::internal, "unknown end of a program"};
}

process::command command_of(const pb::WorkUnit& unit,
                            const process::process_settings& limits) {
  auto& what = unit.command();
  process::command result;
  result.argv = {what.argv().begin(), what.argv().end()};
  auto deadline = std::chrono::seconds{what.deadline().seconds()}
                  + std::chrono::nanoseconds{what.deadline().nanos()};
  result.deadline
    = std::max(std::chrono::milliseconds{0},
               std::chrono::duration_cast<std::chrono::milliseconds>(deadline));
  result.output_limit_bytes = limits.output_limit_bytes;
  result.memory_limit_bytes = limits.memory_limit_bytes;
  result.cpu_bound = unit.cpu_bound();
  return result;
}

/// Of the unit's task, when the unit came just now.
clock::time_point end_of(const pb::WorkUnit& unit) {
  if (!unit.has_time_left())
    return clock::time_point::max();
  auto left = std::chrono::seconds{unit.time_left().seconds()}
              + std::chrono::nanoseconds{unit.time_left().nanos()};
  return clock::now() + left;
}

class slot_runner final : public unit_runner {
public:
  slot_runner(std::string worker, const slot_runner_settings& settings,
              process::runner& processes, shared_caches caches)
    : worker_{worker},
      limits_{settings.processes},
      processes_{processes},
      jobs_{std::move(worker), settings, processes, std::move(caches)},
      thread_{[this](std::stop_token quit) { loop(std::move(quit)); }} {
    // nop
  }

  ~slot_runner() override {
    thread_.request_stop();
    cancel();
    thread_.join();
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !command_runs_; });
  }

  std::optional<pb::AttemptResult> start(const pb::Assignment& assignment,
                                         completion done) override;

  void on_progress(std::function<void()> alive) override {
    jobs_.on_progress(std::move(alive));
  }

  void cancel() override {
    // The callbacks that this runs must not meet our lock.
    std::stop_source stop;
    {
      std::lock_guard guard{mutex_};
      stop = stop_;
    }
    stop.request_stop();
  }

private:
  struct job {
    pb::Assignment assignment;
    clock::time_point end; // Its task's.
    completion done;
    std::stop_token stop;
  };

  pb::AttemptResult result_of(const pb::Assignment& assignment) const;
  std::optional<pb::AttemptResult>
  start_command(const pb::Assignment& assignment, completion done,
                std::stop_token stop);
  void loop(std::stop_token quit);
  void run(job what);

  const std::string worker_;
  const process::process_settings limits_;
  process::runner& processes_;
  slot_jobs jobs_; // The thread's.
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<job> mailbox_;
  std::stop_source stop_; // Of the assignment that runs.
  bool command_runs_ = false;
  std::jthread thread_; // Last: it uses all of the above.
};

pb::AttemptResult
slot_runner::result_of(const pb::Assignment& assignment) const {
  pb::AttemptResult result;
  result.set_task_id(assignment.unit().task_id());
  result.set_ticket(assignment.unit().ticket());
  result.set_head_epoch(assignment.head_epoch());
  result.set_attempt(assignment.attempt());
  result.set_worker(worker_);
  return result;
}

std::optional<pb::AttemptResult>
slot_runner::start(const pb::Assignment& assignment, completion done) {
  if (assignment.unit().has_noop())
    return result_of(assignment);
  std::stop_token stop;
  {
    std::lock_guard guard{mutex_};
    stop_ = {};
    stop = stop_.get_token();
    if (!assignment.unit().has_command()) {
      mailbox_ = job{assignment, end_of(assignment.unit()), std::move(done),
                     std::move(stop)};
      changed_.notify_all();
      return std::nullopt;
    }
  }
  return start_command(assignment, std::move(done), std::move(stop));
}

/// A program needs no slot and so no thread: the process runner answers.
std::optional<pb::AttemptResult>
slot_runner::start_command(const pb::Assignment& assignment, completion done,
                           std::stop_token stop) {
  auto result = result_of(assignment);
  if (assignment.unit().command().argv().empty()) {
    set_error(result, {errc::invalid_request, "the command is empty"});
    return result;
  }
  {
    std::lock_guard guard{mutex_};
    command_runs_ = true;
  }
  auto finish = [this, result = std::move(result),
                 done = std::move(done)](process::outcome outcome) mutable {
    auto& metrics = *result.mutable_metrics();
    metrics.set_wall_seconds(outcome.wall.count());
    metrics.set_cpu_seconds(outcome.cpu.count());
    metrics.set_processes(1);
    auto& output = *result.mutable_output();
    output.set_exit_code(outcome.exit_code);
    output.set_standard_output(analysis::valid_utf8(outcome.out));
    output.set_standard_error(analysis::valid_utf8(outcome.err));
    if (auto failure = failure_of(outcome))
      set_error(result, *failure);
    auto answer = std::move(done);
    auto answered = std::move(result);
    {
      std::lock_guard guard{mutex_};
      command_runs_ = false;
      changed_.notify_all();
    }
    // The runner may be gone from here on.
    answer(std::move(answered));
  };
  process::deadline_runner bounded{processes_};
  bounded.ends_at(end_of(assignment.unit()));
  bounded.start(command_of(assignment.unit(), limits_), std::move(stop),
                std::move(finish));
  return std::nullopt;
}

void slot_runner::loop(std::stop_token quit) {
  while (true) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, quit, [this] { return mailbox_.has_value(); });
    if (!mailbox_)
      return;
    auto what = std::move(*mailbox_);
    mailbox_.reset();
    lock.unlock();
    run(std::move(what));
  }
}

void slot_runner::run(job what) {
  auto result = result_of(what.assignment);
  auto begin = clock::now();
  auto outcome = jobs_.run(what.assignment.unit(), what.end, what.stop, result);
  std::chrono::duration<double> wall = clock::now() - begin;
  result.mutable_metrics()->set_wall_seconds(wall.count());
  if (!outcome)
    set_error(result, outcome.error());
  what.done(std::move(result));
}

} // namespace

std::unique_ptr<unit_runner>
make_slot_runner(std::string worker, const slot_runner_settings& settings,
                 process::runner& processes, shared_caches caches) {
  return std::make_unique<slot_runner>(std::move(worker), settings, processes,
                                       std::move(caches));
}

} // namespace cohort::runtime::execution
