#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <unistd.h>

#include "config/shipped.hpp"
#include "nodes/certs.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/process/find_program.hpp"
#include "runtime/process/launcher.hpp"
#include "runtime/process/sandbox_runner.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

namespace {

struct tool {
  std::string name;
  std::string program;
  std::string use;
  bool required;
};

/// First line of `program --version`, or why there is none.
std::pair<bool, std::string> version_of(runtime::process::runner& processes,
                                        const std::string& program) {
  runtime::process::command command;
  command.argv = {program, "--version"};
  command.deadline = std::chrono::seconds{10};
  auto result = processes.run(std::move(command));
  if (!result.ok())
    return {false, result.message.empty() ? runtime::process::describe(result)
                                          : result.message};
  return {true, result.out.substr(0, result.out.find('\n'))};
}

void print(bool ok, const std::string& name, const std::string& text) {
  std::cout << (ok ? "ok       " : "missing  ") << name
            << std::string(name.size() < 14 ? 14 - name.size() : 1, ' ') << text
            << '\n';
}

/// Returns whether programs can be run as the settings want it.
bool print_sandbox(const config::settings& settings,
                   std::unique_ptr<runtime::process::runner> processes,
                   const std::filesystem::path& state) {
  using runtime::process::sandbox_policy;
  const std::string name = "sandbox";
  const std::string without
    = "a workspace's programs have limits and an allow-listed environment, and "
      "see and change all that you may";
  if (settings.processes.sandbox == sandbox_policy::off) {
    std::cout << "note     sandbox       off (processes.sandbox): " << without
              << '\n';
    return true;
  }
  auto version = version_of(*processes, "bwrap").second;
  auto made = runtime::process::with_sandboxes(
    std::move(processes), {state, certificates_folder(settings)},
    settings.processes);
  if (made && made->why_not.empty()) {
    print(true, name,
          version + ": a workspace's programs change their slot alone, "
            + (settings.processes.sandbox_network ? "and reach the network"
                                                  : "and reach no network"));
    return true;
  }
  print(false, name,
        made ? made->why_not + "; so " + without : made.error().message);
  return made.has_value();
}

/// One host needs none, so that they decide nothing here.
void print_certificates(const config::settings& settings) {
  using state = certificate_state;
  auto folder = certificates_folder(settings);
  auto lines = certificate_lines(folder, runtime::cluster::wall_clock::now());
  for (auto& line : lines)
    std::cout << (line.state == state::ok          ? "ok       "
                  : line.state == state::ends_soon ? "warning  "
                                                   : "unusable ")
              << "certificate   " << line.text << '\n';
  if (lines.empty())
    std::cout << "note     certificates  none in " << folder.string()
              << "; only a cluster needs them (`cohort certs`)\n";
}

/// What the configuration names: the programs of executors, and of checks.
/// They are looked up and not run: who knows what they would do.
void print_programs(const config::settings& settings) {
  using runtime::process::find_program;
  auto look_up = [](const std::string& kind, const std::string& name,
                    const std::string& program) {
    auto file = find_program(program);
    print(!file.empty(), kind,
          name + ": " + (file.empty() ? program + " is not in PATH" : file));
  };
  for (auto& [name, unused] : *settings.natives)
    print(true, "executor", name + ": built in");
  for (auto& one : settings.executors)
    look_up("executor", one.name, one.command.front());
  for (auto& one : settings.specialties)
    if (!one.check.empty())
      look_up("specialty", one.name, one.check.front());
  for (auto& one : settings.languages)
    look_up("language", one.name, one.check.front());
  std::string installed;
  for (auto& [name, program] : config::programs_of_shipped())
    if (!find_program(program).empty())
      installed += (installed.empty() ? "" : ", ") + name;
  std::cout << "note     adapters      installed here: "
            << (installed.empty() ? "none" : installed)
            << "; an executor or a language starts from one (adapter: NAME)\n";
}

} // namespace

int doctor(const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  auto& settings = loaded.values;
  auto processes = runtime::process::start_launcher(settings.processes);
  if (!processes) {
    std::cerr << "cohort: " << processes.error().message << '\n';
    return exit_code(processes.error().code);
  }
  bool ok = true;
  auto& toolchain = settings.toolchain;
  for (auto& tool :
       {tool{"gcc", toolchain.gcc, "checks and fix-its", false},
        tool{"clang", toolchain.clang, "checks and fix-its", false},
        tool{"clang-tidy", toolchain.clang_tidy, "tasks that name its checks",
             false},
        tool{"cmake", toolchain.cmake, "configures CMake projects", true},
        tool{"ctest", toolchain.ctest, "the tests gate", true},
        tool{"ctags", toolchain.ctags, "repairs of lost includes and types",
             false},
        tool{"gcov", "gcov", "the coverage gate, with GCC", false},
        tool{"llvm-cov", "llvm-cov", "the coverage gate, with clang", false},
        tool{"ninja", "ninja", "faster builds than make", false},
        tool{"git", "git", "you, to look at result branches", false}}) {
    auto [found, text] = version_of(**processes, tool.program);
    print(found, tool.name, text + (found ? "" : "  (for: " + tool.use + ")"));
    ok &= found || !tool.required;
  }
  print_programs(settings);
  auto path = state_path(settings);
  auto state = runtime::workspace::state_folder::open(path);
  print(state.has_value(), "state",
        state ? path.string() : state.error().message);
  ok &= print_sandbox(settings, std::move(*processes), path);
  print_certificates(settings);
  std::cout << "ok       cores         " << std::thread::hardware_concurrency()
            << "; workers: " << settings.pool.max_concurrent_workers << '\n';
  return ok && state ? 0 : 4;
}

} // namespace cohort::nodes
