#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/telemetry.pb.h"
#include "runtime/scheduling/settings.hpp"

/// The worker pool's decisions: which unit goes to which worker, and when an
/// attempt is lost.
///
/// Pure: no clock, no I/O, no randomness but a seeded generator for jitter.
/// Inputs are method calls that carry the time; outputs are effects, in order,
/// which the caller carries out. Same inputs, same effects.
/// Costs:   O(log units) for each unit and result; O(workers) for each tick.
/// Source:  longest remaining path first (HLFET list scheduling, Adam, Chandy
///          and Dickson, CACM 1974); leases with fencing tokens (attempt
///          numbers).
namespace cohort::runtime::scheduling {

namespace pb = messages::v1;

using time_point = std::chrono::steady_clock::time_point;

/// Whoever submits units: the pool actor numbers them.
using requester_id = uint32_t;
/// Whoever carries them out: the pool actor numbers them; a restarted worker is
/// a new one.
using worker_id = uint32_t;

struct effect {
  enum class kind : uint8_t {
    assign,    // Send `assignment` to `worker`.
    cancel,    // Tell `worker` to stop (`sequence`, `attempt`).
    finished,  // Give `result` to `requester`.
    cancelled, // Tell `requester` that everything of `task_id` has stopped.
  };
  kind what = kind::assign;
  worker_id worker = 0;
  requester_id requester = 0;
  uint64_t sequence = 0;
  uint32_t attempt = 0;
  std::string task_id;
  pb::Assignment assignment;
  pb::AttemptResult result;
};

/// An attempt that is over; its span names everything but the times.
struct ended_attempt {
  pb::AttemptSpan span;
  time_point began;
  time_point ended;
};

/// A circuit breaker that opened or closed, for whoever submitted the unit that
/// did it.
struct breaker_news {
  requester_id requester = 0;
  pb::BreakerChange change;
};

class pool {
public:
  pool(pool_settings settings, uint64_t head_epoch, uint64_t seed);
  ~pool();
  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;

  // -- inputs
  // ------------------------------------------------------------------

  void add_worker(worker_id worker, const pb::WorkerHello& hello,
                  time_point now);
  /// The worker gets nothing more, and finishes what it holds.
  void retire_worker(worker_id worker, time_point now);
  /// The worker is gone: what it held runs elsewhere, as a new attempt.
  void remove_worker(worker_id worker, time_point now);

  /// Units whose `depends_on` are all done are ready at once. Dependencies name
  /// tickets of the same call; an unknown one or a cycle fails the unit with
  /// invalid_request.
  void submit(requester_id requester, std::vector<pb::WorkUnit> units,
              time_point now);
  /// Stops everything that `requester` submitted for `task_id`. `cancelled`
  /// comes once no worker holds any of it.
  void cancel(requester_id requester, const std::string& task_id,
              time_point now);
  /// The requester is gone: as `cancel` for all its tasks, with no answer.
  void remove_requester(requester_id requester, time_point now);

  /// A result whose (sequence, attempt) is not the worker's current one is
  /// dropped and counted as fenced.
  void finish(worker_id worker, uint64_t sequence, uint32_t attempt,
              pb::AttemptResult result, time_point now);
  /// The lease of the attempt that the worker runs begins anew.
  void got_further(worker_id worker, uint64_t sequence, uint32_t attempt,
                   time_point now);
  void cancel_acknowledged(worker_id worker, uint64_t sequence,
                           uint32_t attempt, time_point now);

  /// From now on nothing begins: what runs goes on, what waits behind it on its
  /// worker is taken back, and what comes waits.
  void drain(time_point now);

  /// Ends leases, back-offs, cancel time-outs and cool-downs that are due.
  void tick(time_point now);

  /// From now on attempts that end are kept for take_ended().
  void observe_attempts();

  // -- outputs
  // -----------------------------------------------------------------

  /// The effects since the last call, in order.
  std::vector<effect> take_effects();
  /// The attempts that ended since the last call, in order; none unless they
  /// are observed. One that never began on its worker is none: it counts for
  /// nothing.
  std::vector<ended_attempt> take_ended();
  /// The breakers that changed since the last call, in order.
  std::vector<breaker_news> take_breaker_news();
  /// When `tick` has something to do next; time_point::max() when never.
  [[nodiscard]] time_point next_deadline() const;

  /// Whether the pool drains, and no worker holds anything any more.
  [[nodiscard]] bool is_drained() const;

  [[nodiscard]] pb::PoolReport report() const;
  /// What workers did for a task that has ended; it is forgotten.
  [[nodiscard]] pb::PoolReport take_tally(const std::string& task_id);
  /// Exact specialty first, then a generalist; an empty name when nobody fits.
  [[nodiscard]] pb::SpecializedWorkerReport
  get_specialized_worker(const pb::Specialty& specialty) const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace cohort::runtime::scheduling
