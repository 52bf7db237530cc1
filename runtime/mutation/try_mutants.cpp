#include "runtime/mutation/try_mutants.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "runtime/mutation/schemata.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::mutation {

namespace {

/// How much longer a test may take that does not compute.
constexpr int waiting_factor = 4;

using trial_list = std::vector<const pb::MutantsUnit::Trial*>;

/// The tests that can tell something about mutants of what is built.
class jury {
public:
  explicit jury(const workplace& place) : place_{place} {
    // nop
  }

  /// Takes those of the tests that pass as it is built now.
  expected<void> seat(const trial_list& trials, const pb::MutantsUnit& what) {
    auto tests = place_.list_tests();
    if (!tests)
      return tests.error();
    std::map<std::string, double> seconds;
    for (auto& one : what.tests())
      seconds.emplace(one.name(), one.seconds());
    std::set<std::string> named;
    for (auto* trial : trials)
      named.insert(trial->tests().begin(), trial->tests().end());
    for (auto& test : *tests) {
      if (place_.stop.stop_requested())
        break;
      if (named.count(test.name) == 0)
        continue;
      auto result = place_.run(test, {}, place_.limits.build_timeout);
      if (has_passed(test, result))
        seats_.emplace(test.name,
                       seat_of{test, limit_for(std::max(seconds[test.name],
                                                        result.wall.count()))});
    }
    return {};
  }

  /// Runs the tests of a trial until one fails.
  pb::MutantVerdict judge(const pb::MutantsUnit::Trial& trial) const {
    pb::MutantVerdict verdict;
    *verdict.mutable_mutant() = trial.mutant();
    verdict.set_outcome(trial.tests().empty() ? pb::MUTANT_OUTCOME_NOT_COVERED
                                              : pb::MUTANT_OUTCOME_FAILED);
    for (auto& name : trial.tests()) {
      auto seat = seats_.find(name);
      if (seat == seats_.end())
        continue;
      verdict.add_tests(name);
      auto outcome = ask(seat->second, trial.mutant(), verdict);
      verdict.set_outcome(outcome);
      if (outcome != pb::MUTANT_OUTCOME_SURVIVED)
        break;
    }
    return verdict;
  }

private:
  struct seat_of {
    listed_test test;
    std::chrono::milliseconds limit;
  };

