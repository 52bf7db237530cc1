#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/decomposition.pb.h"

/// The dependencies of a plan by index.
///
/// Pure. Any plan: ids that are unknown are left out and counted, of an id that
/// is there twice the first subtask answers.
namespace cohort::runtime::decomposition {

namespace pb = messages::v1;

struct plan_graph {
  std::vector<std::vector<size_t>> before; // What each subtask waits for.
  std::vector<std::vector<size_t>> after;  // What waits for each subtask.
  std::vector<size_t> order;               // Topological, by index where free;
                             // lacks what is on or behind a cycle.
  size_t unknown = 0; // Dependencies on no subtask.

  [[nodiscard]] bool is_acyclic() const {
    return order.size() == before.size();
  }
};

plan_graph make_graph(const pb::Decomposition& plan);

/// Which subtask must be merged before which, directly or not.
///
/// Takes n x n bits, and n / 64 steps for each dependency.
class precedence {
public:
  explicit precedence(const plan_graph& graph);

  /// Whether `y` waits for `x`.
  [[nodiscard]] bool is_before(size_t x, size_t y) const {
    return (earlier_[y * words_ + x / 64] >> (x % 64) & 1U) != 0;
  }

  /// Whether one of the two waits for the other.
  [[nodiscard]] bool are_ordered(size_t x, size_t y) const {
    return is_before(x, y) || is_before(y, x);
  }

private:
  size_t words_;                  // Of a row.
  std::vector<uint64_t> earlier_; // A row a subtask: all that it waits for.
};

/// The subtask's effort where that makes sense, else 0.
double effort_of(const pb::Subtask& subtask);

} // namespace cohort::runtime::decomposition
