#include "runtime/execution/checker.hpp"

#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace cohort::runtime::execution {

namespace {

struct running_check {
  std::future<process::outcome> result;
  std::string why_not; // It was not started.
};

} // namespace

compiler_checker::compiler_checker(checker_context context,
                                   pb::ExecutionMetrics& metrics)
  : context_{std::move(context)}, metrics_{metrics} {
  // nop
}

expected<std::vector<pb::UnitReport>>
compiler_checker::check(const std::string& unit,
                        const std::vector<std::string>& compilers) {
  std::vector<running_check> running;
  for (auto& compiler : compilers) {
    auto& one = running.emplace_back();
    auto command = toolchain::check_command(context_.project, unit, compiler,
                                            context_.tree, context_.toolchain,
                                            context_.limits);
    if (!command) {
      one.why_not = command.error().message;
      continue;
    }
    auto promise = std::make_shared<std::promise<process::outcome>>();
    one.result = promise->get_future();
    context_.processes.start(std::move(*command), context_.stop,
                             [promise](process::outcome result) {
                               promise->set_value(std::move(result));
                             });
  }
  std::vector<pb::UnitReport> reports;
  std::optional<error> failure;
  for (size_t i = 0; i < running.size(); ++i) {
    auto& report = reports.emplace_back();
    report.set_unit(unit);
    report.set_tool(compilers[i]);
    report.set_failure(running[i].why_not);
    if (!running[i].result.valid())
      continue;
    auto result = running[i].result.get();
    metrics_.set_processes(metrics_.processes() + 1);
    metrics_.set_checks(metrics_.checks() + 1);
    metrics_.set_cpu_seconds(metrics_.cpu_seconds() + result.cpu.count());
    if (result.status == process::status::launcher_lost)
      failure = error{errc::crashed, "checking " + unit + " with "
                                       + compilers[i] + ": "
                                       + process::describe(result)};
    report = toolchain::read_check(context_.project, unit, compilers[i],
                                   context_.tree, result);
  }
  if (context_.stop.stop_requested())
    return error{errc::cancelled, "the repair was stopped"};
  if (failure)
    return *failure;
  return reports;
}

} // namespace cohort::runtime::execution
