#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "nodes/cause_report.hpp"
#include "nodes/log_reader.hpp"
#include "nodes/progress_view.hpp"
#include "nodes/report.hpp"
#include "nodes/session.hpp"
#include "nodes/signals.hpp"
#include "nodes/trace_file.hpp"
#include "nodes/tree_files.hpp"
#include "nodes/verbs.hpp"
#include "runtime/coordination/synthesis.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

namespace {

using runtime::workspace::object_store;
using runtime::workspace::state_folder;

int refuse(const runtime::error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

void print_event(const char* type, const google::protobuf::Message& message) {
  std::cout << "{\"type\":\"" << type << "\",\"" << type
            << "\":" << to_json(message, false) << '}' << std::endl;
}

void print_unfinished(const std::vector<std::string>& ids) {
  std::cerr << "cohort: not finished:";
  for (auto& id : ids)
    std::cerr << ' ' << id;
  std::cerr << "; `cohort run --resume ID` goes on with one\n";
}

/// Runs the task of `options`; the result or the exit code of why there is
/// none.
struct outcome {
  int code = 0;
  std::optional<pb::TaskResult> result;
  std::filesystem::path state;
  std::string workspace_root;
};

outcome run_with(const task_options& options, const global_options& global,
                 bool plan_only) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return {2, {}, {}, {}};
  session_task task = earlier_task{options.resume};
  auto is_sequential = false;
  if (options.resume.empty()) {
    auto request = make_request(options);
    if (!request)
      return {refuse(request.error()), {}, {}, {}};
    request->set_plan_only(plan_only);
    is_sequential = request->mode() == pb::EXECUTION_MODE_SEQUENTIAL;
    task = std::move(*request);
  }
  auto chaos = make_chaos(options.chaos, runtime::chaos::place::run);
  if (!chaos)
    return {refuse(chaos.error()), {}, {}, {}};
  std::optional<trace_file> trace;
  if (!options.trace.empty()) {
    auto opened = trace_file::open(options.trace);
    if (!opened)
      return {refuse(opened.error()), {}, {}, {}};
    trace = std::move(*opened);
  }
  auto state = loaded.values.state.empty()
                 ? state_folder::default_path()
                 : std::filesystem::path{loaded.values.state};
  head_options head;
  head.settings = std::move(loaded.values);
  head.spans_max = trace ? trace_spans_max : 0;
  head.chaos = std::move(*chaos);
  resolve_workers(head, options.jobs, is_sequential,
                  std::thread::hardware_concurrency());
  auto stream = options.format == output_format::stream_json;
  progress_view view{stderr, global.quiet || stream};
  std::string root;
  pb::TraceReport spans; // Of a task that never began: none.
  session_observer observer;
  observer.begins = [&](const pb::TaskRequest& request) {
    root = request.workspace_root();
    if (stream)
      print_event("init", request);
  };
  observer.unfinished = [&](const std::vector<std::string>& ids) {
    if (!plan_only && !global.quiet)
      print_unfinished(ids);
  };
  observer.progress = [&](const pb::ProgressEvent& event) {
    if (stream)
      print_event("progress", event);
    else
      view.show(event);
  };
  observer.drains = [&](std::chrono::seconds time) {
    view.clear();
    tell_drain(time);
  };
  observer.trace = [&](const pb::TraceReport& report) { spans = report; };
  auto result = run_session(std::move(head), std::move(task), observer);
  view.clear();
  if (trace)
    if (auto written = trace->write(spans, options.traced_as); !written)
      refuse(written.error()); // The task is what it is.
  if (!result)
    return {refuse(result.error()), {}, {}, {}};
  auto code = runtime::coordination::exit_code(result->outcome());
  return {code, std::move(*result), std::move(state), std::move(root)};
}

/// What became of each cause, in the format asked for, and in one line.
struct rendered_report {
  std::string text;
  std::string counts;
};

rendered_report render_report(const outcome& ran, report_format format) {
  auto& result = *ran.result;
  auto& tree = result.evidence().tree(); // Empty for a compiler's log.
  std::shared_ptr<object_store> store;
  if (!tree.empty())
    if (auto opened = object_store::open(state_folder::store_of(ran.state)))
      store = std::make_shared<object_store>(std::move(*opened));
  tree_files before{store, tree};
  tree_files after{store, result.patch().result_tree()};
  auto old_text = [&](const std::string& file) { return before.find(file); };
  auto new_text = [&](const std::string& file) { return after.find(file); };
  auto report = make_report(result, ran.workspace_root, old_text, new_text);
  return {render(report, format, old_text), counts_of(report)};
}

/// Returns the line that tells where the report is. Errors: storage_failed.
runtime::expected<std::string> write_report(const outcome& ran,
                                            const std::string& file,
                                            report_format format) {
  auto report = render_report(ran, format);
  std::ofstream out{file, std::ios::binary};
  out << report.text;
  if (!out.flush())
    return runtime::error{runtime::errc::storage_failed,
                          "the report " + file + " cannot be written"};
  return "report: " + file + "   (" + report.counts + ")\n";
}

} // namespace

int run_task(const task_options& task, const global_options& global) {
  auto format = format_of(task.report);
  if (!task.report.empty() && !format)
    return refuse({runtime::errc::invalid_request,
                   "--report " + task.report
                     + ": expected a name that ends in .txt, .json or .sarif"});
  auto ran = run_with(task, global, false);
  if (!ran.result)
    return ran.code;
  std::string report_line;
  if (format) {
    auto written = write_report(ran, task.report, *format);
    if (written)
      report_line = std::move(*written);
    else if (auto failed = refuse(written.error()); ran.code == 0)
      ran.code = failed;
  }
  // The evidence is what `plan` is for; a result names what is left.
  ran.result->clear_evidence();
  switch (task.format) {
    case output_format::text:
      std::cout << summary_text(*ran.result) << report_line;
      break;
    case output_format::json:
      std::cout << to_json(*ran.result, true) << '\n';
      break;
    case output_format::stream_json:
      print_event("result", *ran.result);
      break;
  }
  return ran.code;
}

int plan_task(const task_options& task, const global_options& global) {
  auto ran = run_with(task, global, true);
  if (!ran.result)
    return ran.code;
  if (task.dot)
    std::cout << runtime::decomposition::to_dot(ran.result->plan());
  else if (task.format == output_format::text)
    std::cout << plan_text(*ran.result, task.explain);
  else if (task.format == output_format::json)
    std::cout << to_json(*ran.result, true) << '\n';
  else
    print_event("result", *ran.result);
  return ran.code;
}

int diagnose(const task_options& task, const std::string& file,
             diagnosis_format format, const global_options& global) {
  outcome ran;
  if (!file.empty()) {
    auto evidence = read_log(file);
    if (!evidence)
      return refuse(evidence.error());
    ran.workspace_root = std::filesystem::absolute(task.workspace).string();
    ran.result.emplace();
    *ran.result->mutable_evidence() = std::move(*evidence);
  } else {
    auto options = task;
    options.description = "fix the compile errors";
    ran = run_with(options, global, true);
    if (!ran.result)
      return ran.code;
    ran.result->clear_task_id();
  }
  if (format == diagnosis_format::sarif)
    std::cout << render_report(ran, report_format::sarif).text;
  else
    std::cout << groups_json(ran.result->evidence()) << '\n';
  return ran.code;
}

} // namespace cohort::nodes
