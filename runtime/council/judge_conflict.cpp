#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "runtime/council/judges.hpp"
#include "runtime/council/verdict.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double conflict_weight = 1.5;

/// What one unit reads of two subtasks that do not wait for each other.
struct coupling {
  int reports = 0;
  bool first_is_read
    = false; // A file of the first that is not the unit itself.
  bool second_is_read = false;
  std::string unit; // An example.
};

using pair_map = std::map<std::pair<size_t, size_t>, coupling>;

struct touch {
  size_t subtask;
  bool is_read; // False: only the unit's own main file.
};

/// REQUIRES: every file has one writer.
pair_map unordered_couplings(const pb::ReviewRequest& request,
                             const decomposition::precedence& order) {
  auto& plan = request.decomposition();
  std::unordered_map<std::string_view, size_t> writer; // Looked up only.
  for (int i = 0; i < plan.subtasks_size(); ++i)
    for (auto& file : plan.subtasks(i).files())
      writer.try_emplace(file, static_cast<size_t>(i));
  pair_map result;
  std::map<size_t, bool>
    touched; // Subtask: whether it has a file that is read.
  for (auto& report : request.evidence().units()) {
    touched.clear();
    for (auto& file : report.reads())
      if (auto found = writer.find(file); found != writer.end())
        touched[found->second] |= file != report.unit();
    for (auto x = touched.begin(); x != touched.end(); ++x)
      for (auto y = std::next(x); y != touched.end(); ++y) {
        if (order.are_ordered(x->first, y->first))
          continue;
        auto& found = result[{x->first, y->first}];
        if (found.reports++ == 0)
          found.unit = report.unit();
        found.first_is_read |= x->second;
        found.second_is_read |= y->second;
      }
  }
  return result;
}

/// Two subtasks that write one file and do not wait for each other would undo
/// each other's work.
bool rejects_double_writers(const pb::Decomposition& plan,
                            const decomposition::precedence& order,
                            pb::Verdict& verdict) {
  std::map<std::string_view, std::vector<size_t>> writers;
  for (int i = 0; i < plan.subtasks_size(); ++i)
    for (auto& file : plan.subtasks(i).files())
      writers[file].push_back(static_cast<size_t>(i));
  auto id = [&](size_t i) { return plan.subtasks(static_cast<int>(i)).id(); };
  for (auto& [file, subtasks] : writers)
    for (size_t i = 1; i < subtasks.size(); ++i)
      if (!order.are_ordered(subtasks[i - 1], subtasks[i])) {
        verdict.set_opinion(pb::OPINION_REJECT);
        add_finding(verdict, pb::FINDING_KIND_CONFLICT, 1,
                    {id(subtasks[i - 1]), id(subtasks[i])},
                    "both write " + std::string{file}
                      + ", and neither waits for the other");
        return true;
      }
  return false;
}

/// Headers that are read together become one subtask; a header comes before the
/// source that reads it.
void judge_coupling(const pb::ReviewRequest& request, size_t first,
                    size_t second, const coupling& found,
                    pb::Verdict& verdict) {
  auto& plan = request.decomposition();
  auto x = plan.subtasks(static_cast<int>(first)).id();
  auto y = plan.subtasks(static_cast<int>(second)).id();
  auto share = static_cast<double>(found.reports)
               / std::max(request.evidence().units_size(), 1);
  add_finding(verdict, pb::FINDING_KIND_CONFLICT, 0.5 + 0.4 * share, {x, y},
              "both change what " + found.unit
                + " reads, and neither waits for the other");
  if (found.first_is_read == found.second_is_read)
    add_amendment(verdict, pb::AMENDMENT_KIND_MERGE, x, y);
  else if (found.first_is_read)
    add_amendment(verdict, pb::AMENDMENT_KIND_ORDER, x, y);
  else
    add_amendment(verdict, pb::AMENDMENT_KIND_ORDER, y, x);
}

} // namespace

pb::Verdict judge_conflict(const pb::JudgeRequest& request) {
  auto verdict = make_verdict(request, "conflict", conflict_weight, 0.95);
  if (rejects_size(request, pb::FINDING_KIND_CONFLICT, verdict))
    return verdict;
  auto& plan = request.request().decomposition();
  decomposition::precedence order{decomposition::make_graph(plan)};
  if (rejects_double_writers(plan, order, verdict))
    return verdict;
  for (auto& [pair, found] : unordered_couplings(request.request(), order))
    judge_coupling(request.request(), pair.first, pair.second, found, verdict);
  return verdict;
}

} // namespace cohort::runtime::council
