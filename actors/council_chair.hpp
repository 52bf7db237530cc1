#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "runtime/council/settings.hpp"
#include "runtime/decomposition/settings.hpp"

namespace cohort::actors {

struct council_chair_settings {
  runtime::council::council_settings council;
  runtime::decomposition::decomposition_settings limits;
};

struct seat {
  std::string name;
  judge_actor judge;
};

/// Brings the judges' verdicts on a plan to a decision.
///
/// Owns:  the reviews that are under way.
/// Sends: JudgeRequest to every judge of a round; ReviewOutcome to whoever
///        asked. Who was late once is not waited for again, so that a judge
///        that never answers costs one `review_timeout`.
/// Rules: invariants first, which nobody can outvote; then runtime/council/. A
///        judge that is late, dead or talks nonsense counts as absent.
struct council_chair_state {
  static inline const char* name = "council_chair";

  struct review {
    caf::strong_actor_ptr asker;
    pb::ReviewRequest request; // With the plan as amended so far.
    uint32_t round = 1;
    std::set<std::string> answered;    // In this round, with sense or not.
    std::set<std::string> late;        // In an earlier one.
    std::vector<pb::Verdict> verdicts; // Of this round, as they came.
    std::vector<pb::Verdict> all;      // Of all rounds, with what they weigh.
  };

  std::map<uint64_t, review> reviews;
  uint64_t next_review = 1;
};

council_chair_actor::behavior_type
council_chair(council_chair_actor::stateful_pointer<council_chair_state> self,
              timer_actor timer, std::vector<seat> seats,
              council_chair_settings settings);

} // namespace cohort::actors
