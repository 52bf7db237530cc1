#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "tests/runtime/scheduling/pool_driver.hpp"

namespace cohort::tests::pool_properties_test {

/// What holds whatever workers do: a client, and workers that are slow, hang,
/// fail, die, and answer when nobody asks any more, drawn by a seed.

using namespace cohort::tests;

namespace {

constexpr uint64_t seeds = 300;

pool_settings hasty() {
  pool_settings settings;
  settings.worker_timeout = 2s;
  settings.cancel_timeout = 500ms;
  settings.retry_backoff = 20ms;
  settings.retry_backoff_max = 100ms;
  settings.breaker_cool_down = 300ms;
  settings.max_cpu_bound = 2;
  settings.speculation.least = 30ms;
  settings.speculation.factor = 1.5;
  settings.speculation.budget = 0.5;
  return settings;
}

/// A world around one pool, in which anything may happen.
class chaos {
public:
  explicit chaos(uint64_t seed) : random_{seed}, units_{hasty(), 1, seed} {
    for (worker_id id = 1; id <= 4; ++id)
      join();
  }

  void run() {
    for (int step = 0; step < 400; ++step) {
      act();
      settle();
    }
    // In the end everybody answers; those that were given up are replaced.
    for (int rounds = 0; !finish_all(); ++rounds) {
      if (rounds == 100)
        return complain("some units have no result");
      now_ += 100ms;
      units_.tick(now_);
      join();
      settle();
    }
  }

  /// Empty: nothing is wrong.
  [[nodiscard]] std::string wrong() const {
    return wrong_;
  }

  [[nodiscard]] pb::PoolReport report() const {
    return units_.report();
  }

private:
  struct attempt {
    worker_id worker = 0;
    uint64_t sequence = 0;
    uint32_t number = 0;
    bool is_stopped = false;
    friend bool operator<(const attempt& a, const attempt& b) {
      return std::tie(a.worker, a.sequence, a.number)
             < std::tie(b.worker, b.sequence, b.number);
    }
  };

  uint64_t draw(uint64_t below) {
    return random_() % below;
  }

  void complain(std::string why) {
    if (wrong_.empty())
      wrong_ = std::move(why);
  }

  void join() {
    pb::WorkerHello hello;
    auto id = ++last_worker_;
    hello.set_worker("w" + std::to_string(id));
    hello.set_node("n" + std::to_string(id % 3));
    hello.set_credits(1 + static_cast<uint32_t>(id % 2));
    *hello.add_specialties() = id % 4 == 0 ? generalist : compiling;
    units_.add_worker(id, hello, now_);
    workers_.insert(id);
  }

  void submit() {
    std::vector<pb::WorkUnit> batch;
    auto first = last_ticket_ + 1;
    for (auto count = 1 + draw(6); count > 0; --count) {
      auto ticket = ++last_ticket_;
      auto unit = unit_of(ticket, static_cast<double>(draw(5)));
      unit.set_task_id("t" + std::to_string(draw(2)));
      unit.set_cpu_bound(draw(2) == 0);
      if (ticket > first && draw(3) == 0)
        unit.add_depends_on(first + draw(ticket - first));
      tasks_[ticket] = unit.task_id();
      batch.push_back(std::move(unit));
    }
    units_.submit(1, std::move(batch), now_);
  }

  /// Some attempt, even one that was stopped or is over.
  const attempt* any_attempt() {
    if (attempts_.empty())
      return nullptr;
    auto it = attempts_.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(draw(attempts_.size())));
    return &*it;
  }

  void answer(const attempt& which) {
    pb::AttemptResult result;
    if (draw(5) == 0)
      result = error_of(draw(2) == 0 ? errc::crashed : errc::busy,
                        draw(4) != 0);
    result.set_attempt(77); // A worker may say anything.
    auto copy = which;
    if (draw(10) != 0) // Else it answers again some time.
      attempts_.erase(which);
    units_.finish(copy.worker, copy.sequence, copy.number, std::move(result),
                  now_);
  }

  void leave(worker_id id) {
    workers_.erase(id);
    std::erase_if(attempts_, [&](auto& x) { return x.worker == id; });
    units_.remove_worker(id, now_);
  }

