#include "actors/client_desk.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <google/protobuf/util/time_util.h>

#include "actors/error.hpp"

namespace cohort::actors {

namespace {

using namespace std::chrono_literals;
using runtime::errc;
using client_desk_self = client_desk_actor::stateful_pointer<client_desk_state>;
using client_ask = client_desk_state::ask;

/// The orchestrator answers at once; a cancel when everything has stopped.
constexpr auto submit_timeout = 30s;
constexpr auto cancel_timeout = 120s;
constexpr auto status_timeout = 5s;
/// In tables; the request has it whole.
constexpr size_t description_bytes_max = 4096;

struct desk_neighbours {
  orchestrator_actor orchestrator;
  worker_pool_actor pool;
  journal_actor journal;
};

/// At most `description_bytes_max` of valid UTF-8, cut between characters.
std::string beginning_of(const std::string& text) {
  auto size = std::min(text.size(), description_bytes_max);
  while (size > 0 && size < text.size() && (text[size] & '\xc0') == '\x80')
    --size;
  return text.substr(0, size);
}

void answer(client_desk_self self, const client_ask& to,
            pb::ClientReport report) {
  report.set_request(to.request);
  pb::PeerMessage out;
  out.set_session(to.session);
  *out.mutable_message()->mutable_client_report() = std::move(report);
  reply_to(self, to.link, std::move(out));
}

void refuse(client_desk_self self, const client_ask& to,
            const runtime::error& why) {
  pb::ClientReport report;
  report.set_code(static_cast<uint32_t>(why.code));
  report.set_message(why.message);
  report.set_retry_after_seconds(why.retry_after_seconds);
  answer(self, to, std::move(report));
}

/// Puts an accepted task into the table, where its progress may be already.
void note_accepted(client_desk_self self, const std::string& id,
                   const pb::TaskRequest& request) {
  auto& status = self->state.tasks[id];
  status.set_task_id(id);
  status.set_description(beginning_of(request.description()));
  status.set_workspace_root(request.workspace_root());
  if (request.has_accepted())
    *status.mutable_accepted() = request.accepted();
  if (!status.has_accepted())
    *status.mutable_accepted()
      = google::protobuf::util::TimeUtil::GetCurrentTime();
}

void on_submit(client_desk_self self, const desk_neighbours& others,
               const client_ask& from, const pb::TaskRequest& request) {
  self->request(others.orchestrator, submit_timeout, request)
    .then(
      [=](const pb::TaskAccepted& accepted) {
        note_accepted(self, accepted.task_id(), request);
        pb::ClientReport report;
        *report.mutable_accepted() = accepted;
        answer(self, from, std::move(report));
      },
      [=](const caf::error& why) {
        refuse(self, from, from_caf(self->system(), why));
      });
}

void on_cancel(client_desk_self self, const desk_neighbours& others,
               const client_ask& from, const pb::CancelTask& cancel) {
  self->request(others.orchestrator, cancel_timeout, cancel)
    .then(
      [=](const pb::TaskCancelled& cancelled) {
        pb::ClientReport report;
        *report.mutable_cancelled() = cancelled;
        answer(self, from, std::move(report));
      },
      [=](const caf::error& why) {
        refuse(self, from, from_caf(self->system(), why));
      });
}

void on_tasks(client_desk_self self, const desk_neighbours& others,
              const client_ask& from) {
  auto reply = [=](const pb::PoolReport& pool) {
    pb::ClientReport report;
    auto& table = *report.mutable_tasks();
    for (auto& [id, status] : self->state.tasks)
      *table.add_tasks() = status;
    *table.mutable_workers() = pool.workers();
    answer(self, from, std::move(report));
  };
  self->request(others.pool, status_timeout, pb::PoolQuery{})
    .then(reply, [reply](const caf::error&) { reply(pb::PoolReport{}); });
}

void give_result(client_desk_self self, const client_ask& to,
                 const pb::TaskResult& result) {
  pb::ClientReport report;
  *report.mutable_result() = result;
  answer(self, to, std::move(report));
}

void on_result_query(client_desk_self self, const desk_neighbours& others,
                     const client_ask& from, const std::string& id) {
  auto& state = self->state;
  if (auto done = state.results.find(id); done != state.results.end())
    return give_result(self, from, done->second);
  if (state.tasks.count(id) > 0)
    return refuse(self, from, {errc::busy, "task " + id + " still runs"});
  state.waits_for_result.emplace_back(id, from);
  pb::ReadEvents read;
  read.set_task_id(id);
  self->send(others.journal, std::move(read));
}

void on_events(client_desk_self self, const pb::EventList& events) {
  auto& waits = self->state.waits_for_result;
  if (waits.empty())
    return;
  auto [id, to] = std::move(waits.front());
  waits.pop_front();
  const pb::TaskResult* result = nullptr;
  for (auto& event : events.events())
    if (event.has_finished())
      result = &event.finished().result();
  if (!result)
    return refuse(
      self, to, {errc::not_found, "the journal knows no result of task " + id});
  auto light = *result;
  light.clear_evidence();
  give_result(self, to, light);
}

// -- progress
// ----------------------------------------------------------------------------------

void note_result(client_desk_self self, const pb::ProgressEvent& event) {
  auto& state = self->state;
  auto& result = state.results[event.task_id()] = event.result();
  result.clear_evidence(); // What `plan` is for.
  auto& status = state.tasks[event.task_id()];
  status.set_outcome(result.outcome());
  *status.mutable_finished() = event.time();
  state.finished.push_back(event.task_id());
  while (state.finished.size() > client_desk_state::finished_tasks_max) {
    state.tasks.erase(state.finished.front());
    state.results.erase(state.finished.front());
    state.finished.pop_front();
  }
}

void note(client_desk_self self, const pb::ProgressEvent& event) {
  auto& status = self->state.tasks[event.task_id()];
  status.set_task_id(event.task_id());
  if (!status.has_accepted())
    *status.mutable_accepted() = event.time();
  switch (event.kind()) {
    case pb::PROGRESS_KIND_PHASE:
      status.set_phase(event.subject());
      status.set_done(0);
      status.set_total(0);
      break;
    case pb::PROGRESS_KIND_COUNT:
      status.set_done(event.done());
      status.set_total(event.total());
      break;
    case pb::PROGRESS_KIND_RESULT:
      note_result(self, event);
      break;
    default:
      break;
  }
}

void pass_on(client_desk_self self, const pb::ProgressEvent& event) {
  auto& watchers = self->state.watchers;
  auto light = event;
  light.mutable_result()->clear_evidence();
  if (!event.has_result())
    light.clear_result();
  for (auto& key : {event.task_id(), std::string{}}) {
    auto [begin, end] = watchers.equal_range(key);
    for (auto it = begin; it != end; ++it) {
      pb::ClientReport report;
      *report.mutable_progress()->add_events() = light;
      answer(self, it->second, std::move(report));
    }
  }
}

/// Progress of a task that has ended already is its result.
void on_watch(client_desk_self self, const client_ask& from,
              const std::string& id) {
  auto& state = self->state;
  if (!id.empty() && state.tasks.count(id) == 0)
    return refuse(self, from, {errc::not_found, "no task " + id + " is known"});
  if (auto done = state.results.find(id); done != state.results.end()) {
    pb::ClientReport report;
    auto& event = *report.mutable_progress()->add_events();
    event.set_task_id(id);
    event.set_kind(pb::PROGRESS_KIND_RESULT);
    event.set_terminal(true);
    *event.mutable_result() = done->second;
    return answer(self, from, std::move(report));
  }
  // One watch of a task is enough for anybody: the last one counts.
  auto [begin, end] = state.watchers.equal_range(id);
  auto older = std::find_if(begin, end, [&](auto& entry) {
    return entry.second.link == from.link
           && entry.second.session == from.session;
  });
  if (older != end)
    older->second = from;
  else
    state.watchers.emplace(id, from);
}

void on_request(client_desk_self self, const desk_neighbours& others,
                const client_ask& from, const pb::ClientRequest& request) {
  switch (request.what_case()) {
    case pb::ClientRequest::kSubmit:
      return on_submit(self, others, from, request.submit());
    case pb::ClientRequest::kCancel:
      return on_cancel(self, others, from, request.cancel());
    case pb::ClientRequest::kTasks:
      return on_tasks(self, others, from);
    case pb::ClientRequest::kResult:
      return on_result_query(self, others, from, request.result().task_id());
    case pb::ClientRequest::kWatch:
      return on_watch(self, from, request.watch().task_id());
    default:
      return refuse(self, from,
                    {errc::invalid_request,
                     "this head does not know the request; update it"});
  }
}

void on_gone(client_desk_self self, uint64_t session) {
  std::erase_if(self->state.watchers,
                [&](auto& entry) { return entry.second.session == session; });
}

} // namespace

client_desk_actor::behavior_type
client_desk(client_desk_self self, orchestrator_actor orchestrator,
            worker_pool_actor pool, journal_actor journal,
            progress_hub_actor progress,
            const std::vector<pb::Event>& unfinished) {
  desk_neighbours others{std::move(orchestrator), std::move(pool),
                         std::move(journal)};
  for (auto& first : unfinished)
    note_accepted(self, first.task_id(), first.accepted().request());
  self->send(progress, pb::Subscribe{});
  return {
    [=](const pb::PeerMessage& peer) {
      if (!peer.message().has_client_request())
        return;
      auto& request = peer.message().client_request();
      on_request(self, others,
                 {self->current_sender(), peer.session(), request.request()},
                 request);
    },
    [=](const pb::PeerGone& gone) { on_gone(self, gone.session()); },
    [=](const pb::ProgressBatch& batch) {
      for (auto& event : batch.events()) {
        note(self, event);
        pass_on(self, event);
      }
    },
    [=](const pb::EventList& events) { on_events(self, events); },
    [=](const pb::EventsStored& failed) {
      auto& waits = self->state.waits_for_result;
      if (waits.empty())
        return;
      refuse(self, waits.front().second,
             {static_cast<errc>(failed.code()), failed.message()});
      waits.pop_front();
    },
  };
}

} // namespace cohort::actors
