#pragma once

#include <chrono>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/expected.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "messages/caf_compat.hpp"
#include "messages/type_ids.hpp"

/// For message-level tests of actors, yours included: one thread, virtual time,
/// the same message order every time.
namespace cohort::tests {

/// Plays the neighbours of the actor under test: understands messages of the
/// types `Ms`, and keeps what it was sent.
template <class... Ms>
class double_of {
public:
  using handle = caf::typed_actor<messages::accepts<Ms>...>;

  /// What was sent of one type, in order.
  template <class M>
  [[nodiscard]] const std::vector<M>& got() const {
    return std::get<std::vector<M>>(*log_);
  }
  template <class M>
  [[nodiscard]] const M& last() const {
    return got<M>().back();
  }

  handle actor;

private:
  friend class actor_fixture;
  std::shared_ptr<std::tuple<std::vector<Ms>...>> log_
    = std::make_shared<std::tuple<std::vector<Ms>...>>();
};

/// One-threaded actor system with virtual time. Nothing runs until `run()`;
/// time moves only by `advance()`.
///
/// Spawn through `spawn`: the fixture ends its actors in the destructor. A
/// pending request's time-out keeps an actor alive, so without that the
/// system's destructor would wait for ever.
class actor_fixture {
public:
  struct config : caf::actor_system_config {
    config() {
      add_message_types<caf::id_block::cohort>();
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched
    = dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  caf::scoped_actor self{sys, true};

  actor_fixture() = default;
  actor_fixture(const actor_fixture&) = delete;
  actor_fixture& operator=(const actor_fixture&) = delete;

  ~actor_fixture() {
    for (auto& actor : spawned_)
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    spawned_.clear();
    do
      run();
    while (sched.trigger_timeouts() > 0);
  }

  template <class... Ts>
  auto spawn(Ts&&... xs) {
    auto handle = sys.spawn(std::forward<Ts>(xs)...);
    spawned_.push_back(caf::actor_cast<caf::strong_actor_ptr>(handle));
    return handle;
  }

  template <class... Ms>
  double_of<Ms...> spawn_double() {
    double_of<Ms...> result;
    using handle = typename double_of<Ms...>::handle;
    auto log = result.log_;
    auto behavior = [log](typename handle::pointer) ->
      typename handle::behavior_type {
        return {[log](const Ms& x) {
          std::get<std::vector<Ms>>(*log).push_back(x);
        }...};
      };
    result.actor = spawn(behavior);
    run();
    return result;
  }

  /// Delivers every queued message. Timers fire only in `advance()`.
  void run() {
    while (sched.try_run_once()) {
    }
  }

  /// Moves time on, in steps that are short against the timer actor's ticks, so
  /// that what a timer starts happens at its own time.
  void advance(std::chrono::milliseconds by,
               std::chrono::milliseconds step = std::chrono::milliseconds{10}) {
    run();
    for (; by.count() > 0; by -= step) {
      sched.advance_time(std::min(by, step));
      run();
    }
  }

  /// Sends as if `from` had.
  template <class From, class To, class M>
  void send_as(const From& from, const To& to, M&& message) {
    caf::send_as(from, to, std::forward<M>(message));
    run();
  }

  /// Sends a request, runs, and returns the reply or the error. An actor that
  /// does not answer at once yields sec::request_timeout.
  template <class Reply, class Handle, class... Ts>
  caf::expected<Reply> ask(const Handle& to, Ts&&... xs) {
    auto pending = self->request(to, std::chrono::seconds{1},
                                 std::forward<Ts>(xs)...);
    run();
    if (self->mailbox().empty())
      sched.advance_time(std::chrono::seconds{2});
    caf::expected<Reply> reply{caf::sec::request_timeout};
    pending.receive([&](Reply& x) { reply = std::move(x); },
                    [&](caf::error& e) { reply = std::move(e); });
    return reply;
  }

private:
  std::vector<caf::strong_actor_ptr> spawned_;
};

} // namespace cohort::tests
