#pragma once

#include <string>
#include <vector>

#include "runtime/coordination/coordinator_machine.hpp"
#include "runtime/coordination/supervisor_machine.hpp"

/// What a supervisor's state tells others, and what others' words do to it.
/// Pure.
namespace cohort::runtime::coordination {

/// What a coordinator of the task starts with; without history.
pb::StartCoordination start_message(const supervisor_state& state,
                                    uint32_t start);

/// The coordinator that the task's events tell of.
coordinator_state replay_coordinators(const supervisor_state& state,
                                      pb::EventList history,
                                      const supervisor_settings& settings);

/// A coordinator's report says no more than its events do, so that it needs
/// none of its own.
void take_in(supervisor_state& state, pb::CoordinationReport report);

/// A plan alone needs no check that could prove anything: a log is enough.
bool plans_from_log(const supervisor_state& state);

/// Weaker tests are no failure: the task is about tests, or judges somebody's
/// own change.
bool tests_may_change(const supervisor_state& state);

/// Tests that are known to be flaky fail no gate.
void forgive_flaky(supervisor_state& state);

/// What was found out about failing tests: culprits are taken out of the tree,
/// and tests that turned out to be flaky fail no gate.
void take_in(supervisor_state& state, const pb::CulpritsFound& found);

/// Tests that passed before, and fail or are gone in the judged tree. Sorted.
std::vector<std::string> broken_tests(const supervisor_state& state);

/// Changed files that a broken unit reads: what broke it is among them. Sorted.
std::vector<std::string> files_to_revert(const supervisor_state& state);

} // namespace cohort::runtime::coordination
