#include "tests/simulation/saboteurs.hpp"

#include <map>
#include <memory>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "tests/simulation/simulated_log.hpp"

namespace cohort::tests::simulation {

namespace {

namespace pb = messages::v1;
using namespace actors;
using runtime::journal::event_log;

/// As if the current message had never come here first.
template <class Self, class Handle, class Message>
void pass_on(Self* self, const Handle& real, Message&& message) {
  auto sender = caf::actor_cast<caf::actor>(self->current_sender());
  caf::send_as(sender, real, std::forward<Message>(message));
}

// -- timers
// ---------------------------------------------------------------------

/// Every third timer never expires.
timer_actor::behavior_type losing_timer(timer_actor::pointer self,
                                        timer_actor real) {
  auto count = std::make_shared<unsigned>(0);
  return {
    [=](const pb::StartTimer& start) {
      if (++*count % 3 != 0)
        pass_on(self, real, start);
    },
    [](messages::flush_atom) {},
  };
}

/// Every timer expires twice.
timer_actor::behavior_type echoing_timer(timer_actor::pointer self,
                                         timer_actor real) {
  return {
    [=](const pb::StartTimer& start) {
      pass_on(self, real, start);
      pass_on(self, real, start);
    },
    [](messages::flush_atom) {},
  };
}

// -- the journal
// ----------------------------------------------------------------

/// Has no memory of what it wrote.
journal_actor::behavior_type forgetful_journal(journal_actor::pointer self,
                                               journal_actor real) {
  return {
    [=](const pb::AppendEvents& append) { pass_on(self, real, append); },
    [=](const pb::ReadEvents&) {
      reply_to(self, self->current_sender(), pb::EventList{});
    },
    [](messages::flush_atom) {},
  };
}

/// What logs do that are not what they should be.
class broken_log : public event_log {
public:
  explicit broken_log(spare_parts::log_pointer real) : real_{std::move(real)} {
    // nop
  }

  runtime::expected<std::vector<pb::Event>>
  read(const std::string& task_id) override {
    return real_->read(task_id);
  }
  runtime::expected<std::vector<std::string>> tasks() override {
    return real_->tasks();
  }
  runtime::expected<std::vector<pb::Event>> unfinished() override {
    return real_->unfinished();
  }
  runtime::expected<uint64_t> next_epoch() override {
    return real_->next_epoch();
  }

protected:
  spare_parts::log_pointer real_;
};

/// Does not write that patches were merged.
class leaking_log final : public broken_log {
public:
  using broken_log::broken_log;

  runtime::expected<void> append(std::vector<pb::Event>& events) override {
    std::vector<pb::Event> kept;
    for (auto& event : events)
      if (!event.has_merged())
        kept.push_back(event);
    return real_->append(kept);
  }
};

/// Changes what it wrote: one bit of the last word on each task.
class flipping_log final : public broken_log {
public:
  using broken_log::broken_log;

  runtime::expected<void> append(std::vector<pb::Event>& events) override {
    auto stored = real_->append(events);
    if (!stored)
      return stored;
    for (auto& event : events)
      if (event.has_finished())
        std::static_pointer_cast<simulated_log>(real_)->flip_a_bit(
          event.task_id());
    return stored;
  }
};

// -- the store
// ------------------------------------------------------------------

/// Merges two ways: what others did since the base is lost.
storekeeper_actor::behavior_type careless_store(storekeeper_actor::pointer self,
                                                storekeeper_actor real) {
  return {
    [=](const pb::TakeSnapshot& ask) { pass_on(self, real, ask); },
    [=](pb::MergePatch ask) {
      ask.set_base(ask.ours());
      pass_on(self, real, std::move(ask));
    },
    [=](const pb::RevertFiles& ask) { pass_on(self, real, ask); },
    [=](const pb::CompareTrees& ask) { pass_on(self, real, ask); },
    [=](const pb::DeliverResult& ask) { pass_on(self, real, ask); },
  };
}

// -- the pool
// -------------------------------------------------------------------

/// Stands between workers and their pool, and does not fence: the first result
/// of a unit that comes is passed on as one of whoever has the unit now.
struct unfenced_state {
  static inline const char* name = "unfenced";

