#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/quality.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/quality/settings.hpp"

namespace cohort::runtime::coordination {

namespace pb = messages::v1;

/// What the gates measure of one tree, in which order, and what they make of
/// it.
///
///   checks -> lint -> tests -> once more those that fail
///          -> coverage and mutants -> judged
///
/// Lint and tests are of the tree and of its base.
///
/// A stage begins when the one before has all its answers, and only where it
/// can say something new: what does not compile is not tested, and what breaks
/// tests is not measured any further.
///
/// Pure. The caller submits the units, and brings their results.
class gate_run {
public:
  /// Gives a number to a unit, of which no two are the same.
  using numbering = std::function<uint64_t()>;

  gate_run(pb::RunGates request, const quality::gate_settings& settings,
           numbering next_ticket);

  /// What to submit now, at `now` seconds on any clock; none when it is over.
  std::vector<pb::WorkUnit> begin(double now);

  /// Takes in the result of one of its units; others are ignored. What to
  /// submit then.
  std::vector<pb::WorkUnit> take(pb::AttemptResult result, double now);

  /// A breaker that one of its units opened or closed.
  void take(pb::BreakerChange change);

  [[nodiscard]] bool is_over() const;

  /// What the gates say. REQUIRES: it is over. Only once.
  [[nodiscard]] pb::GatesFinished finish();

private:
  enum class stage : uint8_t {
    checks,
    lint, // Of the changed files, in the tree and in its base.
    tests,
    reruns,
    measures, // Coverage, and what mutants there are.
    mutants,
    over,
  };

  /// What a unit was submitted for.
  struct purpose {
    enum kind : uint8_t {
      check,
      lint_after,
      lint_before,
      tests_after,
      tests_before,
      again,
      again_before,
      coverage_after,
      coverage_before,
      mutation_plan,
      mutants,
    };
    kind what;
    pb::CheckUnit checked;
  };

  std::vector<pb::WorkUnit> advance(double now);
  std::vector<pb::WorkUnit> units_of_stage();
  void start_checks(std::vector<pb::WorkUnit>& units);
  void start_lint(std::vector<pb::WorkUnit>& units);
  void start_tests(std::vector<pb::WorkUnit>& units);
  void start_reruns(std::vector<pb::WorkUnit>& units);
  void start_measures(std::vector<pb::WorkUnit>& units);
  void start_coverage(std::vector<pb::WorkUnit>& units);
  void start_mutants(std::vector<pb::WorkUnit>& units);
  void take_in(const purpose& why, pb::AttemptResult result);
  void add(std::vector<pb::WorkUnit>& units, purpose why, pb::WorkUnit unit);
  [[nodiscard]] quality::gate_policy policy_of(pb::GateKind kind) const;
  [[nodiscard]] bool is_on(pb::GateKind kind) const;
  pb::GateReport judge_lint();
  pb::GateReport judge_tests();
  pb::GateReport judge_coverage();
  pb::GateReport judge_mutation();
  [[nodiscard]] pb::GateReport not_measured(pb::GateKind kind,
                                            double threshold) const;
  [[nodiscard]] pb::TaskRequest task() const;

  pb::RunGates request_;
  quality::gate_settings settings_;
  numbering next_ticket_;
  stage stage_ = stage::checks;
  std::map<uint64_t, purpose> pending_; // By ticket.
  std::vector<pb::UnitReport> after_;
  std::vector<pb::UnitReport> lint_;
  std::vector<pb::UnitReport> lint_before_;
  std::optional<pb::TestReport> before_;
  pb::TestReport tests_;
  std::string unmeasured_; // Why coverage and mutants are not; or empty.
  bool is_broken_ = false; // The tests fail, or cannot be built.
  pb::CoverageReport covered_;
  std::optional<pb::CoverageReport> covered_before_;
  pb::MutationPlan mutation_;
  std::vector<pb::MutantVerdict> mutants_;
  std::vector<pb::BreakerChange> breakers_;
  double began_ = 0;             // The stage.
  std::map<stage, double> took_; // Seconds.
};

} // namespace cohort::runtime::coordination