  static std::chrono::milliseconds limit_for(double clean_seconds) {
    return std::chrono::milliseconds{
      std::max<int64_t>(1000, static_cast<int64_t>(10'000 * clean_seconds))};
  }

  pb::MutantOutcome ask(const seat_of& seat, const pb::Mutant& mutant,
                        pb::MutantVerdict& verdict) const {
    std::vector<std::pair<std::string, std::string>> environment;
    if (!mutant.needs_rebuild())
      environment.emplace_back(mutant_variable, std::to_string(mutant.id()));
    auto result = place_.run(seat.test, environment, seat.limit);
    // It hangs, or the machine did something else: only time tells.
    if (result.status == process::status::timed_out
        && result.cpu < seat.limit / 2) {
      verdict.set_seconds(verdict.seconds() + result.wall.count());
      result = place_.run(seat.test, environment, waiting_factor * seat.limit);
    }
    verdict.set_seconds(verdict.seconds() + result.wall.count());
    switch (result.status) {
      case process::status::timed_out:
        return pb::MUTANT_OUTCOME_TIMED_OUT;
      case process::status::cancelled:
      case process::status::start_failed:
      case process::status::launcher_lost:
        return pb::MUTANT_OUTCOME_FAILED;
      default:
        return has_passed(seat.test, result) ? pb::MUTANT_OUTCOME_SURVIVED
                                             : pb::MUTANT_OUTCOME_KILLED;
    }
  }

  const workplace& place_;
  std::map<std::string, seat_of> seats_;
};

void add_all(const trial_list& trials, pb::MutantOutcome outcome,
             pb::MutantsReport& report) {
  for (auto* trial : trials) {
    auto& verdict = *report.add_verdicts();
    *verdict.mutable_mutant() = trial->mutant();
    verdict.set_outcome(outcome);
  }
}

/// Builds the slot's tree and finds the tests that pass. Nothing when it cannot
/// be built here.
expected<std::optional<jury>> make_jury(const workplace& place,
                                        const trial_list& trials,
                                        const pb::MutantsUnit& what) {
  auto project = place.configure();
  if (!project && project.error().code != errc::no_toolchain)
    return project.error();
  if (!project || !place.build().ok())
    return std::optional<jury>{};
  jury result{place};
  if (auto seated = result.seat(trials, what); !seated)
    return seated.error();
  return std::optional<jury>{std::move(result)};
}

expected<void> try_chosen(const trial_list& trials, const pb::MutantsUnit& what,
                          const workplace& place, pb::MutantsReport& report) {
  auto tests = make_jury(place, trials, what);
  if (!tests)
    return tests.error();
  if (!*tests) {
    add_all(trials, pb::MUTANT_OUTCOME_FAILED, report);
    return {};
  }
  for (auto* trial : trials)
    if (!place.stop.stop_requested())
      *report.add_verdicts() = (*tests)->judge(*trial);
  return {};
}

/// Puts the mutant into the plain tree. False when it does not belong there.
expected<bool> put_in(const pb::Mutant& mutant, const workplace& place) {
  auto path = place.slot.tree_folder() / mutant.file();
  if (!workspace::is_safe_path(mutant.file())
      || workspace::has_linked_parent(place.slot.tree_folder(), mutant.file()))
    return false;
  auto text = workspace::read_file(path);
  if (!text)
    return text.error();
  if (mutant.begin() > mutant.end() || mutant.end() > text->size())
    return false;
  text->replace(mutant.begin(), mutant.end() - mutant.begin(),
                mutant.replacement());
  place.slot.touched(mutant.file());
  if (auto written = workspace::write_file(path, *text, {}); !written)
    return written.error();
  return true;
}

expected<void> try_rebuilt(const trial_list& trials,
                           const pb::MutantsUnit& what, const workplace& place,
                           pb::MutantsReport& report) {
  if (auto there = place.slot.bring_to(what.plain_tree()); !there)
    return there.error();
  auto tests = make_jury(place, trials, what);
  if (!tests)
    return tests.error();
  if (!*tests) {
    add_all(trials, pb::MUTANT_OUTCOME_FAILED, report);
    return {};
  }
  for (auto* trial : trials) {
    if (place.stop.stop_requested())
      return {};
    auto is_in = put_in(trial->mutant(), place);
    if (!is_in)
      return is_in.error();
    auto built = *is_in ? place.build() : process::outcome{};
    if (built.ok())
      *report.add_verdicts() = (*tests)->judge(*trial);
    else
      add_all({trial},
              built.status == process::status::exited
                ? pb::MUTANT_OUTCOME_STILLBORN
                : pb::MUTANT_OUTCOME_FAILED,
              report);
    if (auto restored = place.slot.bring_to(what.plain_tree()); !restored)
      return restored.error();
  }
  return {};
}

} // namespace

expected<pb::MutantsReport> try_mutants(const pb::MutantsUnit& what,
                                        const workplace& place) {
  trial_list chosen;
  trial_list rebuilt;
  for (auto& trial : what.trials())
    (trial.mutant().needs_rebuild() ? rebuilt : chosen).push_back(&trial);
  pb::MutantsReport report;
  if (!chosen.empty())
    if (auto tried = try_chosen(chosen, what, place, report); !tried)
      return tried.error();
  if (!rebuilt.empty())
    if (auto tried = try_rebuilt(rebuilt, what, place, report); !tried)
      return tried.error();
  auto& verdicts = *report.mutable_verdicts();
  std::sort(verdicts.begin(), verdicts.end(),
            [](auto& a, auto& b) { return a.mutant().id() < b.mutant().id(); });
  return report;
}

} // namespace cohort::runtime::mutation
