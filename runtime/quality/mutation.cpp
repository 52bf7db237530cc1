#include "runtime/quality/mutation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/quality/report.hpp"

namespace cohort::runtime::quality {

namespace {

struct mutant_tally {
  size_t killed = 0;
  size_t timed_out = 0;
  size_t failed = 0;
  size_t stillborn = 0;
  size_t uncovered = 0;
  std::vector<const pb::MutantVerdict*> survivors; // By id.

  [[nodiscard]] size_t tried() const {
    return killed + timed_out + survivors.size();
  }
};

mutant_tally tally_of(const pb::MutationPlan& plan,
                      const std::vector<pb::MutantVerdict>& verdicts) {
  std::map<uint32_t, const pb::MutantVerdict*> by_id;
  for (auto& one : verdicts)
    by_id.emplace(one.mutant().id(), &one);
  std::set<uint32_t> reached;
  for (auto& test : plan.tests())
    reached.insert(test.reaches().begin(), test.reaches().end());
  mutant_tally result;
  for (auto& mutant : plan.mutants()) {
    auto found = by_id.find(mutant.id());
    auto outcome = found != by_id.end() ? found->second->outcome()
                   : reached.count(mutant.id()) > 0
                     ? pb::MUTANT_OUTCOME_FAILED
                     : pb::MUTANT_OUTCOME_NOT_COVERED;
    switch (outcome) {
      case pb::MUTANT_OUTCOME_KILLED:
        ++result.killed;
        break;
      case pb::MUTANT_OUTCOME_TIMED_OUT:
        ++result.timed_out;
        break;
      case pb::MUTANT_OUTCOME_SURVIVED:
        result.survivors.push_back(found->second);
        break;
      case pb::MUTANT_OUTCOME_NOT_COVERED:
        ++result.uncovered;
        break;
      case pb::MUTANT_OUTCOME_STILLBORN:
        ++result.stillborn;
        break;
      default:
        ++result.failed;
        break;
    }
  }
  return result;
}

bool is_sample(const pb::MutationPlan& plan) {
  return static_cast<uint32_t>(plan.mutants_size()) + plan.stillborn()
         < plan.found();
}

std::string details_of(const pb::MutationPlan& plan,
                       const mutant_tally& tally) {
  auto killed = tally.killed + tally.timed_out;
  auto text = std::to_string(killed) + " of "
              + count_of(tally.tried(), "mutant") + " killed";
  if (tally.timed_out > 0)
    text += " (" + std::to_string(tally.timed_out) + " by a time-out)";
  if (is_sample(plan)) {
    auto bounds = wilson_interval(killed, tally.tried());
    text += ", of all " + std::to_string(plan.found()) + " probably "
            + percent(bounds.low) + " to "
            + percent(std::ceil(bounds.high * 100) / 100);
  }
  auto add = [&](size_t count, const std::string& what) {
    if (count > 0)
      text += "; " + std::to_string(count) + ' ' + what;
  };
  if (tally.uncovered > 0)
    add(tally.uncovered,
        "not reached by any test ("
          + percent(share_of(killed, tally.tried() + tally.uncovered))
          + " if they counted)");
  add(plan.stillborn() + tally.stillborn, "do not compile");
  add(plan.equivalent(), "change nothing");
  add(tally.failed, "could not be tried");
  return text;
}

/// Short enough for a line.
std::string shown(const std::string& code) {
  constexpr size_t shown_max = 60;
  std::string result;
  for (auto c : code)
    if (c != '\n' && c != '\r')
      result += c;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  if (result.size() > shown_max)
    result = result.substr(0, shown_max) + "...";
  return analysis::valid_utf8(result);
}

pb::Objection survived(const pb::MutantVerdict& verdict) {
  auto& mutant = verdict.mutant();
  pb::Objection result;
  result.set_rule("survived-mutant");
  result.mutable_location()->set_file(mutant.file());
  result.mutable_location()->set_line(mutant.line());
  result.mutable_location()->set_byte_column(mutant.byte_column());
  auto change = mutant.replacement().empty()
                  ? "without `" + shown(mutant.original()) + '`'
                  : "with `" + shown(mutant.replacement()) + "` for `"
                      + shown(mutant.original()) + '`';
  std::vector<std::string> tests{verdict.tests().begin(),
                                 verdict.tests().end()};
  result.set_message(change + " no test fails: " + name_some(tests));
  return result;
}

pb::GateReport mutation_report(pb::GateVerdict verdict, double score,
                               double threshold, std::string details) {
  auto report = make_report(pb::GATE_KIND_MUTATION, verdict, score,
                            std::move(details));
  report.set_threshold(threshold);
  return report;
}

} // namespace

interval wilson_interval(size_t part, size_t all) {
  if (all == 0)
    return {};
  constexpr double z = 1.959964; // 95 %, two-sided.
  auto n = static_cast<double>(all);
  auto p = static_cast<double>(part) / n;
  auto scale = 1 + z * z / n;
  auto centre = (p + z * z / (2 * n)) / scale;
  auto half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
  return {p, std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

pb::GateReport judge_mutation(double threshold, const pb::MutationPlan& plan,
                              const std::vector<pb::MutantVerdict>& verdicts) {
  auto unmeasured = [&](const std::string& why) {
    return mutation_report(pb::GATE_VERDICT_NOT_MEASURED, 0, threshold, why);
  };
  if (!plan.available())
    return unmeasured("the project has no tests that can be run");
  if (!plan.failure().empty())
    return mutation_report(pb::GATE_VERDICT_FAIL, 0, threshold,
                           "no mutant could be tried: " + plan.failure());
  if (plan.mutants().empty())
    return unmeasured("there is nothing to mutate");
  if (plan.tests().empty())
    return unmeasured("no test passes without mutants");
  auto tally = tally_of(plan, verdicts);
  auto details = details_of(plan, tally);
  if (tally.failed > tally.tried())
    return mutation_report(pb::GATE_VERDICT_FAIL, 0, threshold, details);
  if (tally.tried() == 0)
    return unmeasured(details);
  auto score = share_of(tally.killed + tally.timed_out, tally.tried());
  auto report = mutation_report(score >= threshold ? pb::GATE_VERDICT_PASS
                                                   : pb::GATE_VERDICT_FAIL,
                                score, threshold, std::move(details));
  std::vector<std::string> places;
  for (auto* one : tally.survivors) {
    *report.add_objections() = survived(*one);
    *report.add_survivors() = *one;
    auto& mutant = one->mutant();
    auto place = mutant.file() + ':' + std::to_string(mutant.line());
    if (places.empty() || places.back() != place)
      places.push_back(std::move(place));
  }
  if (!places.empty())
    report.add_suggestions("test what happens at " + name_some(places));
  return report;
}

} // namespace cohort::runtime::quality