  struct holder {
    caf::strong_actor_ptr seen_as; // By the pool.
    uint32_t attempt;
  };
  std::map<uint64_t, holder> holders; // By sequence.
};

using unfenced_self = dispatcher_actor::stateful_pointer<unfenced_state>;

/// What the pool sees of a worker.
worker_actor::behavior_type seen_worker(worker_actor::pointer self,
                                        unfenced_self owner,
                                        worker_actor real) {
  self->monitor(real);
  self->set_down_handler(
    [=](caf::down_msg& down) { self->quit(std::move(down.reason)); });
  return {
    [=](const pb::Assignments& assignments) {
      for (auto& one : assignments.assignments())
        owner->state.holders[one.sequence()]
          = {caf::actor_cast<caf::strong_actor_ptr>(self), one.attempt()};
      self->send(real, assignments);
    },
    [=](const pb::CancelAttempt&) {}, // It goes on, and its result comes late.
  };
}

dispatcher_actor::behavior_type unfenced_dispatcher(unfenced_self self,
                                                    worker_pool_actor pool) {
  return {
    [=](const pb::WorkerHello& hello) {
      auto real = caf::actor_cast<worker_actor>(self->current_sender());
      auto seen = self->spawn(seen_worker, self, real);
      caf::send_as(seen, pool, hello);
    },
    [=](pb::AttemptsFinished& message) {
      for (auto& finished : *message.mutable_finished()) {
        auto& holder = self->state.holders[finished.sequence()];
        pb::AttemptsFinished out;
        auto& one = *out.add_finished() = std::move(finished);
        one.set_attempt(holder.attempt);
        caf::send_as(caf::actor_cast<worker_actor>(holder.seen_as), pool,
                     std::move(out));
      }
    },
    [](const pb::AttemptProgress&) {},
    [](const pb::CancelAcknowledged&) {},
  };
}

// -- as parts
// -------------------------------------------------------------------

/// An actor in front of the real one.
template <class Handle, class F>
spare_parts::wrapper<Handle> in_front(F behavior) {
  return [behavior](stage& play, Handle real) {
    return play.spawn(behavior, std::move(real));
  };
}

template <class Log>
spare_parts with_log() {
  spare_parts result;
  result.log = [](spare_parts::log_pointer real) {
    return std::make_shared<Log>(std::move(real));
  };
  return result;
}

template <auto Behavior>
spare_parts with_timer() {
  spare_parts result;
  result.timer = in_front<timer_actor>(Behavior);
  return result;
}

spare_parts with_forgetful_journal() {
  spare_parts result;
  result.journal = in_front<journal_actor>(forgetful_journal);
  return result;
}

spare_parts with_careless_store() {
  spare_parts result;
  result.store = in_front<storekeeper_actor>(careless_store);
  return result;
}

spare_parts with_unfenced_dispatcher() {
  spare_parts result;
  result.dispatcher = [](stage& play, const worker_pool_actor& pool) {
    return play.spawn(unfenced_dispatcher, pool);
  };
  return result;
}

} // namespace

const std::vector<saboteur>& saboteurs() {
  static const std::vector<saboteur> all{
    {"a timer that loses deadlines", "ends", "worker_hangs",
     with_timer<losing_timer>},
    {"a journal that forgets", "once", "coordinator_crashes",
     with_forgetful_journal},
    {"a store that merges two ways", "same_tree", "conflicts",
     with_careless_store},
    {"a dispatcher that does not fence", "fenced", "worker_hangs",
     with_unfenced_dispatcher},
    {"a dispatcher that takes two attempts for one", "fenced", "slow_node",
     with_unfenced_dispatcher},
    {"a timer that says everything twice", "bounded", "lost_nodes",
     with_timer<echoing_timer>},
    {"a log that leaks", "replayed", "calm", with_log<leaking_log>},
    {"a log that is changed later", "journaled", "calm",
     with_log<flipping_log>},
  };
  return all;
}

} // namespace cohort::tests::simulation