  void act() {
    switch (draw(12)) {
      case 0:
      case 1:
        submit();
        break;
      case 2:
        if (draw(4) == 0)
          leave(*workers_.begin());
        if (workers_.size() < 4)
          join();
        break;
      case 3:
        if (draw(8) == 0)
          cancel("t" + std::to_string(draw(2)));
        break;
      case 4:
      case 5:
        now_ += std::chrono::milliseconds{draw(400)};
        units_.tick(now_);
        break;
      default:
        now_ += std::chrono::milliseconds{draw(20)};
        if (auto* which = any_attempt()) {
          if (which->is_stopped && draw(2) == 0)
            acknowledge(*which);
          else
            answer(*which);
        }
    }
  }

  void acknowledge(const attempt& which) {
    auto copy = which;
    attempts_.erase(which);
    units_.cancel_acknowledged(copy.worker, copy.sequence, copy.number, now_);
  }

  void cancel(const std::string& task) {
    for (auto& [ticket, of] : tasks_)
      if (of == task && results_.count(ticket) == 0)
        cancelled_.insert(ticket);
    units_.cancel(1, task, now_);
  }

  /// Takes the pool's effects, as its workers and its client would.
  void settle() {
    for (auto& effect : units_.take_effects())
      switch (effect.what) {
        case effect::kind::assign:
          if (workers_.count(effect.worker) == 0)
            complain("a worker that left got a unit");
          if (results_.count(effect.assignment.unit().ticket()) > 0)
            complain("a unit runs that has its result");
          attempts_.insert({effect.worker, effect.sequence, effect.attempt});
          numbers_[effect.assignment.unit().ticket()].insert(effect.attempt);
          break;
        case effect::kind::cancel: {
          attempt which{effect.worker, effect.sequence, effect.attempt, true};
          if (attempts_.erase(which) > 0)
            attempts_.insert(which);
          break;
        }
        case effect::kind::finished: {
          auto ticket = effect.result.ticket();
          if (!results_.insert(ticket).second)
            complain("two results of " + std::to_string(ticket));
          if (cancelled_.count(ticket) > 0)
            complain("a result of a cancelled unit");
          if (!effect.result.has_error()
              && numbers_[ticket].count(effect.result.attempt()) == 0)
            complain("a result of no attempt");
          break;
        }
        case effect::kind::cancelled:
          break;
      }
    auto all = units_.report();
    for (auto& worker : all.workers())
      if (worker.running() > worker.credits())
        complain(worker.worker() + " has more than its credits");
  }

  bool finish_all() {
    while (!attempts_.empty()) {
      auto which = *attempts_.begin();
      attempts_.erase(attempts_.begin());
      if (which.is_stopped)
        units_.cancel_acknowledged(which.worker, which.sequence, which.number,
                                   now_);
      else
        units_.finish(which.worker, which.sequence, which.number, {}, now_);
      settle();
    }
    return results_.size() + cancelled_.size() == last_ticket_;
  }

  std::mt19937_64 random_;
  pool units_;
  time_point now_{1h};
  worker_id last_worker_ = 0;
  uint64_t last_ticket_ = 0;
  std::set<worker_id> workers_;
  std::set<attempt> attempts_; // That a worker may still answer.
  std::map<uint64_t, std::set<uint32_t>> numbers_; // By ticket.
  std::map<uint64_t, std::string> tasks_;          // By ticket.
  std::set<uint64_t> results_;
  std::set<uint64_t> cancelled_;
  std::string wrong_;
};

} // namespace

TEST_CASE("each unit has one result, and no worker loses a place") {
  uint64_t speculated = 0;
  uint64_t fenced = 0;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    chaos world{seed};
    world.run();
    CHECK(world.wrong() == "");
    auto report = world.report();
    CHECK(report.queued() == 0);
    for (auto& worker : report.workers())
      CHECK(worker.running() == 0);
    speculated += report.speculated();
    fenced += report.fenced();
  }
  CHECK(speculated > seeds / 2); // Otherwise nothing was tried.
  CHECK(fenced > seeds);
}

} // namespace cohort::tests::pool_properties_test
