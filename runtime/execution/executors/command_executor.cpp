#include <algorithm>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <sysexits.h>

#include "runtime/execution/executors/assignment.hpp"
#include "runtime/execution/executors/executor.hpp"
#include "runtime/execution/executors/program_words.hpp"
#include "runtime/execution/executors/worktree_change.hpp"
#include "runtime/process/confined_runner.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::execution {

namespace {

namespace fs = std::filesystem;

constexpr size_t checks_shown_max = 200;

std::string with_words(std::string text, const std::string& words) {
  return words.empty() ? text : std::move(text) + ": " + words;
}

/// `text` with each placeholder replaced; what is put in is not looked at.
std::string filled(std::string_view text, const std::string& prompt,
                   const std::string& assignment) {
  std::string result;
  auto take = [&](std::string_view name, const std::string& value) {
    if (!text.starts_with(name))
      return false;
    result += value;
    text.remove_prefix(name.size());
    return true;
  };
  while (!text.empty())
    if (!take("{prompt}", prompt) && !take("{assignment}", assignment)) {
      result += text.front();
      text.remove_prefix(1);
    }
  return result;
}

/// Folders that are there, "~/" being the home of whoever runs this process.
std::vector<fs::path>
folders(const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::vector<fs::path> result;
  auto* home = std::getenv("HOME");
  for (auto& name : names) {
    auto path = name.starts_with("~/") && home != nullptr
                  ? fs::path{home} / name.substr(2)
                  : fs::path{name};
    std::error_code failed;
    auto real = fs::canonical(path, failed);
    if (!failed && fs::is_directory(real, failed))
      result.push_back(real);
  }
  return result;
}

/// One run of a program on a subtask.
class command_run {
public:
  command_run(const pb::Executor& what, const pb::RepairUnit& unit,
              const subtask_evidence& evidence, const executor_context& context,
              pb::ExecutionMetrics& metrics)
    : command_{what.command()},
      name_{what.name()},
      unit_{unit},
      evidence_{evidence},
      context_{context},
      metrics_{metrics} {
    // nop
  }

  expected<executor_result> run() {
    auto files = worktree_change::allowed(unit_, context_);
    if (files.empty())
      return nothing_done("there is no file that it may change");
    auto change = worktree_change::begin(unit_, evidence_, context_);
    if (!change)
      return change.error();
    auto ended = run_program(files);
    if (!ended)
      return ended.error();
    words_ = read_program_words(ended->out);
    if (auto why = why_failed(*ended); !why.empty())
      return give_up(*change, *ended, why);
    auto verdict = change->judge();
    if (!verdict)
      return verdict.error();
    if (!verdict->is_kept)
      return nothing_done(std::move(verdict->outcome));
    executor_result result{{}, std::move(verdict->outcome), words_.cost};
    for (auto& report : verdict->checked)
      *result.report.add_checked() = std::move(report);
    return result;
  }

private:
  // -- the program

  [[nodiscard]] std::optional<std::chrono::milliseconds> deadline() const {
    std::optional<std::chrono::milliseconds> result;
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    auto of = [](auto& duration) {
      return milliseconds{duration.seconds() * 1000
                          + duration.nanos() / 1'000'000};
    };
    if (command_.has_deadline())
      result = of(command_.deadline());
    else if (context_.unit.has_lease())
      result = of(context_.unit.lease());
    return result;
  }

  [[nodiscard]] std::optional<int64_t> seconds_left() const {
    auto left = deadline();
    if (context_.end != std::chrono::steady_clock::time_point::max()) {
      auto task = std::chrono::duration_cast<std::chrono::milliseconds>(
        context_.end - std::chrono::steady_clock::now());
      left = left ? std::min(*left, task) : task;
    }
    if (!left)
      return std::nullopt;
    return std::max<int64_t>(0, left->count() / 1000);
  }

  [[nodiscard]] std::vector<shown_check> shown_checks() const {
    std::vector<shown_check> result;
    auto& tree = context_.slot.tree_folder();
    for (auto& [file, tool] : evidence_.checks()) {
      if (result.size() == checks_shown_max)
        break;
      auto* judge = toolchain::find_tool(context_.unit.toolchain(), tool);
      auto command = judge != nullptr
                       ? expected<process::command>{toolchain::check_command(
                         *judge, file, tree, context_.limits)}
                       : toolchain::check_command(context_.project, file, tool,
                                                  tree, context_.toolchain,
                                                  context_.limits,
                                                  context_.unit.toolchain());
      if (command)
        result.push_back({tool, file, std::move(command->argv)});
    }
    return result;
  }

  /// Where the assignment lies: beside the worktree, so that it is no part of
  /// what changed.
  [[nodiscard]] fs::path assignment_file() const {
    return context_.slot.tree_folder().parent_path() / "assignment.json";
  }

