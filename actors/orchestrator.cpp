#include "actors/orchestrator.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>
#include <utility>

#include <spdlog/spdlog.h>

#include "actors/error.hpp"

namespace cohort::actors {

orchestrator_settings
orchestrator_settings::with_parallel_execution(coordinator_factory factory) && {
  make_coordinator_ = std::move(factory);
  return std::move(*this);
}

bool orchestrator_settings::has_parallel_support() const {
  return make_coordinator_ != nullptr;
}

const coordinator_factory& orchestrator_settings::make_coordinator() const {
  return make_coordinator_;
}

namespace {

using runtime::errc;
using namespace std::chrono_literals;
using orchestrator_self
  = orchestrator_actor::stateful_pointer<orchestrator_state>;

constexpr auto pool_answer_timeout = 5s;

caf::error refuse(errc code, std::string why) {
  return to_caf({code, std::move(why)});
}

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isspace(c) != 0; });
}

/// Gives the task a supervisor. REQUIRES: it is in the table.
void start(orchestrator_self self, const services& others,
           const orchestrator_settings& settings, pb::TaskRequest request,
           std::optional<unsigned> workers) {
  auto found = self->state.tasks.find(request.task_id());
  if (found == self->state.tasks.end())
    return;
  auto task = settings.task;
  task.has_parallel_support = settings.has_parallel_support();
  if (workers) {
    task.routing.workers = *workers;
    task.routing.cores = *workers;
  }
  found->second.supervisor = self->spawn<caf::monitored>(
    task_supervisor, others, settings.make_coordinator(), task);
  for (auto& cancel : found->second.early_cancels)
    self->send(found->second.supervisor, cancel);
  self->send(found->second.supervisor, std::move(request));
}

unsigned usable_workers(const pb::PoolReport& pool) {
  auto count
    = std::count_if(pool.workers().begin(), pool.workers().end(),
                    [](auto& worker) { return !worker.quarantined(); });
  return static_cast<unsigned>(std::max<ptrdiff_t>(1, count));
}

caf::result<pb::TaskAccepted>
on_request(orchestrator_self self, const services& others,
           const orchestrator_settings& settings, pb::TaskRequest request) {
  auto& tasks = self->state.tasks;
  if (is_blank(request.description()))
    return refuse(errc::invalid_request,
                  "the description is empty: say what to do, for instance "
                  "'fix the compile errors'");
  if (request.workspace_root().empty()
      || request.workspace_root().front() != '/')
    return refuse(errc::workspace_unreadable,
                  "the workspace must be named by an absolute path");
  if (tasks.size() >= settings.task.supervision.admission_limit)
    return refuse(errc::busy, std::to_string(tasks.size())
                                + " tasks run already; try again later");
  if (request.task_id().empty())
    request.set_task_id(settings.make_task_id());
  auto id = request.task_id();
  if (tasks.count(id) > 0)
    return refuse(errc::invalid_request, "task " + id + " runs already");
  if (request.mode() == pb::EXECUTION_MODE_UNSPECIFIED)
    request.set_mode(pb::EXECUTION_MODE_AUTO);
  tasks[id];
  if (!settings.counts_workers)
    start(self, others, settings, std::move(request), std::nullopt);
  else
    self->request(others.pool, pool_answer_timeout, pb::PoolQuery{})
      .then(
        [=](const pb::PoolReport& pool) {
          start(self, others, settings, request, usable_workers(pool));
        },
        [=](const caf::error&) {
          start(self, others, settings, request, std::nullopt);
        });
  pb::TaskAccepted accepted;
  accepted.set_task_id(id);
  return accepted;
}

caf::result<pb::TaskCancelled> on_cancel(orchestrator_self self,
                                         const pb::CancelTask& cancel) {
  auto found = self->state.tasks.find(cancel.task_id());
  if (found == self->state.tasks.end())
    return refuse(errc::not_found, "no task " + cancel.task_id() + " runs");
  auto promise = self->make_response_promise<pb::TaskCancelled>();
  found->second.cancels.push_back(promise);
  if (found->second.supervisor)
    self->send(found->second.supervisor, cancel);
  else
    found->second.early_cancels.push_back(cancel);
  return promise;
}

void forget(orchestrator_self self, const std::string& id) {
  auto found = self->state.tasks.find(id);
  if (found == self->state.tasks.end())
    return;
  pb::TaskCancelled message;
  message.set_task_id(id);
  for (auto& promise : found->second.cancels)
    promise.deliver(message);
  self->state.tasks.erase(found);
}

/// A supervisor that ends before its result: the task is lost, others go on.
void on_down(orchestrator_self self, const services& others,
             const caf::down_msg& down) {
  for (auto& [id, task] : self->state.tasks) {
    if (!task.supervisor || task.supervisor.address() != down.source)
      continue;
    auto why = "the task's supervisor died: "
               + self->system().render(down.reason);
    spdlog::error("orchestrator: {}: task={}", why, id);
    pb::ProgressEvent event;
    event.set_task_id(id);
    event.set_kind(pb::PROGRESS_KIND_RESULT);
    event.set_terminal(true);
    event.mutable_result()->set_task_id(id);
    event.mutable_result()->set_outcome(pb::TASK_OUTCOME_INTERNAL_ERROR);
    event.mutable_result()->set_summary(why);
    self->send(others.progress, std::move(event));
    return forget(self, std::string{id});
  }
}

} // namespace

orchestrator_actor::behavior_type orchestrator(orchestrator_self self,
                                               services others,
                                               orchestrator_settings settings) {
  self->set_down_handler(
    [=](caf::down_msg& down) { on_down(self, others, down); });
  // Whoever stops the orchestrator stops its tasks.
  self->set_exit_handler([=](caf::exit_msg& exit) {
    if (!exit.reason)
      return;
    for (auto& [id, task] : self->state.tasks)
      if (task.supervisor)
        self->send_exit(task.supervisor, exit.reason);
    self->quit(exit.reason);
  });
  return {
    [=](const pb::TaskRequest& request) {
      return on_request(self, others, settings, request);
    },
    [=](const pb::CancelTask& cancel) { return on_cancel(self, cancel); },
    [=](const pb::TaskResult& result) { forget(self, result.task_id()); },
  };
}

} // namespace cohort::actors
