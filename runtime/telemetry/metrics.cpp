#include "runtime/telemetry/metrics.hpp"

namespace cohort::runtime::telemetry {

void add(pb::ExecutionMetrics& sum, const pb::ExecutionMetrics& one) {
  sum.set_wall_seconds(sum.wall_seconds() + one.wall_seconds());
  sum.set_cpu_seconds(sum.cpu_seconds() + one.cpu_seconds());
  sum.set_processes(sum.processes() + one.processes());
  sum.set_checks(sum.checks() + one.checks());
  sum.set_fixes_tried(sum.fixes_tried() + one.fixes_tried());
  sum.set_fixes_kept(sum.fixes_kept() + one.fixes_kept());
  sum.set_cache_hits(sum.cache_hits() + one.cache_hits());
  sum.set_seconds_saved(sum.seconds_saved() + one.seconds_saved());
}

} // namespace cohort::runtime::telemetry
