#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "runtime/analysis/evidence.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::decomposition {

namespace {

std::string place_of(const pb::Diagnostic& diagnostic) {
  return diagnostic.location().file() + ':'
         + std::to_string(diagnostic.location().line());
}

/// One run over a plan; collects findings.
class check {
public:
  check(const pb::Decomposition& plan, const pb::Evidence& evidence,
        const pb::Scope& scope, const decomposition_settings& settings)
    : plan_{plan},
      evidence_{evidence},
      scope_{scope},
      settings_{settings},
      graph_{make_graph(plan)} {
    // nop
  }

  std::vector<pb::Finding> run() && {
    check_ids();
    check_dependencies();
    check_files();
    check_ownership();
    check_writers();
    return std::move(findings_);
  }

private:
  void add(std::vector<std::string> subtasks, std::string text) {
    auto& finding = findings_.emplace_back();
    finding.set_kind(pb::FINDING_KIND_INVARIANT);
    finding.set_severity(1);
    for (auto& subtask : subtasks)
      finding.add_subtasks(std::move(subtask));
    finding.set_text(std::move(text));
  }

  void check_ids() {
    std::set<std::string_view> ids;
    for (auto& subtask : plan_.subtasks())
      if (subtask.id().empty())
        add({}, "a subtask has no id");
      else if (!ids.insert(subtask.id()).second)
        add({subtask.id()}, "two subtasks have the id " + subtask.id());
    auto count = static_cast<size_t>(plan_.subtasks_size());
    if (count > settings_.max_subtasks_per_task)
      add({}, "the plan has " + std::to_string(count)
                + " subtasks; max_subtasks_per_task allows "
                + std::to_string(settings_.max_subtasks_per_task));
  }

  void check_dependencies() {
    if (graph_.unknown > 0)
      for (auto& subtask : plan_.subtasks())
        check_known(subtask);
    if (!graph_.is_acyclic())
      return add(on_or_behind_cycle(), "the dependencies form a cycle");
    auto depth = dependency_depth(plan_);
    if (depth > settings_.max_dependency_depth)
      add({}, "the longest chain has " + std::to_string(depth)
                + " subtasks; max_dependency_depth allows "
                + std::to_string(settings_.max_dependency_depth));
  }

  void check_known(const pb::Subtask& subtask) {
    if (known_.empty())
      for (auto& other : plan_.subtasks())
        known_.insert(other.id());
    for (auto& dependency : subtask.depends_on())
      if (known_.count(dependency.subtask_id()) == 0)
        return add({subtask.id()}, subtask.id() + " waits for \""
                                     + dependency.subtask_id()
                                     + "\", which is not in the plan");
  }

  [[nodiscard]] std::vector<std::string> on_or_behind_cycle() const {
    std::vector<bool> is_free(graph_.before.size());
    for (auto i : graph_.order)
      is_free[i] = true;
    std::vector<std::string> result;
    for (size_t i = 0; i < is_free.size(); ++i)
      if (!is_free[i])
        result.push_back(plan_.subtasks(static_cast<int>(i)).id());
    return result;
  }

  bool may_change(const std::string& file) {
    auto [known, is_new] = may_change_.try_emplace(file);
    if (is_new)
      known->second = in_scope(scope_, file);
    return known->second;
  }

  void check_files() {
    for (auto& subtask : plan_.subtasks()) {
      auto outside
        = std::find_if(subtask.files().begin(), subtask.files().end(),
                       [&](auto& file) { return !may_change(file); });
      if (outside != subtask.files().end())
        add({subtask.id()}, subtask.id() + " may write \"" + *outside
                              + "\", which is outside the scope");
    }
  }

  void check_ownership() {
    auto size = static_cast<size_t>(evidence_.diagnostics_size());
    std::vector<uint32_t> owners(size);
    for (auto& subtask : plan_.subtasks())
      check_owned(subtask, owners);
    size_t lost = 0;
    std::string first;
    for (size_t i = 0; i < size; ++i) {
      auto& diagnostic = evidence_.diagnostics(static_cast<int>(i));
      if (owners[i] > 0 || !analysis::is_error(diagnostic)
          || !may_change(diagnostic.location().file()))
        continue;
      if (lost++ == 0)
        first = place_of(diagnostic);
    }
    if (lost > 0)
      add({}, std::to_string(lost)
                + " errors are owned by no subtask, the first at " + first);
  }

  /// Counts what the subtask owns in `owners`; at most one finding of each
  /// kind.
  void check_owned(const pb::Subtask& subtask, std::vector<uint32_t>& owners) {
    std::set<std::string_view> files{subtask.files().begin(),
                                     subtask.files().end()};
    bool has_unknown = false;
    const pb::Diagnostic* foreign = nullptr;
    const pb::Diagnostic* shared = nullptr;
    for (auto index : subtask.diagnostics()) {
      if (index >= owners.size()) {
        has_unknown = true;
        continue;
      }
      auto& diagnostic = evidence_.diagnostics(static_cast<int>(index));
      if (++owners[index] > 1)
        shared = &diagnostic;
      if (files.count(diagnostic.location().file()) == 0)
        foreign = &diagnostic;
    }
    if (has_unknown)
      add({subtask.id()},
          subtask.id() + " owns a diagnostic that is not there");
    if (shared != nullptr)
      add({subtask.id()}, subtask.id() + " owns the error at "
                            + place_of(*shared) + ", which is owned already");
    if (foreign != nullptr)
      add({subtask.id()}, subtask.id() + " owns the error at "
                            + place_of(*foreign)
                            + ", but may not write that file");
  }

  /// Any two writers of a file are ordered when each two neighbours in a
  /// topological order are.
  void check_writers() {
    if (!findings_.empty())
      return; // The order means little, and a plan may be of any size.
    std::map<std::string_view, size_t> last_writer;
    precedence order{graph_};
    for (auto i : graph_.order) {
      auto& subtask = plan_.subtasks(static_cast<int>(i));
      for (auto& file : subtask.files()) {
        auto [writer, is_first] = last_writer.try_emplace(file, i);
        if (is_first || writer->second == i)
          continue;
        auto& earlier = plan_.subtasks(static_cast<int>(writer->second)).id();
        if (!order.are_ordered(writer->second, i))
          add({earlier, subtask.id()}, earlier + " and " + subtask.id()
                                         + " both write " + file
                                         + ", and neither waits for the other");
        writer->second = i;
      }
    }
  }

  const pb::Decomposition& plan_;
  const pb::Evidence& evidence_;
  const pb::Scope& scope_;
  const decomposition_settings& settings_;
  plan_graph graph_;
  std::set<std::string_view> known_;
  std::map<std::string_view, bool> may_change_;
  std::vector<pb::Finding> findings_;
};

} // namespace

std::vector<pb::Finding>
check_invariants(const pb::Decomposition& plan, const pb::Evidence& evidence,
                 const pb::Scope& scope,
                 const decomposition_settings& settings) {
  return check{plan, evidence, scope, settings}.run();
}

} // namespace cohort::runtime::decomposition
