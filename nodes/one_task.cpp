#include "nodes/one_task.hpp"

#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>
#include <utility>

#include "nodes/progress_view.hpp"
#include "nodes/report.hpp"
#include "nodes/signals.hpp"
#include "nodes/trace_file.hpp"
#include "runtime/coordination/synthesis.hpp"

namespace cohort::nodes {

namespace {

void print_unfinished(const std::vector<std::string>& ids) {
  std::cerr << "cohort: not finished:";
  for (auto& id : ids)
    std::cerr << ' ' << id;
  std::cerr << "; `cohort run --resume ID` goes on with one\n";
}

bool is_sequential(const session_task& task) {
  auto* request = std::get_if<pb::TaskRequest>(&task);
  return request && request->mode() == pb::EXECUTION_MODE_SEQUENTIAL;
}

} // namespace

int refuse(const runtime::error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

void print_event(const char* type, const google::protobuf::Message& message) {
  std::cout << "{\"type\":\"" << type << "\",\"" << type
            << "\":" << to_json(message, false) << '}' << std::endl;
}

void tell_result(const pb::TaskResult& result, output_format format) {
  switch (format) {
    case output_format::text:
      std::cout << summary_text(result);
      break;
    case output_format::json:
      std::cout << to_json(result, true) << '\n';
      break;
    case output_format::stream_json:
      print_event("result", result);
      break;
  }
}

ran_task
run_one_task(const std::function<runtime::expected<session_task>()>& make,
             const task_options& options, const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return {2, {}, {}, {}};
  unblock_signals(); // It may wait for standard input.
  auto task = make();
  block_signals();
  if (!task)
    return {refuse(task.error()), {}, {}, {}};
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
  auto state = state_path(loaded.values);
  head_options head;
  head.settings = std::move(loaded.values);
  head.spans_max = trace ? trace_spans_max : 0;
  head.chaos = std::move(*chaos);
  resolve_workers(head, options.jobs, is_sequential(*task),
                  std::thread::hardware_concurrency());
  auto stream = options.format == output_format::stream_json;
  progress_view view{stderr, global.quiet || stream};
  std::string root;
  auto is_plan = false;
  pb::TraceReport spans; // Of a task that never began: none.
  session_observer observer;
  observer.begins = [&](const pb::TaskRequest& request) {
    root = request.workspace_root();
    is_plan = request.plan_only();
    if (stream)
      print_event("init", request);
  };
  observer.unfinished = [&](const std::vector<std::string>& ids) {
    if (!is_plan && !global.quiet)
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
  auto result = run_session(std::move(head), std::move(*task), observer);
  view.clear();
  if (trace)
    if (auto written = trace->write(spans, options.traced_as); !written)
      refuse(written.error()); // The task is what it is.
  if (!result)
    return {refuse(result.error()), {}, {}, {}};
  auto code = runtime::coordination::exit_code(result->outcome());
  return {code, std::move(*result), std::move(state), std::move(root)};
}

} // namespace cohort::nodes
