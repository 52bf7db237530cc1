#include "runtime/process/sandbox_runner.hpp"

#include <utility>

#include "runtime/process/environment.hpp"
#include "runtime/process/host_view.hpp"
#include "runtime/process/packing.hpp"

namespace cohort::runtime::process {

sandbox_runner::sandbox_runner(std::unique_ptr<runner> next, view_map host)
  : next_{std::move(next)}, host_{std::move(host)} {
  // nop
}

void sandbox_runner::start(command what, std::stop_token stop,
                           completion done) {
  // What nobody can start is better explained without a sandbox around it.
  if (!what.confined || !why_impossible(what).empty())
    return next_->start(std::move(what), std::move(stop), std::move(done));
  auto program = what.argv.front();
  what.argv = sandbox_arguments(what, host_);
  what.environment.clear(); // It is the program's, and not bubblewrap's.
  next_->start(std::move(what), std::move(stop),
               [program = std::move(program),
                done = std::move(done)](outcome result) {
                 done(outcome_in_sandbox(std::move(result), program));
               });
}

std::string why_no_sandbox(runner& processes, const view_map& host) {
  command probe;
  probe.argv = {"true"};
  probe.confined.emplace();
  probe.argv = sandbox_arguments(probe, host);
  probe.deadline = std::chrono::seconds{10};
  probe.cpu_bound = false;
  auto result = processes.run(std::move(probe));
  if (result.ok())
    return {};
  if (result.status == status::start_failed)
    return result.message + " (package bubblewrap)";
  auto words = result.err.substr(0, result.err.find('\n'));
  return (words.empty() ? "bwrap: " + describe(result) : words)
         + "; it takes bubblewrap 0.7, and a kernel, container or service that "
           "allows user namespaces";
}

expected<confining_runner>
with_sandboxes(std::unique_ptr<runner> processes,
               const std::vector<std::filesystem::path>& secrets,
               const process_settings& settings) {
  if (settings.sandbox == sandbox_policy::off)
    return confining_runner{std::move(processes), {}};
  auto host = host_view(current_environment(), secrets, settings);
  auto why_not = why_no_sandbox(*processes, host);
  if (why_not.empty())
    return confining_runner{
      std::make_unique<sandbox_runner>(std::move(processes), std::move(host)),
      {}};
  if (settings.sandbox == sandbox_policy::required)
    return error{errc::no_toolchain,
                 "processes.sandbox is required, and there is none: "
                   + why_not};
  return confining_runner{std::move(processes), std::move(why_not)};
}

} // namespace cohort::runtime::process
