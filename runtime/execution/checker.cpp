#include "runtime/execution/checker.hpp"

#include <future>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace cohort::runtime::execution {

namespace {

/// A compiler that died may have been killed, because memory ran out, say;
/// what ends by a limit of ours would do so again.
bool may_be_accident(const process::outcome& result,
                     const pb::UnitReport& report) {
  return !report.failure().empty()
         && (result.status == process::status::exited
             || result.status == process::status::signalled);
}

/// Adds what another build of the same unit showed.
void add(pb::UnitReport& to, pb::UnitReport more) {
  std::set<std::string> known;
  for (auto& diagnostic : to.diagnostics())
    known.insert(diagnostic.SerializeAsString());
  for (auto& diagnostic : *more.mutable_diagnostics())
    if (known.insert(diagnostic.SerializeAsString()).second)
      *to.add_diagnostics() = std::move(diagnostic);
  std::set<std::string> reads{to.reads().begin(), to.reads().end()};
  reads.insert(more.reads().begin(), more.reads().end());
  to.mutable_reads()->Assign(reads.begin(), reads.end());
  to.set_seconds(to.seconds() + more.seconds());
  to.set_ok(to.ok() && more.ok());
  if (to.failure().empty())
    to.set_failure(more.failure());
}

} // namespace

/// A check on its way.
struct compiler_checker::started {
  const pb::FileTool* tool = nullptr;              // None: a compiler.
  std::shared_ptr<const toolchain::project> build; // None: the unit's first.
  check_cache::answer asked;
  process::command command;
  std::future<process::outcome> result; // None: `report` is there already.
  pb::UnitReport report;
  std::optional<error> failure;
};

compiler_checker::compiler_checker(checker_context context,
                                   pb::ExecutionMetrics& metrics)
  : context_{std::move(context)}, metrics_{metrics} {
  // nop
}

/// One for each way in which the unit is built that makes a difference.
std::vector<compiler_checker::started>
compiler_checker::start_all(const std::string& unit,
                            const std::string& compiler) {
  std::vector<started> all(1);
  all[0].tool = toolchain::find_tool(context_.asked, compiler);
  if (all[0].tool == nullptr)
    for (auto& build : toolchain::other_builds_of(context_.project, unit))
      all.emplace_back().build
        = std::make_shared<const toolchain::project>(std::move(build));
  std::set<std::vector<std::string>> seen;
  std::vector<started> result;
  for (auto& one : all) {
    auto command = command_for(unit, compiler, one);
    if (command && !seen.insert(command->argv).second)
      continue;
    one.report.set_unit(unit);
    one.report.set_tool(compiler);
    if (command)
      start(unit, compiler, std::move(*command), one);
    else
      one.report.set_failure(command.error().message);
    result.push_back(std::move(one));
  }
  return result;
}

void compiler_checker::start(const std::string& unit,
                             const std::string& compiler,
                             process::command command, started& one) {
  if (context_.cache != nullptr)
    one.asked = context_.cache->find({unit, compiler, command, context_.limits,
                                      context_.tree, context_.names});
  if (one.asked.report) {
    one.report = std::move(*one.asked.report);
    metrics_.set_cache_hits(metrics_.cache_hits() + 1);
    metrics_.set_seconds_saved(metrics_.seconds_saved() + one.report.seconds());
    return;
  }
  one.command = std::move(command);
  launch(one);
}

expected<process::command>
compiler_checker::command_for(const std::string& unit,
                              const std::string& compiler,
                              const started& one) const {
  if (one.tool != nullptr)
    return toolchain::check_command(*one.tool, unit, context_.tree,
                                    context_.limits);
  return toolchain::check_command(one.build ? *one.build : context_.project,
                                  unit, compiler, context_.tree,
                                  context_.toolchain, context_.limits,
                                  context_.asked);
}

void compiler_checker::launch(started& one) {
  auto promise = std::make_shared<std::promise<process::outcome>>();
  one.result = promise->get_future();
  context_.processes.start(one.command, context_.stop,
                           [promise](process::outcome result) {
                             promise->set_value(std::move(result));
                           });
}

process::outcome compiler_checker::collect(const std::string& unit,
                                           const std::string& compiler,
                                           started& one) {
  auto result = one.result.get();
  metrics_.set_processes(metrics_.processes() + 1);
  metrics_.set_checks(metrics_.checks() + 1);
  metrics_.set_cpu_seconds(metrics_.cpu_seconds() + result.cpu.count());
  if (result.status == process::status::launcher_lost)
    one.failure = error{errc::crashed, "checking " + unit + " with " + compiler
                                         + ": " + process::describe(result)};
  one.report = one.tool != nullptr
                 ? toolchain::read_check(*one.tool, unit, context_.tree, result)
                 : toolchain::read_check(one.build ? *one.build
                                                   : context_.project,
                                         unit, compiler, context_.tree, result);
  return result;
}

void compiler_checker::finish(const std::string& unit,
                              const std::string& compiler, started& one) {
  if (!one.result.valid())
    return;
  auto result = collect(unit, compiler, one);
  if (may_be_accident(result, one.report)) {
    launch(one); // Once more tells.
    result = collect(unit, compiler, one);
  }
  if (context_.cache != nullptr)
    context_.cache->keep(
      one.asked, context_.tree, one.report,
      one.tool != nullptr
        ? toolchain::files_opened(*one.tool, context_.tree, one.report)
        : toolchain::files_opened(one.build ? *one.build : context_.project,
                                  unit, compiler, context_.tree, result));
}

expected<std::vector<pb::UnitReport>>
compiler_checker::check(const std::string& unit,
                        const std::vector<std::string>& compilers) {
  std::vector<std::vector<started>> running;
  for (auto& compiler : compilers)
    running.push_back(start_all(unit, compiler));
  std::vector<pb::UnitReport> reports;
  std::optional<error> failure;
  for (size_t i = 0; i < running.size(); ++i)
    for (auto& one : running[i]) {
      finish(unit, compilers[i], one);
      if (context_.alive)
        context_.alive();
      if (one.failure)
        failure = one.failure;
      if (&one == &running[i].front())
        reports.push_back(std::move(one.report));
      else
        add(reports.back(), std::move(one.report));
    }
  if (context_.stop.stop_requested())
    return error{errc::cancelled, "the repair was stopped"};
  if (failure)
    return *failure;
  return reports;
}

} // namespace cohort::runtime::execution
