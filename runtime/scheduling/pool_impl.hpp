#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "runtime/errc.hpp"
#include "runtime/resilience/retry_budget.hpp"
#include "runtime/scheduling/fleet.hpp"
#include "runtime/scheduling/pool.hpp"
#include "runtime/scheduling/ready_queue.hpp"
#include "runtime/scheduling/stragglers.hpp"
#include "runtime/scheduling/task_tallies.hpp"

namespace cohort::runtime::scheduling {

/// The pool's state and its transitions. Each input ends with match(), so that
/// between two inputs no ready unit waits for a worker that is free for it.
struct pool::impl {
  impl(pool_settings s, uint64_t epoch, uint64_t seed);

  /// Ready units of one specialty, kind of work and kind of load.
  struct lane_record {
    ready_queue ready;
    std::map<worker_id, ready_queue> avoiding; // That failed on this worker.
  };
  struct retry {
    time_point due;
    uint64_t order;
    uint64_t sequence;
    friend bool operator<(const retry& a,
                          const retry& b) { // The last is largest.
      return a.due != b.due ? a.due > b.due : a.order > b.order;
    }
  };
  /// A unit that ends, and with what.
  struct ending {
    uint64_t sequence;
    pb::AttemptResult result;
  };
  /// The next unit to be assigned, and to whom.
  struct pairing {
    ready_queue* from = nullptr;
    const ready_queue::entry* entry = nullptr;
    fleet::choice to;
  };

  const pool_settings settings;
  const resilience::breaker_settings worker_breaker;
  const uint64_t head_epoch;
  std::mt19937_64 random;
  resilience::retry_budget budget;
  std::vector<effect> effects;
  bool is_draining = false; // Nothing begins.
  bool is_observed = false;
  std::vector<ended_attempt> ended; // Only while they are observed.
  std::vector<breaker_news> news;

  unit_table units;
  task_table tasks;
  task_tallies tallies;
  specialty_table specialties;
  held_table held;
  breaker_board breakers;
  fleet workers;
  stragglers late;
  std::vector<lane_record> lanes;
  slot_set active_lanes; // Those that may have ready units.
  std::priority_queue<retry> retries;
  uint64_t next_order = 0;
  uint64_t queued = 0; // Blocked, ready or backing off.
  uint64_t retried = 0;
  uint64_t retries_denied = 0;
  uint64_t breakers_opened = 0;
  uint64_t fenced = 0;
  uint64_t finished = 0; // Units.
  uint64_t failed = 0;
  uint64_t speculated = 0;
  std::chrono::nanoseconds speculated_time{0};
  std::chrono::nanoseconds wasted_time{0};
  uint32_t seconds_held = 0;                // Second attempts that run.
  time_point next_look = time_point::max(); // For stragglers.
  uint32_t cpu_bound_held = 0;
  uint32_t cores_brought = 0; // By workers, beside the limit of the settings.
  time_point latest;          // That an input carried.

  void saw(time_point now) {
    latest = std::max(latest, now);
  }

  // -- pool.cpp: submission
  // ----------------------------------------------------

  void submit(requester_id requester, std::vector<pb::WorkUnit> batch,
              time_point now);
  void enqueue_ready(const std::vector<uint64_t>& sequences);
  unit_record& add_unit(requester_id requester, pb::WorkUnit unit,
                        time_point now);

  // -- pool_dispatch.cpp: from ready to running
  // --------------------------------

  [[nodiscard]] uint32_t lanes_end() const;
  [[nodiscard]] ready_queue& queue_of(const unit_record& unit);
  void enqueue(unit_record& unit);
  /// Assigns as long as there is a ready unit and a free worker that fits it.
  void match(time_point now);
  [[nodiscard]] pairing best_pairing();
  void consider(ready_queue& queue, pairing& best);
  void assign(unit_record& unit, worker_record& worker, time_point now);
  /// Returns its place. It counts as no try yet.
  uint32_t start_attempt(unit_record& unit, worker_record& worker,
                         bool is_second, time_point now);
  /// The lease of an attempt begins when it is its worker's oldest.
  void start_lease(worker_record& worker, time_point now);

  // -- pool_speculation.cpp: two attempts at one unit
  // ---------------------------------

