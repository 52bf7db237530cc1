#include <filesystem>
#include <iostream>
#include <memory>
#include <utility>

#include "nodes/cause_report.hpp"
#include "nodes/log_reader.hpp"
#include "nodes/one_task.hpp"
#include "nodes/output_file.hpp"
#include "nodes/report.hpp"
#include "nodes/tree_files.hpp"
#include "nodes/verbs.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

namespace {

using runtime::workspace::object_store;
using runtime::workspace::state_folder;

/// Runs the task of `options`.
ran_task run_with(const task_options& options, const global_options& global,
                  bool plan_only) {
  auto make = [&]() -> runtime::expected<session_task> {
    if (!options.resume.empty())
      return session_task{earlier_task{options.resume}};
    auto request = make_request(options);
    if (!request)
      return request.error();
    request->set_plan_only(plan_only);
    return session_task{std::move(*request)};
  };
  return run_one_task(make, options, global);
}

/// What became of each cause, in the format asked for, and in one line.
struct rendered_report {
  std::string text;
  std::string counts;
};

rendered_report render_report(const ran_task& ran, report_format format) {
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
runtime::expected<std::string> write_report(const ran_task& ran,
                                            const std::string& file,
                                            report_format format) {
  auto report = render_report(ran, format);
  if (auto written = write_output(file, report.text); !written)
    return written.error();
  return "report: " + file + "   (" + report.counts + ")\n";
}

} // namespace

int run_task(const task_options& task, const global_options& global) {
  auto format = format_of(task.report);
  if (!task.report.empty() && !format)
    return refuse({runtime::errc::invalid_request,
                   "--report " + task.report
                     + ": expected a name that ends in .txt, .json or .sarif"});
  if (auto fine = check_output(task.report); !fine)
    return refuse(fine.error());
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
  tell_result(*ran.result, task.format);
  if (task.format == output_format::text)
    std::cout << report_line;
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
  ran_task ran;
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
    if (ran.result->outcome() != pb::TASK_OUTCOME_DONE) {
      std::cerr << "cohort: " << ran.result->summary() << '\n';
      return ran.code;
    }
    ran.result->clear_task_id();
  }
  if (format == diagnosis_format::sarif)
    std::cout << render_report(ran, report_format::sarif).text;
  else
    std::cout << groups_json(ran.result->evidence()) << '\n';
  return ran.code;
}

} // namespace cohort::nodes
