#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "tests/simulation/dice.hpp"

namespace cohort::tests::simulation {

/// Where actors play: one thread, virtual time, and an order that a seed draws.
///
/// The next to run is any actor that has something to do; now and then time
/// passes although somebody has, as it does for whoever is slow. Nothing here
/// reads a clock or an address, so that a seed gives the same play each time.
/// Spawn through `spawn`: `end` ends what was spawned.
class stage {
public:
  using action = std::function<void()>;
  using duration = std::chrono::nanoseconds;

  /// In so many of a thousand turns some time passes although somebody has
  /// something to do: how slow the host is.
  static constexpr unsigned usual_hurry = 30;

  explicit stage(uint64_t seed, unsigned hurry = usual_hurry);
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;
  ~stage();

  /// Ends all that play. What they refer to must live until then.
  void end();

  template <class... Ts>
  auto spawn(Ts&&... xs) {
    auto handle = system_.spawn(std::forward<Ts>(xs)...);
    keep(caf::actor_cast<caf::strong_actor_ptr>(handle));
    return handle;
  }

  /// Whatever somebody else spawned is ended with the others, too.
  void keep(caf::strong_actor_ptr actor) {
    spawned_.push_back(std::move(actor));
  }

  /// Does it when so much time has passed, between two turns of actors.
  void after(duration delay, action what);

  /// One message is handled, or time passes to what is due next. Returns
  /// whether there was anything to do.
  bool step();

  /// Nobody has anything to do before time passes.
  [[nodiscard]] bool is_idle() const {
    return scheduler_.jobs.empty();
  }

  /// Since the beginning.
  [[nodiscard]] duration now() const;

  /// The longest queue of an actor so far, as far as it was looked at.
  [[nodiscard]] size_t longest_queue() const {
    return longest_queue_;
  }

  /// From now on each turn is told: "0.120000 worker_pool <- SubmitUnits".
  void trace_to(std::vector<std::string>* lines) {
    trace_ = lines;
  }
  void note(const std::string& what);

  [[nodiscard]] caf::actor_system& system() {
    return system_;
  }

private:
  struct config : caf::actor_system_config {
    config();
  };

  void look_at_next();

  config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_;
  dice order_;
  unsigned hurry_;
  caf::actor prompter_; // Whose turn it is when an action is due.
  std::map<uint64_t, action> actions_;
  uint64_t next_action_ = 1;
  std::vector<caf::strong_actor_ptr> spawned_;
  caf::actor_clock::time_point began_;
  uint64_t turns_ = 0;
  size_t longest_queue_ = 0;
  std::vector<std::string>* trace_ = nullptr;
};

} // namespace cohort::tests::simulation
