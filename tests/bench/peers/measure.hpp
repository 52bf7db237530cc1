#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

/// What the C++ drivers share: a clock, and one JSON line a workload.
namespace peers {

constexpr int repetitions = 3;

inline double now() {
  return std::chrono::duration<double>(
           std::chrono::steady_clock::now().time_since_epoch())
    .count();
}

/// Runs `f` three times; the line carries the median and the spread.
template <class F>
void measure(const std::string& peer, const char* workload, int n, F f) {
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i) {
    auto began = now();
    f();
    seconds.push_back(now() - began);
  }
  std::sort(seconds.begin(), seconds.end());
  std::printf(
    "{\"peer\":\"%s\",\"workload\":\"%s\",\"n\":%d,\"seconds\":%.6f,"
    "\"per_second\":%.1f,\"min_s\":%.6f,\"max_s\":%.6f,\"reps\":%d}\n",
    peer.c_str(), workload, n, seconds[1], n / seconds[1], seconds[0],
    seconds[2], repetitions);
  std::fflush(stdout);
}

/// `trips`: single round trips in seconds.
inline void emit_roundtrip(const std::string& peer, std::vector<double> trips) {
  std::sort(trips.begin(), trips.end());
  double total = 0;
  for (auto trip : trips)
    total += trip;
  auto n = trips.size();
  std::printf("{\"peer\":\"%s\",\"workload\":\"roundtrip\",\"n\":%zu,"
              "\"seconds\":%.6f,\"per_second\":%.1f,\"p50_us\":%.2f,"
              "\"p99_us\":%.2f}\n",
              peer.c_str(), n, total, static_cast<double>(n) / total,
              trips[n / 2] * 1e6, trips[n * 99 / 100] * 1e6);
  std::fflush(stdout);
}

} // namespace peers
