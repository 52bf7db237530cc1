#include "runtime/process/runner.hpp"

#include <future>
#include <memory>
#include <utility>

namespace cohort::runtime::process {

std::string describe(const outcome& result) {
  switch (result.status) {
    case status::exited:
      return "exit code " + std::to_string(result.exit_code);
    case status::signalled:
      return "signal " + std::to_string(result.signal);
    case status::timed_out:
      return "timed out";
    case status::output_exceeded:
      return "printed more than its limit";
    case status::cancelled:
      return "cancelled";
    case status::start_failed:
      return result.message;
    case status::launcher_lost:
      return "the launcher process is gone";
  }
  return "unknown";
}

outcome runner::run(command what, std::stop_token stop) {
  auto promise = std::make_shared<std::promise<outcome>>();
  auto future = promise->get_future();
  start(std::move(what), std::move(stop),
        [promise](outcome result) { promise->set_value(std::move(result)); });
  return future.get();
}

} // namespace cohort::runtime::process
