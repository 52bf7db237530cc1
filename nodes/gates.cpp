#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <utility>

#include "nodes/gates_report.hpp"
#include "nodes/one_task.hpp"
#include "nodes/output_file.hpp"
#include "nodes/report_words.hpp"
#include "nodes/verbs.hpp"
#include "runtime/mutation/survivors.hpp"

namespace cohort::nodes {

namespace {

using runtime::errc;
using runtime::error;
using runtime::expected;

const std::map<std::string, pb::GateKind> kinds{
  {"compilation", pb::GATE_KIND_COMPILATION},
  {"scope", pb::GATE_KIND_SCOPE},
  {"tests", pb::GATE_KIND_TESTS},
  {"coverage", pb::GATE_KIND_COVERAGE},
  {"mutation", pb::GATE_KIND_MUTATION},
  {"security", pb::GATE_KIND_SECURITY},
  {"lint", pb::GATE_KIND_LINT}};

expected<session_task> request_for(const task_options& task,
                                   const gates_options& gates) {
  auto request = make_request(task);
  if (!request)
    return request.error();
  request->set_description("judge the changes since "
                           + (gates.base.empty() ? "nothing" : gates.base));
  request->set_judge_only(true);
  request->set_base_revision(gates.base);
  auto& quality = *request->mutable_quality();
  for (auto& name : gates.gates)
    quality.add_gates(kinds.at(name));
  quality.set_coverage_threshold(gates.coverage_threshold);
  quality.set_mutation_threshold(gates.mutation_threshold);
  request->set_blame(gates.blame);
  return session_task{std::move(*request)};
}

/// As small diffs; of a file that has gone meanwhile without.
std::string survivors_of(const pb::TaskResult& result,
                         const std::filesystem::path& root) {
  std::vector<pb::MutantVerdict> survivors;
  std::map<std::string, std::string> texts;
  for (auto& gate : result.gates())
    for (auto& survivor : gate.survivors()) {
      survivors.push_back(survivor);
      auto& file = survivor.mutant().file();
      std::ifstream in{root / file, std::ios::binary};
      if (in && texts.count(file) == 0)
        texts[file] = {std::istreambuf_iterator<char>{in}, {}};
    }
  auto shown = runtime::mutation::render_survivors(survivors, texts);
  return shown.empty() ? "" : '\n' + shown;
}

} // namespace

std::vector<std::string> gate_names() {
  std::vector<std::string> result;
  for (auto& [name, kind] : kinds)
    result.push_back(name);
  return result;
}

int judge_change(const task_options& task, const gates_options& gates,
                 const global_options& global) {
  if (!gates.sarif.empty() && !gates.sarif.ends_with(".sarif"))
    return refuse(
      {errc::invalid_request,
       "--report " + gates.sarif + ": expected a name that ends in .sarif"});
  for (auto& file : {gates.junit, gates.sarif})
    if (auto fine = check_output(file); !fine)
      return refuse(fine.error());
  auto ran = run_one_task([&] { return request_for(task, gates); }, task,
                          global);
  if (!ran.result)
    return ran.code;
  auto& result = *ran.result;
  auto write = [&](const std::string& file, const std::string& text) {
    if (file.empty())
      return;
    if (auto written = write_output(file, text); !written)
      if (auto failed = refuse(written.error()); ran.code == 0)
        ran.code = failed;
  };
  write(gates.junit, gates_junit(result));
  write(gates.sarif, gates_sarif(result, ran.workspace_root));
  result.clear_evidence(); // Of the base; the result names what is left.
  tell_result(result, task.format);
  return ran.code;
}

int mutate(const task_options& task, gates_options gates,
           const global_options& global) {
  gates.gates = {"tests", "mutation"};
  auto ran = run_one_task([&] { return request_for(task, gates); }, task,
                          global);
  if (!ran.result)
    return ran.code;
  ran.result->clear_evidence();
  tell_result(*ran.result, task.format);
  if (task.format == output_format::text)
    std::cout << survivors_of(*ran.result, ran.workspace_root);
  return ran.code;
}

} // namespace cohort::nodes
