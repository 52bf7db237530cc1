#include "nodes/command_line.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <caf/config.hpp>
#include <google/protobuf/stubs/common.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "config/specialists.hpp"
#include "nodes/audit_verbs.hpp"
#include "nodes/chat_verb.hpp"
#include "nodes/cluster_verbs.hpp"
#include "nodes/signals.hpp"
#include "nodes/verb_options.hpp"
#include "nodes/verbs.hpp"
#include "runtime/execution/spelling.hpp"
#include "runtime/process/launcher.hpp"

namespace cohort::nodes {

namespace {

void print_version() {
  std::cout << "cohort " COHORT_VERSION " (CAF " << CAF_VERSION / 10000 << '.'
            << CAF_VERSION / 100 % 100 << '.' << CAF_VERSION % 100
            << ", Protobuf "
            << google::protobuf::internal::VersionString(
                 GOOGLE_PROTOBUF_VERSION)
            << ")\n";
}

void set_up_logging(const global_options& global) {
  auto logger = spdlog::stderr_color_mt("cohort");
  logger->set_pattern("%H:%M:%S.%e %^%l%$ %v");
  spdlog::set_default_logger(logger);
  spdlog::set_level(global.verbose ? spdlog::level::debug
                    : global.quiet ? spdlog::level::critical
                                   : spdlog::level::warn);
}

/// What to say of words that belong to nothing.
std::string not_understood(const CLI::App& app) {
  auto words = app.remaining(true);
  auto verbs = app.get_subcommands();
  if (verbs.empty()) {
    auto text = "there is no verb '" + words.front() + '\'';
    for (auto* verb : app.get_subcommands([](auto*) { return true; }))
      if (runtime::execution::edit_distance(words.front(), verb->get_name(), 2)
          <= 2)
        return text + "; did you mean " + verb->get_name() + '?';
    return text + "; `cohort --help` lists all";
  }
  std::string all;
  for (auto& word : words)
    all += ' ' + word;
  auto& verb = *verbs.front();
  auto is_task = verb.get_option_no_throw("task") != nullptr
                 && words.front().front() != '-';
  return verb.get_name() + " does not understand" + all
         + (is_task ? "; put the task in quotes"
                    : "; `cohort " + verb.get_name()
                        + " --help` lists what it "
                          "does");
}

int run_cli(int argc, char** argv, const extensions& with) {
  for (auto& [name, unused] : with.executors)
    if (config::is_builtin_executor(name, {}))
      throw std::invalid_argument{"an executor may not be called " + name
                                  + ", which is one of cohort's own"};
  CLI::App app{
    "cohort: big changes to C and C++ code bases, split, repaired in "
    "parallel, merged and proved"};
  app.require_subcommand(0, 1); // So that an unknown verb is named as such.
  app.set_help_all_flag("--help-all", "help of every verb");
  app.fallthrough();
  global_options global;
  global.natives
    = std::make_shared<runtime::execution::native_executors>(with.executors);
  app.add_option("--config", global.config_file, "configuration file (YAML)");
  app.add_option("--set", global.overrides, "override a key: --set a.b=c")
    ->take_all();
  app.add_option("--state", global.state,
                 "state folder (default: $XDG_STATE_HOME/cohort)");
  app.add_flag("-q,--quiet", global.quiet, "no progress, no warnings");
  app.add_flag("-v,--verbose", global.verbose, "log what is going on");

  int code = 0;
  task_options task;
  auto* run = app.add_subcommand("run", "do a task and hand back a branch");
  add_task(*run, task);
  run->add_flag("--apply", task.apply,
                "put the result into the working tree as well");
  run->add_flag("--no-branch", task.no_branch, "write a patch file, no branch");
  add_chaos(
    *run, task.chaos,
    "kill-worker (a worker dies, and its program), hang-worker (a "
    "program stops for ever), fail-disk (the journal cannot be written any "
    "more)");
  add_resume(*run, task);
  run
    ->add_option("--report", task.report,
                 "write what became of each cause: FILE.txt, .json or .sarif")
    ->option_text("FILE");
  add_trace(*run, task);
  run->callback([&] {
    require_task(*run);
    code = run_task(task, global);
  });

  auto* plan = app.add_subcommand(
    "plan", "show score, evidence, routing, the split and its review");
  add_task(*plan, task);
  plan->add_flag("--dot", task.dot, "the split as a Graphviz graph");
  plan->add_flag("--explain", task.explain,
                 "what each judge found, and what it expects");
  plan->callback([&] {
    require_task(*plan);
    code = plan_task(task, global);
  });

  gates_options judged;
  auto* gates = app.add_subcommand(
    "gates", "judge the changes of a workspace, and change nothing; exit "
             "status 1: a gate fails, 3: one warns");
  add_workspace(*gates, task);
  add_scope(*gates, task);
  add_gates(*gates, judged);
  add_format(*gates, task.format);
  add_budget(*gates, task);
  gates->callback([&] { code = judge_change(task, judged, global); });

  gates_options mutated;
  auto* mutation = app.add_subcommand(
    "mutate", "break changed lines on purpose, and show where no test notices; "
              "exit status 1: the tests fail, or notice too few");
  add_workspace(*mutation, task);
  add_scope(*mutation, task);
  add_mutation(*mutation, mutated);
  add_format(*mutation, task.format);
  add_budget(*mutation, task);
  mutation->callback([&] { code = mutate(task, mutated, global); });

  std::string log;
  auto* diagnosis = app.add_subcommand(
    "diagnose", "group the errors of a workspace or of a compiler's log");
  add_workspace(*diagnosis, task);
  diagnosis->add_option("--diagnostics", log, "a compiler's log; - for stdin");
  auto found = diagnosis_format::json;
  diagnosis->add_option("--output-format", found, "json or sarif")
    ->transform(choice(std::map<std::string, diagnosis_format>{
      {"json", diagnosis_format::json}, {"sarif", diagnosis_format::sarif}}))
    ->option_text("FORMAT");
  diagnosis->callback([&] { code = diagnose(task, log, found, global); });

  std::string description;
  auto format = output_format::json;
  auto* scoring = app.add_subcommand(
    "score",
    "score descriptions; without one: JSON lines {id,text} from stdin");
  scoring->add_option("description", description, "what to score");
  add_format(*scoring, format);
  scoring->callback([&] {
    unblock_signals();
    code = score(description, format);
  });

  std::string task_id;
  auto* apply = app.add_subcommand(
    "apply", "put an earlier result into the working tree");
  apply->add_option("id", task_id, "task id, as `run` printed it")->required();
  apply
    ->add_option("-w,--workspace", task.workspace,
                 "source tree (default: where the task ran)")
    ->default_str("");
  apply->callback([&] {
    unblock_signals();
    code = apply_result(
      task_id, apply->count("--workspace") > 0 ? task.workspace : "", global);
  });

  std::vector<std::string> inputs;
  auto* fixes = app.add_subcommand(
    "apply-fixes",
    "the fixes of many tools that fit together, as a diff; exit status 3: some "
    "were refused, 1: all were, 4: an input cannot be read");
  fixes
    ->add_option("inputs", inputs,
                 "clang-tidy's YAML, SARIF, unified diffs, SEARCH/REPLACE "
                 "answers; folders of these; - for stdin")
    ->required();
  fixes->add_option("-w,--workspace", task.workspace,
                    "source tree to change (default: the current folder)");
  add_scope(*fixes, task);
  fixes->add_flag("--apply", task.apply, "change the files");
  add_format(*fixes, task.format);
  fixes->callback([&] {
    unblock_signals();
    code = apply_fixes(inputs, task);
  });

  chat_verb chat{app, code};
  audit_verbs afterwards{app, global, code};
  cluster_verbs cluster{app, task, global, code};

  auto* configuration = app.add_subcommand("config", "the configuration");
  configuration->require_subcommand(1);
  configuration->add_subcommand("show", "print it as YAML")->callback([&] {
    unblock_signals();
    code = show_config(global);
  });
  auto* validation = configuration->add_subcommand(
    "validate", "print every problem, or nothing");
  validation
    ->add_option("file", global.config_file,
                 "to look at (default: the one that --config or "
                 "$COHORT_CONFIG names, else ~/.config/cohort/cohort.yaml)")
    ->option_text("FILE");
  validation->callback([&] {
    unblock_signals();
    code = validate_config(global);
  });

  app.add_subcommand("doctor", "what this machine has and lacks")
    ->callback([&] {
      unblock_signals();
      code = doctor(global);
    });

  auto* bench = app.add_subcommand("bench", "measure cohort itself");
  bench->require_subcommand(1);
  bench_options bench_settings;
  auto* dispatch = bench->add_subcommand(
    "dispatch", "units through the worker pool, as JSON lines");
  dispatch
    ->add_option("--workload", bench_settings.workloads,
                 "noop, roundtrip, dag, wait, process")
    ->check(CLI::IsMember({"noop", "roundtrip", "dag", "wait", "process"}));
  dispatch
    ->add_option("--workers", bench_settings.workers,
                 "default 8, and 2 for the workload process")
    ->check(CLI::Range(1U, 10000U));
  dispatch
    ->add_option("--nodes", bench_settings.nodes,
                 "processes that share the workers, over the network layer "
                 "(default: none, all in this process)")
    ->check(CLI::Range(1U, 1000U));
  dispatch->add_flag("--insecure", bench_settings.insecure,
                     "nodes without TLS");
  dispatch->add_option("--scale", bench_settings.scale, "divide the numbers")
    ->check(CLI::Range(1U, 1000U));
  dispatch->add_flag("--journal", bench_settings.with_journal,
                     "write an event for every unit");
  dispatch->callback([&] {
    unblock_signals();
    code = bench_dispatch(bench_settings, global);
  });

  journal_bench_options journal_settings;
  auto* journal = bench->add_subcommand(
    "journal", "durable events through the journal, as JSON lines");
  journal
    ->add_option("--workload", journal_settings.workloads,
                 "single, group, tasks")
    ->check(CLI::IsMember({"single", "group", "tasks"}));
  journal
    ->add_option("--producers", journal_settings.producers,
                 "actors that append at once (default: 64)")
    ->check(CLI::Range(1U, 10000U));
  journal->add_option("--scale", journal_settings.scale, "divide the numbers")
    ->check(CLI::Range(1U, 1000U));
  journal->callback([&] {
    unblock_signals();
    code = bench_journal(journal_settings);
  });

  schedule_bench_options graph_settings;
  auto* scheduling = bench->add_subcommand(
    "schedule", "task graphs through the schedulers, as JSON lines");
  add_schedule_bench(*scheduling, graph_settings);
  scheduling->callback([&] {
    if (scheduling->count("--dags") + scheduling->count("--generate") == 0)
      throw CLI::RequiredError("--dags FILE, or --generate N,");
    unblock_signals();
    code = bench_schedule(graph_settings);
  });

  council_bench_options council_settings;
  auto* council = bench->add_subcommand(
    "council", "what the council makes of made-up plans, as JSON lines");
  council
    ->add_option("--plans", council_settings.plans,
                 "half of them good, half faulty (default: 1000)")
    ->check(CLI::Range(size_t{2}, size_t{1'000'000}));
  council->add_option("--seed", council_settings.seed,
                      "the same seed, the same plans (default: 11)");
  council->callback([&] { code = bench_council(council_settings); });

  app.add_subcommand("version", "print the version")->callback(print_version);
  app.set_version_flag("--version", "cohort " COHORT_VERSION);
  // Before any verb runs: it may start threads, and signals must be blocked
  // first.
  app.parse_complete_callback([&] { set_up_logging(global); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    std::cerr << "cohort: " << not_understood(app) << '\n';
    return 2;
  } catch (const CLI::ParseError& error) {
    auto shown = app.exit(error);
    return shown == 0 ? 0 : 2;
  }
  if (app.get_subcommands().empty()) {
    std::cerr << app.help();
    return 2;
  }
  return code;
}

} // namespace

int run_command_line(int argc, char** argv, const extensions& with) {
  if (auto code = runtime::process::run_as_launcher(argc, argv))
    return *code;
  block_signals();
  try {
    return run_cli(argc, argv, with);
  } catch (const std::exception& error) {
    std::cerr << "cohort: internal error: " << error.what() << '\n';
    return 70;
  }
}

} // namespace cohort::nodes
