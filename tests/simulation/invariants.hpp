#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/record.hpp"

/// What holds whatever goes wrong.
///
/// Pure: each looks at the record of a play alone, and says what it found
/// broken; an empty text when nothing is.
namespace cohort::tests::simulation {

/// Messages that wait for one actor: a short play has no reason for more.
inline constexpr size_t queue_max = 200;

struct invariant {
  std::string_view name;
  std::string (*broken)(const record& happened);
};

/// ends: every task that was accepted has exactly one result.
[[nodiscard]] std::string broken_end(const record& happened);
/// once: one result at most is accepted of a subtask in a round, and merged
/// once; more only after its patch conflicted or was withdrawn.
[[nodiscard]] std::string broken_once(const record& happened);
/// same_tree: the final tree is the undisturbed play's. Where work was given up
/// it may lack repairs, and nothing else.
[[nodiscard]] std::string broken_tree(const record& happened);
/// fenced: whoever made an accepted result held the unit when it was accepted:
/// nothing of an older attempt, epoch or worker gets in.
[[nodiscard]] std::string broken_fence(const record& happened);
/// bounded: no queue grows without limit, and none is left when all is over.
[[nodiscard]] std::string broken_bound(const record& happened);
/// replayed: the events alone gave what the actors knew.
[[nodiscard]] std::string broken_replay(const record& happened);
/// journaled: a task's events are numbered without a gap, begin with its
/// acceptance and end with its end; nothing comes after.
[[nodiscard]] std::string broken_journal(const record& happened);

[[nodiscard]] const std::vector<invariant>& invariants();
[[nodiscard]] bool is_invariant(std::string_view name);

} // namespace cohort::tests::simulation
