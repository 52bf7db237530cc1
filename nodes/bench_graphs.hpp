#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "runtime/expected.hpp"
#include "runtime/scheduling/makespan/task_graph.hpp"

namespace cohort::nodes {

/// A task graph for `bench schedule`.
struct named_graph {
  std::string name;
  /// Strings and numbers as they were given, by the numbers in graph.given.
  std::vector<nlohmann::json> ids;
  runtime::scheduling::task_graph graph;
  /// The shortest makespan that somebody knows, by the number of workers.
  std::map<std::string, double> best_found;
};

/// Reads {"name", "tasks": [{"id", "seconds", "deps": [id, ...]}, ...]}, tasks
/// in any order; ids are strings or numbers, and 7 is the same as "7".
/// `reference` may name, by the
/// number of workers, a `best_found` of a nanosecond or more; other members are
/// passed over. Memory: some 250 bytes for each task beside the text. Errors:
/// invalid_request (naming the graph, the task, and what to do).
runtime::expected<named_graph> read_graph(const std::string& text);

/// Layers of about as many tasks as there are layers, each task behind up to
/// three of the layer before, of 1 to 100 seconds. REQUIRES: tasks >= 1.
named_graph generate_graph(size_t tasks, uint64_t seed);

} // namespace cohort::nodes
