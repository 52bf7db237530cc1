#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/scheduling/pool.hpp"

/// How many no-op units a second the pool brings to workers and back, in one
/// thread: submission, assignment and result together. One JSON line for each
/// workload; p50 and p99 are of one result and the assignment that follows it,
/// while about `n` units are queued.
namespace {

namespace pb = cohort::messages::v1;
using namespace cohort::runtime::scheduling;
using bench_clock = std::chrono::steady_clock;

enum class order { submission, random_ranks };

pb::WorkerHello hello_of(uint32_t number) {
  pb::WorkerHello hello;
  hello.set_worker("worker-" + std::to_string(number));
  hello.set_credits(1);
  hello.add_specialties()->set_kind(pb::SPECIALTY_KIND_GENERALIST);
  hello.add_specialties()->set_kind(pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  return hello;
}

std::vector<pb::WorkUnit> make_units(size_t n, order how) {
  std::mt19937_64 random{1};
  std::vector<pb::WorkUnit> units(n);
  for (size_t i = 0; i < n; ++i) {
    units[i].set_ticket(i);
    units[i].set_task_id("task-1");
    units[i].mutable_noop();
    units[i].mutable_specialty()->set_kind(
      pb::SPECIALTY_KIND_COMPILATION_ERRORS);
    if (how == order::random_ranks)
      units[i].set_rank(static_cast<double>(random() % 1'000'000));
  }
  return units;
}

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double seconds_since(bench_clock::time_point begin) {
  return std::chrono::duration<double>(bench_clock::now() - begin).count();
}

/// Workers that answer at once, in the order of their assignments.
class workload {
public:
  workload(size_t n, uint32_t workers, order how)
    : n_{n}, pool_{{}, 1, 1}, units_{make_units(n, how)} {
    for (uint32_t i = 1; i <= workers; ++i)
      pool_.add_worker(i, hello_of(i), now());
    pool_.take_effects();
  }

  void run(const std::string& name) {
    auto begin = bench_clock::now();
    auto cpu_begin = cpu_seconds();
    pool_.submit(1, std::move(units_), now());
    collect();
    // The first results, with about n units queued: one decision's price.
    auto decisions = std::min<size_t>(1000, n_ / 2);
    std::vector<double> decisions_us;
    for (size_t i = 0; i < decisions; ++i) {
      auto decision_begin = bench_clock::now();
      answer_one();
      decisions_us.push_back(seconds_since(decision_begin) * 1e6);
    }
    std::sort(decisions_us.begin(), decisions_us.end());
    while (finished_ < n_)
      answer_one();
    auto seconds = seconds_since(begin);
    std::printf("{\"workload\":\"%s\",\"n\":%zu,\"seconds\":%.6f,"
                "\"per_second\":%.0f,\"cpu_us_per_unit\":%.3f,"
                "\"p50_us\":%.3f,\"p99_us\":%.3f}\n",
                name.c_str(), n_, seconds, static_cast<double>(n_) / seconds,
                (cpu_seconds() - cpu_begin) * 1e6 / static_cast<double>(n_),
                decisions_us[decisions / 2],
                decisions_us[decisions * 99 / 100]);
    std::fflush(stdout);
  }

private:
  time_point now() {
    return time_point{} + std::chrono::nanoseconds{++time_};
  }

  void answer_one() {
    auto& next = running_.front();
    pool_.finish(next.worker, next.sequence, next.attempt, {}, now());
    running_.pop_front();
    collect();
  }

  void collect() {
    for (auto& effect : pool_.take_effects()) {
      if (effect.what == effect::kind::assign)
        running_.push_back({effect.worker, effect.sequence, effect.attempt});
      finished_ += effect.what == effect::kind::finished ? 1 : 0;
    }
  }

  struct assigned {
    worker_id worker;
    uint64_t sequence;
    uint32_t attempt;
  };

  size_t n_;
  pool pool_;
  std::vector<pb::WorkUnit> units_;
  std::deque<assigned> running_;
  size_t finished_ = 0;
  int64_t time_ = 0;
};

} // namespace

int main() {
  for (size_t n : {1'000, 100'000, 1'000'000})
    for (uint32_t workers : {8, 10'000}) {
      auto name = "schedule_" + std::to_string(workers) + "_workers";
      workload{n, workers, order::submission}.run(name);
      workload{n, workers, order::random_ranks}.run(name + "_random_ranks");
    }
}
