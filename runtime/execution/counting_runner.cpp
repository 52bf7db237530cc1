#include "runtime/execution/counting_runner.hpp"

#include <utility>

namespace cohort::runtime::execution {

void counting_runner::start(process::command what, std::stop_token stop,
                            completion done) {
  next_.start(std::move(what), std::move(stop),
              [costs = costs_,
               done = std::move(done)](process::outcome result) {
                {
                  std::lock_guard guard{costs->mutex};
                  costs->cpu_seconds += result.cpu.count();
                  ++costs->processes;
                }
                done(std::move(result));
              });
}

void counting_runner::add_to(pb::ExecutionMetrics& metrics) const {
  std::lock_guard guard{costs_->mutex};
  metrics.set_cpu_seconds(metrics.cpu_seconds() + costs_->cpu_seconds);
  metrics.set_processes(metrics.processes() + costs_->processes);
}

} // namespace cohort::runtime::execution
