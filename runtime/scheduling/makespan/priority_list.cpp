#include "runtime/scheduling/makespan/priority_list.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cohort::runtime::scheduling {

namespace {

struct keyed_task {
  double key;
  task_index task;
};

/// As many intervals of keys as there are tasks, each sorted by itself: with
/// comparisons alone a decision would be three times dearer for a million tasks
/// than for a thousand.
std::vector<keyed_task> sorted_by_key(std::span<const double> keys) {
  auto [low, high] = std::minmax_element(keys.begin(), keys.end());
  auto first = *high;
  auto scale = static_cast<double>(keys.size()) / (first - *low);
  if (!std::isfinite(scale)) // Keys are too close for intervals.
    scale = 0;
  auto interval_of = [&](double key) {
    return static_cast<size_t>((first - key) * scale);
  };
  std::vector<task_index> ends(keys.size() + 1);
  for (auto key : keys)
    ++ends[interval_of(key)];
  std::exclusive_scan(ends.begin(), ends.end(), ends.begin(), task_index{0});
  std::vector<keyed_task> result(keys.size());
  for (task_index i = 0; i < keys.size(); ++i)
    result[ends[interval_of(keys[i])]++] = {keys[i], i};
  task_index begin = 0;
  for (auto end : ends) {
    if (end - begin > 1)
      std::sort(result.begin() + begin, result.begin() + end,
                [](auto& x, auto& y) {
                  return x.key != y.key ? x.key > y.key : x.task < y.task;
                });
    begin = end;
  }
  return result;
}

} // namespace

priority_list priority_list::by_largest(std::span<const double> keys) {
  priority_list result;
  if (keys.empty())
    return result;
  result.tasks_.reserve(keys.size());
  result.places_.resize(keys.size());
  for (auto& one : sorted_by_key(keys)) {
    result.places_[one.task] = static_cast<task_index>(result.tasks_.size());
    result.tasks_.push_back(one.task);
  }
  return result;
}

void priority_list::assign(std::span<const task_index> tasks) {
  tasks_.assign(tasks.begin(), tasks.end());
  places_.resize(tasks.size());
  for (task_index place = 0; place < tasks_.size(); ++place)
    places_[tasks_[place]] = place;
}

void priority_list::move(size_t from, size_t to) {
  auto task = tasks_[from];
  auto put = [&](task_index what, size_t place) {
    tasks_[place] = what;
    places_[what] = static_cast<task_index>(place);
  };
  for (; from > to; --from)
    put(tasks_[from - 1], from);
  for (; from < to; ++from)
    put(tasks_[from + 1], from);
  put(task, to);
}

} // namespace cohort::runtime::scheduling
