#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "runtime/scheduling/makespan/list_scheduler.hpp"

namespace cohort::runtime::scheduling {

/// Looks for a shorter schedule of a graph, starting from that by upward rank.
///
/// What is searched are priority lists. A round begins with the best list that
/// is known, or with the best of a few whose ranks are disturbed, each
/// justified to the right and back; then tasks of the chain that decides the
/// makespan, and now and then others, are moved in the list, and what is not
/// longer is kept. A round ends when nothing has become shorter for long.
///
/// Pure: no clock, and all randomness is from the seed. The same graph,
/// workers, seed and number of steps give the same schedule, on every machine.
/// Units:   seconds.
/// Costs:   for each step at most two runs of list_scheduler, O(n log n) when a
///          round begins, else O(n).
/// Source:  justification: Li and Willis, "An iterative scheduling technique
/// for
///          resource-constrained project scheduling", 1992; Valls, Ballestin
///          and Quintanilla, "Justification and RCPSP: a technique that pays",
///          2005. Moves on the critical chain are usual for job shops.
class schedule_search {
public:
  /// REQUIRES: workers >= 1, and the graph outlives this.
  schedule_search(const task_graph& graph, size_t workers, uint64_t seed);

  /// Tries something. Returns false, and does nothing, when the best schedule
  /// is known to be a shortest one.
  bool step();

  [[nodiscard]] const schedule& best() const {
    return best_.plan;
  }
  /// No schedule is shorter.
  [[nodiscard]] double bound() const {
    return bound_;
  }
  /// That by upward rank, with which the search began.
  [[nodiscard]] double makespan_by_rank() const {
    return by_rank_;
  }
  /// How many schedules were tried.
  [[nodiscard]] uint64_t tried() const {
    return scheduler_.runs();
  }

private:
  /// A list, and what it gives.
  struct solution {
    priority_list list;
    schedule plan;
    std::vector<task_index> waited_for; // By task: whose end let it begin.
  };
  using place_pair = std::pair<size_t, size_t>;

  [[nodiscard]] bool is_shorter(double x, double y) const {
    return x < y - tolerance_;
  }
  void begin_round();
  void scatter();
  void climb();
  bool justify(solution& what);
  [[nodiscard]] priority_list by_latest_end() const;
  void keep_run(solution& to);
  void take_current();
  void find_critical_chain();
  [[nodiscard]] place_pair draw_move();
  size_t draw(size_t below);

  const task_graph& graph_;
  size_t workers_;
  std::mt19937_64 random_;
  list_scheduler scheduler_;
  double bound_;
  double tolerance_; // Makespans that differ by less are equal.
  double by_rank_ = 0;
  solution best_;

  // Of the round.
  uint64_t round_ = 0;
  unsigned to_scatter_ = 0; // Lists still to be drawn.
  unsigned to_justify_ = 0; // Times that `drawn_` still is.
  solution drawn_;
  solution current_;
  uint64_t idle_ = 0; // Moves since the last one that made it shorter.
  std::vector<task_index> chain_; // That decides current_'s makespan; or empty.
};

} // namespace cohort::runtime::scheduling
