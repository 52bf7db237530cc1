#pragma once

#include <string>
#include <vector>

#include "runtime/coordination/machine_step.hpp"
#include "runtime/coordination/supervisor_machine.hpp"

/// One input of a supervisor becomes a decision. Private to the machine, whose
/// parts are files: what inputs mean (supervisor_machine.cpp), the way to an
/// integrated tree (supervisor_phases.cpp), and its proof
/// (supervisor_proof.cpp).
namespace cohort::runtime::coordination {

class supervisor_step : public machine_step<supervisor_effect> {
public:
  supervisor_step(supervisor_state& state, const supervisor_settings& settings)
    : machine_step{"task_supervisor", state.request.task_id()},
      state_{state},
      settings_{settings} {
    // nop
  }

  void operator()(pb::TaskRequest& request);
  void operator()(pb::SnapshotReport& report);
  void operator()(pb::AttemptResult& result);
  void operator()(const pb::BreakerChange& change);
  void operator()(pb::CoordinationReport& report);
  void operator()(coordinator_down& down);
  void operator()(pb::EventList& history);
  void operator()(pb::CompareReport& report);
  void operator()(pb::GatesFinished& gates);
  void operator()(pb::RevertReport& report);
  void operator()(pb::DeliveryReport& report);
  void operator()(deadline_passed&);
  void operator()(cancelled& why);
  void operator()(error& why);
  void operator()(error&& why);

private:
  void apply(const pb::Event& event);
  void phase(const std::string& name, const std::string& text = "");
  uint64_t ticket();

  /// Takes over from a process that ended.
  void resume(pb::EventList history);
  /// Does what the state calls for: after an event, and after a replay.
  void go_on();
  void take_snapshot();
  void prepare();
  void on_prepared(pb::AttemptResult& result);
  void probe();
  static error to_error(const pb::AttemptResult& result);
  void on_check(pb::AttemptResult& result);
  /// A unit that is new, or a base that cannot be configured, was not accepted
  /// before.
  bool base_may_lack(const pb::WorkerError& error) const;
  void on_probed();
  void record(std::vector<std::vector<pb::UnitReport>> batches);
  /// Compares what the task's log reports with what was found. Returns what of
  /// the rest a plan is made of.
  std::vector<pb::UnitReport> read_log(const pb::Evidence& evidence);
  /// The first one, or the one that an ended process had.
  void coordinate();
  void coordinate(uint32_t start);
  /// What the dead coordinators had merged is kept: their last words are taken
  /// from the journal.
  void take_over(const std::string& why);
  void after_coordination();
  void work();
  void fall_back(const std::string& why);
  void on_worked(pb::AttemptResult& result);
  void compare();
  void ask_for_changes();
  void end_plan();
  void tell_again();
  void end_early(pb::TaskOutcome outcome, const std::string& why);
  void finish(pb::TaskResult result);

  void gate();
  void after_gates();
  void look_for_culprits();
  void blame();
  /// Of a trial, or of all culprits in the end.
  void on_taken_back(const std::string& tree);
  void on_trial(pb::AttemptResult& result);
  void blamed(const std::string& tree);
  void take_back(const std::vector<pb::FilePart>& parts);
  void revert(const std::vector<std::string>& files);
  void deliver();
  void hand_over();

  supervisor_state& state_;
  const supervisor_settings& settings_;
  pb::EventList history_; // Of the task, where the input was that.
};

} // namespace cohort::runtime::coordination
