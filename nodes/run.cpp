#include <cstdio>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>

#include "nodes/log_reader.hpp"
#include "nodes/progress_view.hpp"
#include "nodes/report.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/coordination/synthesis.hpp"
#include "runtime/decomposition/decompose.hpp"

namespace cohort::nodes {

namespace {

int refuse(const runtime::error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

void print_event(const char* type, const google::protobuf::Message& message) {
  std::cout << "{\"type\":\"" << type << "\",\"" << type
            << "\":" << to_json(message, false) << '}' << std::endl;
}

/// Runs the task of `options`; the result or the exit code of why there is
/// none.
struct outcome {
  int code = 0;
  std::optional<pb::TaskResult> result;
};

outcome run_with(const task_options& options, const global_options& global,
                 bool plan_only) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return {2, {}};
  auto request = make_request(options);
  if (!request)
    return {refuse(request.error()), {}};
  request->set_plan_only(plan_only);
  head_options head;
  head.settings = std::move(loaded.values);
  head.apply = options.apply;
  head.no_branch = options.no_branch;
  resolve_workers(head, options.jobs,
                  request->mode() == pb::EXECUTION_MODE_SEQUENTIAL,
                  std::thread::hardware_concurrency());
  auto stream = options.format == output_format::stream_json;
  if (stream)
    print_event("init", *request);
  progress_view view{stderr, global.quiet || stream};
  auto result = run_session(std::move(head), std::move(*request),
                            [&](const pb::ProgressEvent& event) {
                              if (stream)
                                print_event("progress", event);
                              else
                                view.show(event);
                            });
  view.clear();
  if (!result)
    return {refuse(result.error()), {}};
  auto code = runtime::coordination::exit_code(result->outcome());
  return {code, std::move(*result)};
}

} // namespace

int run_task(const task_options& task, const global_options& global) {
  auto [code, result] = run_with(task, global, false);
  if (!result)
    return code;
  // The evidence is what `plan` is for; a result names what is left.
  result->clear_evidence();
  switch (task.format) {
    case output_format::text:
      std::cout << summary_text(*result);
      break;
    case output_format::json:
      std::cout << to_json(*result, true) << '\n';
      break;
    case output_format::stream_json:
      print_event("result", *result);
      break;
  }
  return code;
}

int plan_task(const task_options& task, const global_options& global) {
  auto [code, result] = run_with(task, global, true);
  if (!result)
    return code;
  if (task.dot)
    std::cout << runtime::decomposition::to_dot(result->plan());
  else if (task.format == output_format::text)
    std::cout << plan_text(*result, task.explain);
  else if (task.format == output_format::json)
    std::cout << to_json(*result, true) << '\n';
  else
    print_event("result", *result);
  return code;
}

int diagnose(const task_options& task, const std::string& file,
             const global_options& global) {
  if (!file.empty()) {
    auto evidence = read_log(file);
    if (!evidence)
      return refuse(evidence.error());
    std::cout << groups_json(*evidence) << '\n';
    return 0;
  }
  auto options = task;
  options.description = "fix the compile errors";
  auto [code, result] = run_with(options, global, true);
  if (!result)
    return code;
  std::cout << groups_json(result->evidence()) << '\n';
  return code;
}

} // namespace cohort::nodes
