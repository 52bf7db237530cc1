#include "nodes/verb_options.hpp"

#include <limits>
#include <map>
#include <string>

#include <regex.h>

namespace cohort::nodes {

namespace {

const std::map<std::string, output_format> formats{
  {"text", output_format::text},
  {"json", output_format::json},
  {"stream-json", output_format::stream_json}};

const std::map<std::string, trace_format> trace_formats{
  {"otlp", trace_format::otlp},
  {"chrome", trace_format::chrome}};

} // namespace

void add_format(CLI::App& verb, output_format& format) {
  verb.add_option("--output-format", format, "text, json or stream-json")
    ->transform(choice(formats))
    ->option_text("FORMAT");
}

void add_workspace(CLI::App& verb, task_options& task) {
  verb.add_option("-w,--workspace", task.workspace,
                  "source tree to work on (default: the current folder)");
  verb.add_option(
    "-p", task.compile_commands_dir,
    "folder with compile_commands.json, as clang's tools have it; "
    "without it CMake projects are configured by cohort");
  verb.add_option("--configure-arg", task.configure_args,
                  "passed on to cmake, for instance --configure-arg -DX=ON");
  verb.add_option("--units", task.units,
                  "globs: check only these translation units");
  verb.add_option("-j,--jobs", task.jobs, "workers (default: as configured)")
    ->check(CLI::Range(1U, 1000U));
}

void add_scope(CLI::App& verb, task_options& task) {
  verb.add_option("--scope", task.scope,
                  "globs: only these files may change; !GLOB excludes");
}

void add_budget(CLI::App& verb, task_options& task) {
  verb
    .add_option("--budget-seconds", task.budget_seconds,
                "wall-clock limit for the whole task")
    ->check(CLI::PositiveNumber);
}

namespace {

/// What the task is about beside compile errors.
void add_findings(CLI::App& verb, task_options& task) {
  auto is_check = [](std::string& text) -> std::string {
    constexpr auto allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                             "XYZ0123456789-.*";
    auto is_fine = !text.empty()
                   && text.find_first_not_of(allowed) == std::string::npos;
    return is_fine ? "" : "expected names of checks, not " + text;
  };
  auto is_expression = [](std::string& text) -> std::string {
    regex_t expression; // As clang-tidy reads it.
    if (regcomp(&expression, text.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
      return "expected a POSIX extended regular expression, not " + text;
    regfree(&expression);
    return "";
  };
  auto is_warning = [](std::string& text) -> std::string {
    auto is_fine = text.size() > 2 && text.starts_with("-W")
                   && text.find(',') == std::string::npos;
    return is_fine ? "" : "expected options like -Wconversion, not " + text;
  };
  verb
    .add_option("--checks", task.checks,
                "of clang-tidy: their findings are repaired, as errors are "
                "(default: those that the task's words name)")
    ->delimiter(',')
    ->check(CLI::Validator{is_check, "", "check"})
    ->option_text("CHECK,...");
  verb
    .add_option("--warnings", task.warnings,
                "of the compilers: these are repaired, as errors are; "
                "--warnings=-Wall,-Wconversion")
    ->delimiter(',')
    ->check(CLI::Validator{is_warning, "", "warning"})
    ->option_text("-W...,...");
  verb
    .add_option("--header-filter", task.header_filter,
                "regular expression: headers whose findings count (default: "
                "those of the workspace)")
    ->check(CLI::Validator{is_expression, "", "expression"})
    ->option_text("REGEX");
  verb
    .add_option("--specialty", task.specialty,
                "who does it: compilation_errors, type_system, async_patterns, "
                "refactoring, testing, documentation or custom:NAME (default: "
                "as the words say)")
    ->option_text("NAME");
}

} // namespace

void add_task(CLI::App& verb, task_options& task) {
  verb.add_option("task", task.description,
                  "what to do, in plain words; - reads standard input");
  verb
    .add_option("--diagnostics", task.log,
                "the log of a build or a CI job is the task, or says what it "
                "is about; - reads standard input")
    ->option_text("FILE");
  add_workspace(verb, task);
  add_format(verb, task.format);
  verb.add_option("--mode", task.mode, "auto, sequential or parallel")
    ->check(CLI::IsMember({"auto", "sequential", "parallel"}));
  add_scope(verb, task);
  add_budget(verb, task);
  add_findings(verb, task);
}

void require_task(const CLI::App& verb) {
  auto* resume = verb.get_option_no_throw("--resume");
  if (verb.count("task") + verb.count("--diagnostics") == 0
      && (resume == nullptr || resume->count() == 0))
    throw CLI::RequiredError(resume == nullptr
                               ? "task (or --diagnostics FILE)"
                               : "task (or --diagnostics FILE, --resume ID)");
}

void add_resume(CLI::App& verb, task_options& task) {
  auto* resume
    = verb
        .add_option("--resume", task.resume,
                    "instead of a task: go on with an unfinished one, as it "
                    "was asked for")
        ->option_text("ID");
  // The options that belong to the task, not to the run.
  for (auto* name :
       {"task", "--diagnostics", "--workspace", "-p", "--configure-arg",
        "--units", "--mode", "--scope", "--budget-seconds", "--checks",
        "--warnings", "--header-filter", "--specialty", "--apply",
        "--no-branch", "--chaos"})
    resume->excludes(verb.get_option(name));
}

void add_trace(CLI::App& verb, task_options& task) {
  verb.add_option("--trace", task.trace,
                  "write what each attempt took to this file, however the task "
                  "ends");
  verb
    .add_option("--trace-format", task.traced_as,
                "otlp (OpenTelemetry, as JSON) or chrome (for Perfetto and "
                "chrome://tracing); default: otlp")
    ->transform(choice(trace_formats))
    ->option_text("FORMAT");
}

void add_base(CLI::App& verb, gates_options& gates) {
  verb
    .add_option("--base", gates.base,
                "what the workspace is compared with: a commit, branch or tag; "
                "\"\" takes all of it as new (default: HEAD)")
    ->option_text("REV");
}

void add_mutation(CLI::App& verb, gates_options& gates) {
  add_base(verb, gates);
  verb
    .add_option("--threshold", gates.mutation_threshold,
                "share of the mutants that tests must notice, in (0, 1] "
                "(default: as configured)")
    ->check(CLI::Range(1e-9, 1.0))
    ->option_text("X");
}

void add_gates(CLI::App& verb, gates_options& gates) {
  add_base(verb, gates);
  verb
    .add_option("--gates", gates.gates,
                "only these, and as required ones: compilation, scope, tests, "
                "coverage, mutation, security, lint (default: as configured)")
    ->delimiter(',')
    ->check(CLI::IsMember(gate_names()))
    ->option_text("GATE,...");
  verb
    .add_option("--coverage-threshold", gates.coverage_threshold,
                "share of the changed lines that tests must execute, in (0, 1]")
    ->check(CLI::Range(1e-9, 1.0))
    ->option_text("X");
  verb
    .add_option("--mutation-threshold", gates.mutation_threshold,
                "share of the mutants of changed lines that tests must notice, "
                "in (0, 1]")
    ->check(CLI::Range(1e-9, 1.0))
    ->option_text("X");
  verb.add_flag("--blame", gates.blame,
                "when tests fail that passed before, look for the changes "
                "that break them; each step builds and tests");
  verb.add_option("--junit", gates.junit, "write the gates as JUnit's XML")
    ->option_text("FILE");
  verb
    .add_option("--report", gates.sarif,
                "write objections and errors as SARIF: FILE.sarif")
    ->option_text("FILE");
}

void add_chaos(CLI::App& verb, std::string& chaos, const std::string& faults) {
  verb
    .add_option("--chaos", chaos,
                "let it meet faults, to see what becomes of them: " + faults
                  + "; @N: with the N-th program that starts, or the N-th "
                    "write of the journal; without it the seed draws N from "
                    "1 to 10")
    ->option_text("SEED:FAULT[@N],...");
}

void add_schedule_bench(CLI::App& verb, schedule_bench_options& bench) {
  verb
    .add_option(
      "--dags", bench.dags,
      "task graphs, a JSON object a line: "
      "{\"name\", \"tasks\": [{\"id\", \"seconds\", \"deps\"}]}; - for "
      "stdin")
    ->option_text("FILE");
  verb
    .add_option("--generate", bench.generate,
                "a random graph of N tasks in layers; may be repeated")
    ->check(CLI::Range(size_t{1}, size_t{100'000'000}))
    ->option_text("N");
  verb
    .add_option("--workers", bench.workers,
                "that are there, all alike (default: 8)")
    ->check(CLI::Range(size_t{1}, std::numeric_limits<size_t>::max()))
    ->option_text("P");
  verb.add_option("--seed", bench.seed, "of the search, graphs and noise")
    ->option_text("S");
  verb
    .add_option("--effort", bench.effort,
                "tasks that are placed, over all schedules of a graph that are "
                "tried (default: 10000000); the same effort finds the same")
    ->option_text("N");
  verb
    .add_option("--improve-ms", bench.improve_ms,
                "look for so long instead; what is found differs from run to "
                "run")
    ->option_text("N");
  verb
    .add_option_function<std::vector<std::string>>(
      "--noise",
      [&bench](const std::vector<std::string>& ranges) {
        for (auto& text : ranges) {
          auto range = parse_noise(text);
          if (!range)
            throw CLI::ValidationError(
              "--noise", text
                           + " is no range of factors; expected LOW:HIGH, "
                             "with 0 < LOW <= HIGH, like 0.5:2");
          bench.noises.push_back(*range);
        }
      },
      "also run it with true times that differ from those predicted by factors "
      "between these, log-uniformly; may be repeated")
    ->option_text("LOW:HIGH");
  verb.add_flag("--assignments", bench.with_assignments,
                "each task's worker and start as well");
}

} // namespace cohort::nodes