  /// Somebody is idle: whoever still runs may become late.
  void expect_stragglers(time_point now);
  /// Begins second attempts where the first is late, the latest first, as long
  /// as workers that fit are idle.
  void speculate(time_point now);
  /// Unless it costs too much, or nobody is idle who fits.
  void begin_second(uint32_t place, time_point now);
  /// The place of the unit's attempt, or `nowhere`: it is none of these.
  [[nodiscard]] uint32_t current(const unit_record& unit,
                                 const worker_record& worker, uint32_t attempt);
  /// The attempt is none of the unit's any more; the other one may still be.
  void release(unit_record& unit, uint32_t place, time_point now);
  /// Whether the unit has another attempt than this one, which failed: then it
  /// was for nothing, but is no failure of the unit.
  [[nodiscard]] bool goes_on(const unit_record& unit,
                             const held_record& attempt, time_point now);
  /// The unit has its result: the other attempt, if there is one, is stopped.
  void outrun(unit_record& unit, time_point now);

  // -- pool_ends.cpp: what becomes of units
  // ------------------------------------

  void finish(worker_record& worker, uint64_t sequence, uint32_t attempt,
              pb::AttemptResult result, time_point now);
  /// Tells the observer of an attempt that is over, if there is one.
  /// REQUIRES: the unit is still there.
  void note_end(const held_record& attempt, const unit_record& unit,
                pb::AttemptEnd how, const pb::AttemptResult& result,
                time_point now);
  /// Takes the attempt off its worker.
  held_record let_go(uint32_t place, time_point now);
  void succeed(unit_record& unit, pb::AttemptResult result);
  /// Fails these and, without trying them, all that depend on them.
  void fail(std::vector<ending> endings);
  /// An attempt failed; another may not, if the retry budget has something
  /// left.
  void retry_or_fail(unit_record& unit, pb::AttemptResult why, worker_id where,
                     time_point now);
  /// An attempt was lost with its worker, which says nothing about the unit:
  /// the retry budget does not pay for another one.
  void redo_or_fail(unit_record& unit, pb::AttemptResult why, worker_id where,
                    time_point now);
  void back_off(unit_record& unit, worker_id where, time_point now);
  void fail(unit_record& unit, pb::AttemptResult why, const std::string& how);
  /// Its task's time is over. REQUIRES: it is in no queue.
  void fail_late(unit_record& unit);
  /// Tells the requester, and forgets the unit.
  void end(unit_record& unit, pb::AttemptResult result);
  void remove_unit(unit_record& unit);

  // -- pool_breakers.cpp: what keeps failing
  // -----------------------------------

  /// Counts the attempt for its worker, and tells the breakers of worker, node
  /// and work. REQUIRES: the unit is still there.
  void judge(const held_record& attempt, const unit_record& unit,
             pb::AttemptEnd how, const pb::AttemptResult& result,
             time_point now);
  using turn = resilience::circuit_breaker::turn;
  void tell(const unit_record& unit, turn what, std::string breaker,
            const std::string& why);
  /// The attempt says nothing about anybody.
  void abandon(const held_record& attempt, work_kind kind, time_point now);
  /// A probe failed. If no node can do that kind of work, those who wait for it
  /// have waited long enough.
  void fail_if_broken_everywhere(work_kind kind, const std::string& why,
                                 time_point now);

  // -- pool_stops.cpp: attempts that are taken away
  // ----------------------------

  void cancel_task(requester_id requester, const std::string& task_id,
                   time_point now);
  /// What the task had queued vanishes; what runs is told to stop. Returns the
  /// ends of other tasks' units that depended on some of it.
  std::vector<ending> stop_all_of(task_record& task, time_point now);
  /// Tells the worker to stop; the attempt stays with it until it answers.
  void stop(uint32_t place, bool is_expired, time_point now);
  /// A lost attempt does not run any more.
  void stopped(const held_record& attempt);
  void answer(task_record& task);
  /// The attempt never began: it counts for nothing.
  void give_back(unit_record& unit);
  void end_lease(worker_record& worker, time_point now);
  /// The task's time is over, which is nobody's fault: whoever works at the
  /// unit is stopped.
  void cut(unit_record& unit, time_point now);
  /// Takes back what waits behind another attempt.
  void take_back_waiting(worker_record& worker, time_point now);
  /// Takes everything off a worker that nothing is expected of any more.
  void strip(worker_record& worker, errc code, const std::string& why,
             time_point now);
  void tick(time_point now);
  void look_at(worker_record& worker, time_point now);
};

/// The result of a unit that brought none.
[[nodiscard]] pb::AttemptResult failure(errc code, std::string message);

} // namespace cohort::runtime::scheduling
