#include "actors/orchestrator.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <google/protobuf/util/time_util.h>
#include <spdlog/spdlog.h>

#include "actors/error.hpp"
#include "actors/journaling.hpp"
#include "runtime/analysis/reported.hpp"
#include "runtime/coordination/acceptance.hpp"
#include "runtime/coordination/specialists.hpp"
#include "runtime/resilience/retry_after.hpp"

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
/// Their times say how long others will take.
constexpr size_t remembered_tasks_max = 20;

caf::error refuse(errc code, std::string why) {
  return to_caf({code, std::move(why)});
}

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isspace(c) != 0; });
}

/// Gives the task a supervisor, which begins with a TaskRequest or an
/// EventList. REQUIRES: it is in the table.
template <class Beginning>
void start(orchestrator_self self, const services& others,
           const orchestrator_settings& settings, const std::string& id,
           Beginning beginning, std::optional<unsigned> workers) {
  auto found = self->state.tasks.find(id);
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
  self->send(found->second.supervisor, std::move(beginning));
  for (auto& cancel : found->second.early_cancels)
    self->send(found->second.supervisor, cancel);
}

unsigned usable_workers(const pb::PoolReport& pool) {
  auto count
    = std::count_if(pool.workers().begin(), pool.workers().end(),
                    [](auto& worker) { return !worker.quarantined(); });
  return static_cast<unsigned>(std::max<ptrdiff_t>(1, count));
}

/// Puts the task into the table. It is accepted once its supervisor says so.
template <class Beginning>
caf::result<pb::TaskAccepted>
take_in(orchestrator_self self, const services& others,
        const orchestrator_settings& settings, const std::string& id,
        Beginning beginning) {
  auto& task = self->state.tasks[id];
  task.began = self->clock().now();
  task.accepted = self->make_response_promise<pb::TaskAccepted>();
  auto promise = *task.accepted;
  auto begin = [=, beginning = std::make_shared<Beginning>(
                     std::move(beginning))](std::optional<unsigned> workers) {
    start(self, others, settings, id, std::move(*beginning), workers);
  };
  if (!settings.counts_workers)
    begin(std::nullopt);
  else
    self->request(others.pool, pool_answer_timeout, pb::PoolQuery{})
      .then([=](const pb::PoolReport& pool) { begin(usable_workers(pool)); },
            [=](const caf::error&) { begin(std::nullopt); });
  return promise;
}

caf::error runs_already(const std::string& id) {
  return refuse(errc::invalid_request, "task " + id + " runs already");
}

/// With a second at least, since nobody is to ask again at once.
caf::error refuse_busy(const std::string& why, std::chrono::seconds wait) {
  auto pause = std::max<int64_t>(1, wait.count());
  return to_caf({errc::busy,
                 why + "; try again in " + std::to_string(pause) + " s",
                 static_cast<uint32_t>(pause)});
}

/// Until one of the running tasks may have ended.
std::chrono::seconds time_to_wait(orchestrator_self self) {
  std::vector<std::chrono::duration<double>> running;
  for (auto& [id, task] : self->state.tasks)
    running.emplace_back(self->clock().now() - task.began);
  return runtime::resilience::retry_after(self->state.took, running);
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
  if (request.has_specialty()
      && !runtime::coordination::is_specialty(request.specialty()))
    return refuse(errc::invalid_request,
                  "the specialty is none that there is: name one of cohort's, "
                  "or custom:NAME");
  auto why = runtime::analysis::why_no_causes(request.reported());
  if (why.empty() && request.judge_only() && !request.reported().empty())
    why = "a log, though nothing is to be repaired";
  if (!why.empty())
    return refuse(errc::invalid_request, "the request has " + why);
  if (self->state.is_draining)
    return refuse_busy("the head is stopping", settings.task.supervision.drain);
  if (tasks.size() >= settings.task.supervision.admission_limit)
    return refuse_busy(std::to_string(tasks.size())
                         + (tasks.size() == 1 ? " task runs" : " tasks run")
                         + " already",
                       time_to_wait(self));
  if (request.task_id().empty())
    request.set_task_id(settings.make_task_id());
  auto id = request.task_id();
  if (tasks.count(id) > 0)
    return runs_already(id);
  if (request.mode() == pb::EXECUTION_MODE_UNSPECIFIED)
    request.set_mode(pb::EXECUTION_MODE_AUTO);
  *request.mutable_accepted()
    = google::protobuf::util::TimeUtil::GetCurrentTime();
  return take_in(self, others, settings, id, std::move(request));
}

