#include "nodes/bench_line.hpp"

#include <algorithm>
#include <cstdio>

namespace cohort::nodes {

void print_line(measurement what, const std::string& front,
                const std::string& back) {
  auto& latencies = what.latencies;
  std::sort(latencies.begin(), latencies.end());
  auto quantile = [&](double q) {
    return latencies.empty() ? 0.0
                             : latencies[static_cast<size_t>(
                               q * static_cast<double>(latencies.size() - 1))];
  };
  std::printf("{%s\"workload\":\"%s\",\"n\":%llu,\"seconds\":%.6f,"
              "\"per_second\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f%s}\n",
              front.c_str(), what.workload.c_str(),
              static_cast<unsigned long long>(what.n), what.seconds,
              what.seconds > 0 ? static_cast<double>(what.n) / what.seconds
                               : 0.0,
              quantile(0.5), quantile(0.99), back.c_str());
  std::fflush(stdout);
}

} // namespace cohort::nodes
