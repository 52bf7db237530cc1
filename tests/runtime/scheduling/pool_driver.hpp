#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/errc.hpp"
#include "runtime/scheduling/pool.hpp"

/// Drives a pool by hand: time stands still until it is moved, and effects come
/// back as short words.
namespace cohort::tests {

using namespace std::chrono_literals;
namespace pb = cohort::messages::v1;
using cohort::runtime::errc;
using cohort::runtime::scheduling::effect;
using cohort::runtime::scheduling::pool;
using cohort::runtime::scheduling::pool_settings;
using cohort::runtime::scheduling::time_point;
using cohort::runtime::scheduling::worker_id;

inline pb::Specialty specialty_of(pb::SpecialtyKind kind,
                                  std::string name = "") {
  pb::Specialty result;
  result.set_kind(kind);
  result.set_custom_name(std::move(name));
  return result;
}

inline const pb::Specialty generalist
  = specialty_of(pb::SPECIALTY_KIND_GENERALIST);
inline const pb::Specialty compiling
  = specialty_of(pb::SPECIALTY_KIND_COMPILATION_ERRORS);
inline const pb::Specialty testing = specialty_of(pb::SPECIALTY_KIND_TESTING);

/// A no-op unit of the specialty.
inline pb::WorkUnit unit_of(uint64_t ticket, double rank = 0,
                            const pb::Specialty& specialty = compiling,
                            std::vector<uint64_t> depends_on = {}) {
  pb::WorkUnit unit;
  unit.set_ticket(ticket);
  unit.set_task_id("task");
  unit.set_rank(rank);
  unit.mutable_noop();
  *unit.mutable_specialty() = specialty;
  for (auto dependency : depends_on)
    unit.add_depends_on(dependency);
  return unit;
}

inline pb::AttemptResult error_of(errc code, bool recoverable,
                                  std::string message = "it broke") {
  pb::AttemptResult result;
  result.mutable_error()->set_code(static_cast<uint32_t>(code));
  result.mutable_error()->set_message(std::move(message));
  result.mutable_error()->set_recoverable(recoverable);
  return result;
}

class driver {
public:
  explicit driver(pool_settings settings = {}) : units{settings, 7, 42} {
    // nop
  }

  void join(worker_id id, std::vector<pb::Specialty> specialties,
            uint32_t credits = 1, bool brings_core = false,
            const std::string& node = "node") {
    pb::WorkerHello hello;
    hello.set_worker("w" + std::to_string(id));
    hello.set_node(node);
    hello.set_credits(credits);
    hello.set_brings_core(brings_core);
    for (auto& specialty : specialties)
      *hello.add_specialties() = specialty;
    units.add_worker(id, hello, now);
  }

  void submit(std::vector<pb::WorkUnit> batch, uint32_t requester = 1) {
    units.submit(requester, std::move(batch), now);
  }

  /// What happened since the last call: "1>w2" for ticket 1 assigned to worker
  /// 2 (again: "1>w2#3", attempt 3), "stop 1@w2", "1 done", "1 timed_out" and
  /// the like, "task cancelled"; in order, joined by ", ".
  std::string happened() {
    collect();
    std::string all;
    for (; told_ < log.size(); ++told_)
      all += (all.empty() ? "" : ", ") + describe(log[told_]);
    return all;
  }

  /// The last attempt of the ticket, as it was assigned; `happened` tells no
  /// more what led to it.
  const effect& last(uint64_t ticket) {
    collect();
    for (auto i = log.size(); i-- > 0;)
      if (log[i].what == effect::kind::assign
          && log[i].assignment.unit().ticket() == ticket) {
        told_ = std::max(told_, i + 1);
        return log[i];
      }
    throw std::logic_error("never assigned: " + std::to_string(ticket));
  }

  /// The result that the requester got for the ticket.
  const pb::AttemptResult& result(uint64_t ticket) {
    collect();
    for (auto& effect : log)
      if (effect.what == effect::kind::finished
          && effect.result.ticket() == ticket)
        return effect.result;
    throw std::logic_error("never finished: " + std::to_string(ticket));
  }

  /// The worker that has the ticket answers.
  void finish(uint64_t ticket, pb::AttemptResult answer = {}) {
    auto& attempt = last(ticket);
    units.finish(attempt.worker, attempt.sequence, attempt.attempt,
                 std::move(answer), now);
  }

  void acknowledge(uint64_t ticket) {
    auto& attempt = last(ticket);
    units.cancel_acknowledged(attempt.worker, attempt.sequence, attempt.attempt,
                              now);
  }

  void wait(std::chrono::milliseconds span) {
    now += span;
    units.tick(now);
  }

  pb::WorkerStatus status(worker_id id) {
    auto report = units.report();
    for (auto& worker : report.workers())
      if (worker.worker() == "w" + std::to_string(id))
        return worker;
    throw std::logic_error("no such worker: " + std::to_string(id));
  }

  pool units;
  time_point now{1h};
  std::vector<effect> log;

private:
  void collect() {
    for (auto& effect : units.take_effects())
      log.push_back(std::move(effect));
  }

  uint64_t ticket_of(uint64_t sequence) const {
    for (auto& effect : log)
      if (effect.what == effect::kind::assign && effect.sequence == sequence)
        return effect.assignment.unit().ticket();
    throw std::logic_error("an unknown sequence");
  }

  std::string describe(const effect& what) const {
    auto worker = "w" + std::to_string(what.worker);
    switch (what.what) {
      case effect::kind::assign:
        return std::to_string(what.assignment.unit().ticket()) + ">" + worker
               + (what.attempt > 1 ? "#" + std::to_string(what.attempt) : "");
      case effect::kind::cancel:
        return "stop " + std::to_string(ticket_of(what.sequence)) + "@"
               + worker;
      case effect::kind::finished:
        return std::to_string(what.result.ticket()) + " "
               + (what.result.has_error()
                    ? to_string(static_cast<errc>(what.result.error().code()))
                    : "done");
      case effect::kind::cancelled:
        return what.task_id + " cancelled";
    }
    return "?";
  }

  size_t told_ = 0; // Of the log: what `happened` has returned.
};

} // namespace cohort::tests
