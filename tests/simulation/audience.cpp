#include "tests/simulation/audience.hpp"

#include <algorithm>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

namespace cohort::tests::simulation {

using namespace std::chrono_literals;

namespace {

struct watcher_state {
  static inline const char* name = "watcher";
};
struct asker_state {
  static inline const char* name = "asker";
};

/// For a head that is gone.
constexpr auto patience = 5s;

} // namespace

struct audience::heard {
  std::map<std::string, task_record> tasks;
  pb::PoolReport pool;
};

audience::audience(scene& where, const std::vector<std::string>& tasks)
  : where_{where}, heard_{std::make_shared<heard>()} {
  for (auto& task : tasks)
    heard_->tasks[task];
  actor_ = where.play().spawn(
    [known = heard_, log = where.storage.log](
      caf::stateful_actor<watcher_state>* self) -> caf::behavior {
      self->set_default_handler(caf::drop);
      return {
        [known, log](const pb::ProgressBatch& batch) {
          // What was not accepted is asked for again under the same id, and
          // that it was refused is no result of the task.
          for (auto& event : batch.events())
            if (event.kind() == pb::PROGRESS_KIND_RESULT
                && !log->read(event.task_id())->empty())
              known->tasks[event.task_id()].results.push_back(event.result());
        },
        [known](const pb::PoolReport& report) { known->pool = report; },
      };
    });
  subscribe();
  where.head_started = [this] {
    subscribe();
    read_journal();
  };
}

void audience::subscribe() {
  auto& progress = where_.host().others().progress;
  caf::send_as(actor_, progress, pb::Subscribe{});
}

void audience::read_journal() {
  for (auto& [id, task] : heard_->tasks) {
    auto journal = *where_.storage.log->read(id);
    if (journal.empty())
      continue;
    task.is_accepted = true;
    if (task.results.empty() && journal.back().has_finished())
      task.results.push_back(journal.back().finished().result());
  }
}

void audience::submit(const std::string& task, const std::string& root) {
  pb::TaskRequest request;
  request.set_task_id(task);
  request.set_description("fix the compile errors");
  request.set_workspace_root(root);
  request.set_mode(pb::EXECUTION_MODE_PARALLEL);
  if (where_.what.budget > 0s)
    request.mutable_limits()->mutable_budget()->set_seconds(
      where_.what.budget.count());
  // An asker of its own: its answer names no task when it is an error.
  where_.play().spawn(
    [known = heard_, request,
     where = &where_](caf::stateful_actor<asker_state>* self) -> caf::behavior {
      auto ask = [=] {
        if (known->tasks[request.task_id()].is_accepted)
          return; // By a head that died before it could say so.
        self->request(where->host().orchestrator(), patience, request)
          .then(
            [=](const pb::TaskAccepted& accepted) {
              known->tasks[accepted.task_id()].is_accepted = true;
            },
            [=](const caf::error&) {
              self->delayed_send(self, 500ms, messages::flush_atom_v);
            });
      };
      ask();
      return {
        [ask](messages::flush_atom) { ask(); },
      };
    });
}

void audience::ask_pool() {
  auto& pool = where_.host().others().pool;
  caf::send_as(actor_, pool, pb::PoolQuery{});
}

bool audience::has_all_results() const {
  return std::all_of(heard_->tasks.begin(), heard_->tasks.end(),
                     [](auto& entry) { return !entry.second.results.empty(); });
}

void audience::tell(record& happened) const {
  happened.tasks = heard_->tasks;
  happened.pool = heard_->pool;
}

} // namespace cohort::tests::simulation
