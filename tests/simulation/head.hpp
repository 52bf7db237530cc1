#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/interfaces.hpp"
#include "runtime/cluster/settings.hpp"
#include "runtime/coordination/coordinator_machine.hpp"
#include "runtime/coordination/supervisor_machine.hpp"
#include "tests/simulation/crew.hpp"
#include "tests/simulation/effects.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/simulated_log.hpp"
#include "tests/simulation/spare_parts.hpp"
#include "tests/simulation/stage.hpp"

namespace cohort::tests::simulation {

/// Short beats, so that a node that is lost costs little of a short play.
[[nodiscard]] runtime::cluster::cluster_settings cluster_of_play();

/// What outlives a head's process.
struct disk {
  std::shared_ptr<simulated_log> log = std::make_shared<simulated_log>();
  std::shared_ptr<store_state> store = std::make_shared<store_state>();
};

/// A head as nodes/wiring.cpp has it, with its own workers: production's
/// actors, on a stage, over a simulated store, journal and compilers.
class head {
public:
  head(std::shared_ptr<surroundings> around, const scenario& what,
       const spare_parts& parts, uint64_t seed, disk storage);
  head(const head&) = delete;
  head& operator=(const head&) = delete;

  // -- what goes wrong

  /// The whole process, at once.
  void crash();
  [[nodiscard]] bool is_running() const {
    return is_running_;
  }

  /// A worker's process; its supervisor starts another. REQUIRES: number <
  /// sites().size().
  void crash_worker(size_t number);
  /// Returns whether one was there.
  bool crash_coordinator();
  void crash_judge(size_t number);
  /// For as long as the process lives.
  void silence_judge(size_t number);

  [[nodiscard]] const std::vector<std::shared_ptr<site>>& sites() const {
    return sites_;
  }
  [[nodiscard]] store_state& store() {
    return *storage_.store;
  }
  [[nodiscard]] simulated_log& log() {
    return *storage_.log;
  }

  // -- who is there

  [[nodiscard]] const actors::services& others() const {
    return others_;
  }
  [[nodiscard]] const actors::orchestrator_actor& orchestrator() const {
    return orchestrator_;
  }
  /// What nodes see of the head; null when it takes none.
  [[nodiscard]] const actors::door_actor& door() const {
    return door_;
  }
  /// All that were started, in order.
  [[nodiscard]] const std::vector<actors::coordinator_actor>&
  coordinators() const {
    return *coordinators_;
  }
  [[nodiscard]] const runtime::coordination::coordinator_settings&
  coordination() const {
    return coordination_;
  }
  [[nodiscard]] const runtime::coordination::supervisor_settings&
  supervision() const {
    return supervision_;
  }

private:
  /// Part of the process.
  template <class... Ts>
  auto spawn(Ts&&... xs) {
    auto handle = play_.spawn(std::forward<Ts>(xs)...);
    process_.push_back(caf::actor_cast<caf::strong_actor_ptr>(handle));
    return handle;
  }

  void spawn_council(const scenario& what);
  void spawn_orchestrator(const scenario& what);
  void listen(uint64_t seed);

  std::shared_ptr<surroundings> around_;
  stage& play_;
  disk storage_;
  uint64_t epoch_;
  std::vector<std::shared_ptr<site>> sites_;
  std::shared_ptr<std::vector<actors::coordinator_actor>> coordinators_
    = std::make_shared<std::vector<actors::coordinator_actor>>();
  std::vector<actors::judge_actor> judges_;
  std::vector<std::shared_ptr<bool>> is_silent_; // Of each judge.
  runtime::coordination::coordinator_settings coordination_;
  runtime::coordination::supervisor_settings supervision_;
  std::vector<caf::strong_actor_ptr> process_; // In start order.
  actors::services others_;
  std::unique_ptr<crew> workers_;
  actors::orchestrator_actor orchestrator_;
  actors::link_actor gateway_;
  actors::door_actor door_;
  bool is_running_ = true;
};

} // namespace cohort::tests::simulation
