#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cohort::nodes {

/// What a workload of `cohort bench` took.
struct measurement {
  std::string workload;
  uint64_t n = 0;
  double seconds = 0;
  std::vector<double> latencies; // Microseconds, in any order.
};

/// Prints it as a JSON line with workload, n, seconds, per_second, p50_us and
/// p99_us. `front` and `back` are further fields: `"peer":"x",` and
/// `,"failed":0`.
void print_line(measurement what, const std::string& front,
                const std::string& back);

} // namespace cohort::nodes