/// Accepted once, it is never told that the head is busy.
caf::result<pb::TaskAccepted>
on_history(orchestrator_self self, const services& others,
           const orchestrator_settings& settings, pb::EventList history) {
  if (auto fine = runtime::coordination::check_history(history); !fine)
    return to_caf(fine.error());
  auto id = history.events(0).task_id();
  if (self->state.tasks.count(id) > 0)
    return runs_already(id);
  return take_in(self, others, settings, id, std::move(history));
}

void on_accepted(orchestrator_self self, const pb::TaskAccepted& accepted) {
  auto found = self->state.tasks.find(accepted.task_id());
  if (found == self->state.tasks.end() || !found->second.accepted)
    return;
  found->second.accepted->deliver(accepted);
  found->second.accepted.reset();
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

/// What runs may end; what waits in the pool, and who comes, does not begin.
void on_drain(orchestrator_self self, const services& others) {
  self->state.is_draining = true;
  self->state.drainer = self->current_sender();
  self->send(others.pool, pb::Drain{});
}

void drained_if_all_are(orchestrator_self self) {
  if (self->state.undrained.empty())
    reply_to(self, std::exchange(self->state.drainer, nullptr), pb::Drained{});
}

/// From the pool: the last results are with those who wait for them. From a
/// supervisor: it has seen all that came before this.
void on_drained(orchestrator_self self, const services& others) {
  auto& state = self->state;
  auto sender = self->current_sender();
  if (others.pool == sender) {
    for (auto& [id, task] : state.tasks)
      if (task.supervisor) {
        state.undrained.insert(id);
        self->send(task.supervisor, pb::Drain{});
      }
  } else {
    for (auto& [id, task] : state.tasks)
      if (task.supervisor == sender)
        state.undrained.erase(id);
  }
  drained_if_all_are(self);
}

/// `why` is for whoever still waits to hear that the task was accepted.
void forget(orchestrator_self self, const std::string& id, errc code,
            const std::string& why) {
  auto found = self->state.tasks.find(id);
  if (found == self->state.tasks.end())
    return;
  if (found->second.accepted)
    found->second.accepted->deliver(refuse(code, why));
  pb::TaskCancelled message;
  message.set_task_id(id);
  for (auto& promise : found->second.cancels)
    promise.deliver(message);
  auto& took = self->state.took;
  took.emplace_back(self->clock().now() - found->second.began);
  if (took.size() > remembered_tasks_max)
    took.pop_front();
  self->state.tasks.erase(found);
  if (self->state.undrained.erase(id) > 0)
    drained_if_all_are(self);
}

/// A supervisor that ends before its result: the task is lost, others go on.
void on_down(orchestrator_self self, const services& others,
             const caf::down_msg& down) {
  for (auto& [id, task] : self->state.tasks) {
    if (!task.supervisor || task.supervisor.address() != down.source)
      continue;
    auto& result = task.lost.emplace();
    result.set_task_id(id);
    result.set_outcome(pb::TASK_OUTCOME_INTERNAL_ERROR);
    result.set_summary("the task's supervisor died: "
                       + self->system().render(down.reason));
    spdlog::error("orchestrator: {}: task={}", result.summary(), id);
    pb::Event event;
    event.set_task_id(id);
    event.set_actor("orchestrator");
    event.set_reason(result.summary());
    *event.mutable_finished()->mutable_result() = result;
    return append(self, others.journal, {std::move(event)});
  }
}

/// The end of a lost task is in the journal, or cannot be.
void on_stored(orchestrator_self self, const services& others,
               const pb::EventsStored& stored) {
  auto found = self->state.tasks.find(stored.task_id());
  if (found == self->state.tasks.end() || !found->second.lost)
    return;
  auto& result = *found->second.lost;
  if (stored.code() != 0)
    result.set_summary(result.summary()
                       + "; this is not in the journal: " + stored.message());
  auto why = result.summary();
  pb::ProgressEvent event;
  event.set_task_id(stored.task_id());
  event.set_kind(pb::PROGRESS_KIND_RESULT);
  event.set_terminal(true);
  *event.mutable_result() = std::move(result);
  self->send(others.progress, std::move(event));
  forget(self, stored.task_id(), errc::internal, why);
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
    [=](pb::EventList& history) {
      return on_history(self, others, settings, std::move(history));
    },
    [=](const pb::CancelTask& cancel) { return on_cancel(self, cancel); },
    [=](const pb::TaskAccepted& accepted) { on_accepted(self, accepted); },
    [=](const pb::EventsStored& stored) { on_stored(self, others, stored); },
    [=](const pb::TaskResult& result) {
      forget(self, result.task_id(), errc::storage_failed, result.summary());
    },
    [=](const pb::Drain&) { on_drain(self, others); },
    [=](const pb::Drained&) { on_drained(self, others); },
  };
}

} // namespace cohort::actors
