#include "runtime/scheduling/makespan/list_scheduler.hpp"

#include <algorithm>
#include <functional>

namespace cohort::runtime::scheduling {

list_scheduler::list_scheduler(const task_graph& graph, size_t workers)
  : graph_{graph},
    workers_{std::min(workers, graph.size())},
    ranks_{upward_ranks(graph)},
    open_(graph.size()),
    ready_{graph.size()},
    sequence_(graph.size()),
    times_(graph.size()),
    waited_for_(graph.size()) {
  running_.reserve(workers_);
}

std::optional<double> list_scheduler::run(const priority_list& list,
                                          double limit) {
  return run(list, limit, graph_.before, graph_.after);
}

double list_scheduler::run_backwards(const priority_list& list) {
  return *run(list, no_limit, graph_.after, graph_.before);
}

std::optional<double> list_scheduler::run(const priority_list& list,
                                          double limit, const adjacency& before,
                                          const adjacency& after) {
  ++runs_;
  ready_.clear();
  running_.clear();
  for (task_index i = 0; i < graph_.size(); ++i) {
    open_[i] = static_cast<task_index>(before[i].size());
    if (open_[i] == 0)
      ready_.insert(list.place_of(i));
  }
  double now = 0;
  auto ended = nobody;
  size_t begun = 0;
  for (;;) {
    while (running_.size() < workers_ && !ready_.empty()) {
      auto task = list.task_at(ready_.pop());
      if (limit != no_limit && now + ranks_[task] > limit)
        return std::nullopt;
      sequence_[begun] = task;
      times_[begun] = now;
      waited_for_[begun++] = ended;
      running_.emplace_back(now + graph_.seconds[task], task);
      std::push_heap(running_.begin(), running_.end(), std::greater<>{});
    }
    if (running_.empty())
      return makespan_ = now;
    now = running_.front().first;
    do {
      ended = running_.front().second;
      std::pop_heap(running_.begin(), running_.end(), std::greater<>{});
      running_.pop_back();
      for (auto waiting : after[ended])
        if (--open_[waiting] == 0)
          ready_.insert(list.place_of(waiting));
    } while (!running_.empty() && running_.front().first <= now);
  }
}

schedule list_scheduler::last() const {
  schedule result{makespan_, std::vector<double>(graph_.size())};
  for (size_t i = 0; i < sequence_.size(); ++i)
    result.starts[sequence_[i]] = times_[i];
  return result;
}

} // namespace cohort::runtime::scheduling
