#include "actors/journal.hpp"

#include <utility>

#include <spdlog/spdlog.h>

namespace cohort::actors {

namespace {

using journal_self = journal_actor::stateful_pointer<journal_state>;

pb::EventsStored failure(const std::string& task_id,
                         const runtime::error& why) {
  pb::EventsStored stored;
  stored.set_task_id(task_id);
  stored.set_code(static_cast<uint32_t>(why.code));
  stored.set_message(why.message);
  return stored;
}

void on_append(journal_self self, const pb::AppendEvents& append) {
  if (append.events().empty())
    return;
  auto& state = self->state;
  state.batch.push_back(
    {self->current_sender(), {append.events().begin(), append.events().end()}});
  if (!state.flushing) {
    state.flushing = true;
    self->send(self, messages::flush_atom_v); // Behind what already waits.
  }
}

void report(journal_self self, const journal_state::pending& pending,
            const runtime::expected<void>& stored) {
  auto& last = pending.events.back();
  if (!stored) {
    spdlog::error("journal: events of task {} were not stored: {}",
                  last.task_id(), stored.error().message);
    return reply_to(self, pending.sender,
                    failure(last.task_id(), stored.error()));
  }
  pb::EventsStored message;
  message.set_task_id(last.task_id());
  message.set_last_sequence(last.sequence());
  reply_to(self, pending.sender, std::move(message));
}

/// One transaction for all that waits. An event that the log refuses must not
/// take those of other senders with it: then each sender's are tried alone.
void on_flush(journal_self self) {
  auto& state = self->state;
  state.flushing = false;
  auto batch = std::exchange(state.batch, {});
  std::vector<pb::Event> events;
  for (auto& pending : batch)
    events.insert(events.end(), pending.events.begin(), pending.events.end());
  auto stored = state.log->append(events);
  auto refused = !stored
                 && stored.error().code == runtime::errc::invalid_message;
  auto next = events.begin();
  for (auto& pending : batch) {
    for (auto& event : pending.events)
      event.set_sequence((next++)->sequence());
    report(self, pending, refused ? state.log->append(pending.events) : stored);
  }
}

void on_read(journal_self self, const pb::ReadEvents& read) {
  on_flush(self); // What was sent before the question belongs to the answer.
  auto events = self->state.log->read(read.task_id());
  if (!events)
    return reply_to(self, self->current_sender(),
                    failure(read.task_id(), events.error()));
  pb::EventList list;
  for (auto& event : *events)
    *list.add_events() = std::move(event);
  reply_to(self, self->current_sender(), std::move(list));
}

/// An exit message overtakes what waits, so it queues up once more.
void on_end(journal_self self, const caf::exit_msg& exit) {
  if (!std::exchange(self->state.ending, true))
    return caf::anon_send(caf::actor_cast<caf::actor>(self),
                          caf::exit_msg{exit.source, exit.reason});
  on_flush(self);
  self->quit(exit.reason);
}

} // namespace

journal_actor::behavior_type
journal(journal_self self, std::shared_ptr<runtime::journal::event_log> log) {
  self->state.log = std::move(log);
  self->set_exit_handler([=](caf::exit_msg& exit) { on_end(self, exit); });
  return {
    [=](const pb::AppendEvents& append) { on_append(self, append); },
    [=](const pb::ReadEvents& read) { on_read(self, read); },
    [=](messages::flush_atom) { on_flush(self); },
  };
}

} // namespace cohort::actors
