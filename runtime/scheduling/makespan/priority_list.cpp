#include "runtime/scheduling/makespan/priority_list.hpp"

#include <algorithm>
#include <utility>

namespace cohort::runtime::scheduling {

priority_list priority_list::by_largest(std::span<const double> keys) {
  std::vector<std::pair<double, task_index>> sorted;
  sorted.reserve(keys.size());
  for (task_index i = 0; i < keys.size(); ++i)
    sorted.emplace_back(keys[i], i);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](auto& x, auto& y) { return x.first > y.first; });
  priority_list result;
  result.tasks_.reserve(keys.size());
  result.places_.resize(keys.size());
  for (auto& [key, task] : sorted) {
    result.places_[task] = static_cast<task_index>(result.tasks_.size());
    result.tasks_.push_back(task);
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
