#include "runtime/scheduling/makespan/schedule_search.hpp"

#include <algorithm>

#include "runtime/draw_fraction.hpp"
#include "runtime/scheduling/makespan/lower_bound.hpp"

namespace cohort::runtime::scheduling {

namespace {

constexpr unsigned scattered = 8; // Disturbed lists of which the best is taken.
constexpr unsigned justified = 4; // Times, as long as it helps.
constexpr uint64_t least_patience = 500;
constexpr uint64_t patience_each = 3; // Moves for each task.

} // namespace

schedule_search::schedule_search(const task_graph& graph, size_t workers,
                                 uint64_t seed)
  : graph_{graph},
    workers_{std::clamp<size_t>(workers, 1, std::max<size_t>(1, graph.size()))},
    random_{seed},
    scheduler_{graph, workers},
    bound_{lower_bound(graph, workers)},
    tolerance_{bound_ * 1e-11} {
  current_.list = priority_list::by_largest(scheduler_.ranks());
  by_rank_ = *scheduler_.run(current_.list);
  keep_run(current_);
  best_ = current_;
  drawn_ = current_;
  to_justify_ = justified;
}

bool schedule_search::step() {
  if (!is_shorter(bound_, best_.plan.makespan))
    return false;
  if (to_justify_ > 0 || to_scatter_ > 0)
    scatter();
  else if (idle_ < std::max(least_patience, patience_each * graph_.size()))
    climb();
  else
    begin_round();
  return true;
}

void schedule_search::begin_round() {
  ++round_;
  idle_ = 0;
  chain_.clear();
  if (round_ % 2 == 0) {
    current_ = best_;
  } else {
    current_.plan.makespan = list_scheduler::no_limit;
    to_scatter_ = scattered;
  }
}

/// Draws a list, or justifies the one that was drawn.
void schedule_search::scatter() {
  if (to_justify_ > 0) {
    to_justify_ = justify(drawn_) ? to_justify_ - 1 : 0;
  } else {
    --to_scatter_;
    auto most = (to_scatter_ % 2 == 0 ? 0.3 : 1.0) * draw_fraction(random_);
    auto keys = scheduler_.ranks();
    for (auto& key : keys)
      key *= 1 + most * (2 * draw_fraction(random_) - 1);
    drawn_.list = priority_list::by_largest(keys);
    scheduler_.run(drawn_.list);
    keep_run(drawn_);
    to_justify_ = justified;
  }
  if (is_shorter(drawn_.plan.makespan, current_.plan.makespan)) {
    current_ = drawn_;
    take_current();
  }
}

/// Everything as late as it can be, and from there as early as it can be.
/// Returns whether that is shorter.
bool schedule_search::justify(solution& what) {
  // What ends last is the first from the end.
  std::vector<double> keys(graph_.size());
  for (size_t i = 0; i < keys.size(); ++i)
    keys[i] = what.plan.starts[i] + graph_.seconds[i];
  scheduler_.run_backwards(priority_list::by_largest(keys));
  // And what begins first there is what ends last in backward time.
  for (size_t i = 0; i < keys.size(); ++i) {
    auto task = scheduler_.sequence()[i];
    keys[task] = scheduler_.times()[i] + graph_.seconds[task];
  }
  auto list = priority_list::by_largest(keys);
  auto makespan = *scheduler_.run(list);
  if (!is_shorter(makespan, what.plan.makespan))
    return false;
  keep_run(what);
  return true;
}

/// Moves a task or two in the list, and back if that is longer.
void schedule_search::climb() {
  find_critical_chain();
  auto& list = current_.list;
  auto first = draw_move();
  list.move(first.first, first.second);
  auto is_double = draw(3) == 0;
  auto second = is_double ? draw_move() : place_pair{};
  list.move(second.first, second.second);
  ++idle_;
  auto& longest = current_.plan.makespan;
  auto makespan = scheduler_.run(list, longest + tolerance_);
  if (!makespan) {
    list.move(second.second, second.first);
    list.move(first.second, first.first);
    return;
  }
  if (is_shorter(*makespan, longest))
    idle_ = 0;
  keep_run(current_);
  chain_.clear();
  take_current();
}

/// The run becomes the solution; its list is now the order in which tasks
/// began, which gives the same schedule again.
void schedule_search::keep_run(solution& to) {
  to.list.assign(scheduler_.sequence());
  to.plan = scheduler_.last();
  to.waited_for.resize(graph_.size());
  for (size_t i = 0; i < graph_.size(); ++i)
    to.waited_for[scheduler_.sequence()[i]] = scheduler_.waited_for()[i];
}

void schedule_search::take_current() {
  if (is_shorter(current_.plan.makespan, best_.plan.makespan))
    best_ = current_;
}

void schedule_search::find_critical_chain() {
  if (!chain_.empty())
    return;
  task_index last = 0;
  double end = -1;
  for (task_index i = 0; i < graph_.size(); ++i)
    if (auto own = current_.plan.starts[i] + graph_.seconds[i]; own > end) {
      end = own;
      last = i;
    }
  for (auto i = last; i != list_scheduler::nobody; i = current_.waited_for[i])
    chain_.push_back(i);
}

/// Mostly brings a task of the chain forward, by about as many places as tasks
/// run at once.
schedule_search::place_pair schedule_search::draw_move() {
  auto size = graph_.size();
  auto kind = draw(8);
  auto from = kind < 7 ? current_.list.place_of(chain_[draw(chain_.size())])
                       : draw(size);
  auto distance = 1 + draw(std::max<size_t>(4, 2 * workers_));
  if (kind < 5)
    return {from, from - std::min(from, distance)};
  if (kind < 6)
    return {from, std::min(size - 1, from + distance)};
  return {from, draw(size)};
}

size_t schedule_search::draw(size_t below) {
  return random_() % below;
}

} // namespace cohort::runtime::scheduling