  expected<process::outcome>
  run_program(const std::vector<std::string>& files) {
    assignment_facts facts{context_.unit,
                           unit_,
                           context_.slot.tree_folder().string(),
                           files,
                           evidence_.reports(),
                           shown_checks(),
                           context_.attempt,
                           seconds_left()};
    auto assignment = assignment_json(facts);
    if (auto written = workspace::write_file(assignment_file(), assignment, {});
        !written)
      return written.error();
    process::command what;
    auto prompt = prompt_of(facts);
    auto is_told = false;
    for (auto& word : command_.argv()) {
      is_told = is_told || word.find("{prompt}") != std::string::npos;
      if (word == "{files}")
        for (auto& file : files)
          what.argv.push_back(file.starts_with('-') ? "./" + file : file);
      else
        what.argv.push_back(filled(word, prompt, assignment_file().string()));
    }
    // Who was given the words would take the same for more input.
    if (!is_told)
      what.input = std::move(assignment);
    what.working_directory = context_.slot.tree_folder().string();
    what.environment = {{"COHORT_ASSIGNMENT", assignment_file().string()}};
    for (auto& name : command_.environment())
      if (auto* value = std::getenv(name.c_str()))
        what.private_environment.emplace_back(name, value);
    what.deadline = deadline().value_or(std::chrono::milliseconds{0});
    what.output_limit_bytes = context_.limits.output_limit_bytes;
    // No limit of address space: runtimes of agents reserve more than there is.
    what.cpu_bound = false;
    auto ended = wait_for(std::move(what), facts.checks);
    std::error_code ignored;
    fs::remove(assignment_file(), ignored);
    return ended;
  }

  /// Waits; as long as the program keeps its own deadline, it is alive.
  process::outcome wait_for(process::command what,
                            const std::vector<shown_check>& checks) {
    process::confinement bounds;
    bounds.writable = folders(command_.writable());
    bounds.writable.push_back(context_.slot.tree_folder());
    bounds.readable = folders(command_.readable());
    bounds.readable.push_back(assignment_file());
    for (auto& check : checks) // It may ask them.
      if (fs::path judge{check.argv.front()}; judge.is_absolute())
        bounds.readable.push_back(judge.parent_path());
    bounds.network = command_.network();
    if (bounds.network)
      bounds.readable.emplace_back("/run/systemd/resolve"); // Names of hosts.
    process::confined_runner inside{context_.processes, context_.limits,
                                    std::move(bounds)};
    auto promise = std::make_shared<std::promise<process::outcome>>();
    auto future = promise->get_future();
    inside.start(std::move(what), context_.stop,
                 [promise](process::outcome result) {
                   promise->set_value(std::move(result));
                 });
    while (future.wait_for(std::chrono::seconds{1})
           == std::future_status::timeout)
      if (context_.alive && command_.has_deadline())
        context_.alive();
    auto result = future.get();
    metrics_.set_processes(metrics_.processes() + 1);
    metrics_.set_cpu_seconds(metrics_.cpu_seconds() + result.cpu.count());
    return result;
  }

  [[nodiscard]] std::string why_failed(const process::outcome& ended) const {
    if (ended.ok())
      return {};
    if (ended.status == process::status::timed_out)
      return "it ran past its deadline";
    if (ended.status == process::status::start_failed)
      return "it did not start: " + ended.message;
    return "it failed (" + process::describe(ended) + ')';
  }

  // -- what came of it

  expected<executor_result> give_up(worktree_change& change,
                                    const process::outcome& ended,
                                    const std::string& why) {
    if (ended.status == process::status::cancelled)
      return error{errc::cancelled, "the repair was stopped"};
    if (ended.status == process::status::launcher_lost)
      return error{errc::crashed, name_ + ": " + process::describe(ended)};
    if (auto done = change.take_back(); !done)
      return done.error();
    auto words = last_words(ended.err);
    if (words.empty())
      words = words_.log;
    if (ended.status == process::status::exited
        && ended.exit_code == EX_TEMPFAIL)
      return executor_result{
        {},
        with_words(name_ + " wants another place (exit status 75)", words),
        words_.cost,
        true};
    return nothing_done(with_words(why, words));
  }

  [[nodiscard]] executor_result nothing_done(std::string outcome) const {
    if (!words_.progress.empty())
      outcome += " (its last progress: " + words_.progress + ')';
    return {{}, std::move(outcome), words_.cost};
  }

  const pb::CommandExecutor& command_;
  const std::string& name_;
  const pb::RepairUnit& unit_;
  const subtask_evidence& evidence_;
  const executor_context& context_;
  pb::ExecutionMetrics& metrics_;
  program_words words_;
};

/// Any program: what it changes in the worktree is its answer.
class command_executor final : public executor {
public:
  explicit command_executor(const pb::Executor& what) : what_{what} {
    // nop
  }

  [[nodiscard]] bool can_help(const pb::RepairUnit&,
                              const executor_context&) const override {
    return true;
  }

  [[nodiscard]] bool sees_all_checks() const override {
    return true;
  }

  expected<executor_result> work(pb::RepairUnit unit,
                                 const subtask_evidence& evidence,
                                 const executor_context& context,
                                 pb::ExecutionMetrics& metrics) override {
    return command_run{what_, unit, evidence, context, metrics}.run();
  }

private:
  const pb::Executor what_;
};

} // namespace

std::unique_ptr<executor> make_command_executor(const pb::Executor& what) {
  return std::make_unique<command_executor>(what);
}

} // namespace cohort::runtime::execution
