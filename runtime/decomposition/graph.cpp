#include "runtime/decomposition/graph.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <queue>
#include <string_view>

#include "runtime/decomposition/decompose.hpp"

namespace cohort::runtime::decomposition {

namespace {

void sort_topologically(plan_graph& graph) {
  std::vector<size_t> open(graph.before.size());
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t i = 0; i < open.size(); ++i) {
    open[i] = graph.before[i].size();
    if (open[i] == 0)
      ready.push(i);
  }
  while (!ready.empty()) {
    auto next = ready.top();
    ready.pop();
    graph.order.push_back(next);
    for (auto waiting : graph.after[next])
      if (--open[waiting] == 0)
        ready.push(waiting);
  }
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (auto c : text)
    if (c == '"' || c == '\\')
      result += {'\\', c};
    else if (c == '\n' || c == '\r')
      result += ' ';
    else
      result += c;
  return result + '"';
}

} // namespace

plan_graph make_graph(const pb::Decomposition& plan) {
  auto size = static_cast<size_t>(plan.subtasks_size());
  std::map<std::string_view, size_t> index;
  for (size_t i = 0; i < size; ++i)
    index.try_emplace(plan.subtasks(static_cast<int>(i)).id(), i);
  plan_graph graph;
  graph.before.resize(size);
  graph.after.resize(size);
  for (size_t i = 0; i < size; ++i)
    for (auto& dependency : plan.subtasks(static_cast<int>(i)).depends_on()) {
      auto found = index.find(dependency.subtask_id());
      if (found == index.end()) {
        ++graph.unknown;
        continue;
      }
      graph.before[i].push_back(found->second);
      graph.after[found->second].push_back(i);
    }
  sort_topologically(graph);
  return graph;
}

precedence::precedence(const plan_graph& graph)
  : words_{(graph.before.size() + 63) / 64},
    earlier_(graph.before.size() * words_) {
  for (auto i : graph.order)
    for (auto waiting : graph.after[i]) {
      auto* row = earlier_.data() + waiting * words_;
      for (size_t word = 0; word < words_; ++word)
        row[word] |= earlier_[i * words_ + word];
      row[i / 64] |= uint64_t{1} << (i % 64);
    }
}

double effort_of(const pb::Subtask& subtask) {
  auto effort = subtask.effort_seconds();
  return std::isfinite(effort) && effort > 0 ? effort : 0;
}

unsigned dependency_depth(const pb::Decomposition& plan) {
  auto graph = make_graph(plan);
  if (!graph.is_acyclic())
    return static_cast<unsigned>(plan.subtasks_size()) + 1;
  std::vector<unsigned> depth(graph.before.size());
  unsigned result = 0;
  for (auto i : graph.order) {
    for (auto earlier : graph.before[i])
      depth[i] = std::max(depth[i], depth[earlier]);
    result = std::max(result, ++depth[i]);
  }
  return result;
}

std::vector<double> upward_ranks(const pb::Decomposition& plan) {
  auto graph = make_graph(plan);
  std::vector<double> result;
  for (auto& subtask : plan.subtasks())
    result.push_back(effort_of(subtask));
  for (auto i = graph.order.rbegin(); i != graph.order.rend(); ++i) {
    double longest = 0;
    for (auto waiting : graph.after[*i])
      longest = std::max(longest, result[waiting]);
    result[*i] += longest;
  }
  return result;
}

std::string to_dot(const pb::Decomposition& plan) {
  std::string result = "digraph plan {\n  rankdir=LR;\n  node [shape=box];\n";
  for (auto& subtask : plan.subtasks())
    result += "  " + quoted(subtask.id()) + " [label="
              + quoted(subtask.id() + ": " + subtask.title()) + "];\n";
  for (auto& subtask : plan.subtasks())
    for (auto& dependency : subtask.depends_on())
      result += "  " + quoted(dependency.subtask_id()) + " -> "
                + quoted(subtask.id()) + ";\n";
  return result + "}\n";
}

} // namespace cohort::runtime::decomposition
