#include "runtime/scheduling/task_table.hpp"

namespace cohort::runtime::scheduling {

task_table::task_table(unit_table& units) : units_{units} {
  // nop
}

task_record* task_table::find(requester_id requester,
                              const std::string& task_id) {
  if (latest_ != nullptr && latest_->requester == requester
      && latest_->task_id == task_id)
    return latest_;
  auto found = tasks_.find({requester, task_id});
  if (found == tasks_.end())
    return nullptr;
  latest_ = found->second.get();
  return latest_;
}

task_record& task_table::get(requester_id requester,
                             const std::string& task_id) {
  if (auto* known = find(requester, task_id))
    return *known;
  auto task = std::make_unique<task_record>();
  task->requester = requester;
  task->task_id = task_id;
  latest_ = task.get();
  key name{requester, task->task_id};
  tasks_.emplace(name, std::move(task));
  return *latest_;
}

std::vector<task_record*> task_table::of(requester_id requester) {
  std::vector<task_record*> result;
  auto it = tasks_.lower_bound({requester, {}});
  for (; it != tasks_.end() && it->first.first == requester; ++it)
    result.push_back(it->second.get());
  return result;
}

void task_table::add(task_record& task, unit_record& unit) {
  unit.task = &task;
  task.units.push_back(unit.sequence());
  ++task.live;
}

void task_table::remove(task_record& task) {
  --task.live;
  if (task.units.size() >= 64 && task.units.size() / 2 > task.live)
    std::erase_if(task.units,
                  [this](auto x) { return units_.find(x) == nullptr; });
}

void task_table::forget_if_done(task_record& task) {
  if (task.live > 0 || task.stopping > 0)
    return;
  if (latest_ == &task)
    latest_ = nullptr;
  tasks_.erase({task.requester, task.task_id});
}

} // namespace cohort::runtime::scheduling
