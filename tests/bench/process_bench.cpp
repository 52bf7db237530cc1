#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/process/launcher.hpp"

/// How many programs a second start and end, through the launcher and, as the
/// floor, with posix_spawn alone. Usage: bench_process [n]
namespace {

namespace process = cohort::runtime::process;
using clock_type = std::chrono::steady_clock;

void print(const std::string& workload, clock_type::time_point begin,
           std::vector<double> latencies_us) {
  auto seconds
    = std::chrono::duration<double>(clock_type::now() - begin).count();
  std::sort(latencies_us.begin(), latencies_us.end());
  auto n = latencies_us.size();
  std::printf(
    "{\"workload\":\"%s\",\"n\":%zu,\"seconds\":%.4f,\"per_second\":%.0f,"
    "\"p50_us\":%.0f,\"p99_us\":%.0f}\n",
    workload.c_str(), n, seconds, static_cast<double>(n) / seconds,
    latencies_us[n / 2], latencies_us[n * 99 / 100]);
  std::fflush(stdout);
}

/// Keeps `window` commands going until `n` have ended well.
class load {
public:
  load(process::runner& processes, process::command what, size_t n)
    : processes_{processes}, what_{std::move(what)}, n_{n} {
    latencies_us_.reserve(n);
  }

  void run(const std::string& workload, size_t window) {
    auto begin = clock_type::now();
    for (size_t i = 0; i < std::min(window, n_); ++i)
      start_one();
    std::unique_lock guard{mutex_};
    all_ended_.wait(guard, [&] { return ended_ == n_; });
    if (failed_ > 0)
      std::fprintf(stderr, "%s: %zu of %zu failed\n", workload.c_str(), failed_,
                   n_);
    print(workload + "_window_" + std::to_string(window), begin, latencies_us_);
  }

private:
  void start_one() {
    if (started_.fetch_add(1) >= n_)
      return;
    auto begin = clock_type::now();
    processes_.start(what_, {}, [this, begin](process::outcome result) {
      start_one();
      std::lock_guard guard{mutex_};
      latencies_us_.push_back(
        std::chrono::duration<double, std::micro>(clock_type::now() - begin)
          .count());
      failed_ += result.ok() ? 0 : 1;
      if (++ended_ == n_)
        all_ended_.notify_one();
    });
  }

  process::runner& processes_;
  process::command what_;
  size_t n_;
  std::atomic<size_t> started_{0};
  std::mutex mutex_;
  std::condition_variable all_ended_;
  std::vector<double> latencies_us_;
  size_t ended_ = 0;
  size_t failed_ = 0;
};

/// What no launcher can beat: no pipes, no limits, no output.
void run_floor(size_t n, size_t window) {
  std::vector<std::pair<pid_t, clock_type::time_point>> going;
  std::vector<double> latencies_us;
  char program[] = "/bin/true";
  char* argv[] = {program, nullptr};
  auto begin = clock_type::now();
  size_t started = 0;
  while (latencies_us.size() < n) {
    while (going.size() < window && started < n) {
      pid_t pid = 0;
      auto now = clock_type::now();
      if (posix_spawn(&pid, program, nullptr, nullptr, argv, environ) != 0)
        return std::perror("posix_spawn");
      going.emplace_back(pid, now);
      ++started;
    }
    auto pid = wait(nullptr);
    auto found = std::find_if(going.begin(), going.end(),
                              [pid](auto& x) { return x.first == pid; });
    if (found == going.end())
      continue;
    latencies_us.push_back(std::chrono::duration<double, std::micro>(
                             clock_type::now() - found->second)
                             .count());
    going.erase(found);
  }
  print("posix_spawn_true_window_" + std::to_string(window), begin,
        latencies_us);
}

process::command program(std::vector<std::string> argv) {
  process::command result;
  result.argv = std::move(argv);
  result.cpu_bound = false;
  return result;
}

std::optional<size_t> parse_count(std::string_view text) {
  size_t result = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(),
                                      result);
  if (error != std::errc{} || end != text.data() + text.size() || result == 0)
    return std::nullopt;
  return result;
}

int run_all(size_t n) {
  run_floor(n, 8); // Before anything else is a child of ours.
  auto processes = process::start_launcher({});
  if (!processes) {
    std::fprintf(stderr, "%s\n", processes.error().message.c_str());
    return 70;
  }
  for (size_t window : {1, 8, 64})
    load{**processes, program({"/bin/true"}), n}.run("true", window);
  load{**processes, program({"true"}), n}.run("true_by_path", 8);
  load{**processes, program({"/bin/echo", "hello"}), n}.run("echo", 8);
  load{**processes, program({"/bin/head", "-c", "10000000", "/dev/zero"}),
       n / 100 + 1}
    .run("print_10_mb", 2);
  auto with_input = program({"/bin/cat"});
  with_input.input.assign(5'000'000, 'x');
  load{**processes, with_input, n / 100 + 1}.run("cat_5_mb", 2);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  if (auto code = process::run_as_launcher(argc, argv))
    return *code;
  auto n = argc > 1 ? parse_count(argv[1]) : 4000;
  if (!n) {
    std::fprintf(stderr,
                 "usage: bench_process [number of programs, at least 1]\n");
    return 2;
  }
  return run_all(*n);
}
