#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "runtime/process/descriptor.hpp"
#include "runtime/process/launcher_link.hpp"
#include "runtime/process/packing.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"

namespace cohort::runtime::process {

/// The runner's side of the launcher: one thread that asks for starts and
/// kills, reads what programs print, and keeps deadlines and CPU tokens.
/// Everything behind `start` happens on that thread; others only leave
/// requests.
///
/// The destructor kills what runs, waits for its end, and reports `cancelled`.
class launched_runner final : public runner {
public:
  /// REQUIRES: `launcher`, at the other ends of `sockets`, has said hello.
  launched_runner(std::vector<descriptor> sockets, pid_t launcher,
                  const process_settings& settings);

  ~launched_runner() override;

  void start(command what, std::stop_token stop, completion done) override;

private:
  using clock = std::chrono::steady_clock;

  /// Runs in whichever thread requests the stop; only leaves a note.
  struct stop_note {
    launched_runner* owner;
    uint64_t id;
    void operator()() const;
  };

  struct job_state {
    uint64_t id = 0;
    command what;
    completion done;
    std::stop_token stop;
    std::optional<std::stop_callback<stop_note>> on_stop;
    outcome result;
    descriptor out;
    descriptor err;
    clock::time_point started;
    clock::time_point deadline = clock::time_point::max();
    bool running = false;
    bool killed = false; // `result` says why.
    bool has_token = false;
  };

  /// What an epoll event is about: these two, or a job's output or error.
  static constexpr uint64_t wake_source = 0;
  static constexpr uint64_t link_source = 1;
  static constexpr uint64_t output_source(uint64_t id) {
    return id << 1;
  }
  static constexpr uint64_t error_source(uint64_t id) {
    return id << 1 | 1;
  }

  void loop();

  // -- requests of others
  bool take_requests();
  void admit(std::unique_ptr<job_state> next);
  void on_stop_request(uint64_t id);
  void begin_ending();
  void wake();

  // -- starts
  void start_pending();
  bool send_kills();
  void grant_tokens();
  bool launch(job_state& next);
  bool postpone_or_fail(job_state& next, int error_number);
  void started(job_state& next, output_pipe out, output_pipe err);

  // -- events
  void wait_for_events();
  void on_event(uint64_t source);
  void on_packet();
  void want_write(bool wanted);
  bool watch(int fd, uint64_t source);

  // -- ends
  void kill_job(job_state& which, status why);
  void kill_overdue();
  bool read_output(job_state& which, descriptor& from, std::string& into);
  void drain(job_state& which);
  void on_ended(const wire::ended& end);
  void on_lost();
  void finish(uint64_t id);
  void finish_with(job_state& which, status why, std::string message = {});

  // -- state of the thread alone
  launcher_link link_;
  pid_t launcher_;
  packed_environment environment_;
  descriptor epoll_;
  unsigned tokens_;
  std::map<uint64_t, std::unique_ptr<job_state>>
    jobs_;                       // In order of their starts.
  std::deque<uint64_t> waiting_; // For a token. May hold ids of finished jobs,
  std::deque<uint64_t> ready_;   // for the launcher: likewise.
  std::deque<uint64_t> kills_;
  std::set<std::pair<clock::time_point, uint64_t>>
    deadlines_; // Of running jobs.
  std::vector<char> buffer_;
  std::vector<wire::ended> ends_;
  size_t running_ = 0;
  uint64_t last_id_ = 0;
  bool wants_write_ = false;
  bool lost_ = false;
  bool ending_ = false;

  // -- shared, under the mutex
  std::mutex mutex_;
  std::vector<std::unique_ptr<job_state>> inbox_;
  std::vector<uint64_t> stops_;
  bool end_requested_ = false;

  descriptor wake_;
  std::thread thread_; // Last: it uses all of the above.
};

} // namespace cohort::runtime::process
