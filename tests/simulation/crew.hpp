#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/interfaces.hpp"
#include "tests/simulation/effects.hpp"

namespace cohort::tests::simulation {

/// The workers of a process, and who starts another when one dies.
class crew {
public:
  /// One at each of `sites`, "w1" and so on. REQUIRES: lives until the stage
  /// ends, or until `end`.
  crew(std::shared_ptr<surroundings> around,
       std::vector<std::shared_ptr<site>> sites,
       actors::dispatcher_actor dispatcher);
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  /// REQUIRES: number < sites.
  void crash(size_t number);
  /// All at once; nobody comes again.
  void end();

private:
  caf::actor start(size_t number, uint64_t incarnation);

  std::shared_ptr<surroundings> around_;
  std::vector<std::shared_ptr<site>> sites_;
  actors::dispatcher_actor dispatcher_;
  std::vector<caf::actor> workers_;
  actors::root_supervisor_actor supervisor_;
};

/// Where the workers of a host work; "n1/w1" when the prefix is "n1/".
[[nodiscard]] std::vector<std::shared_ptr<site>>
make_sites(const std::string& prefix, unsigned count,
           const std::shared_ptr<tree_room>& trees);

} // namespace cohort::tests::simulation
