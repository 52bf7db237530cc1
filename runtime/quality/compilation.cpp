#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "runtime/analysis/evidence.hpp"
#include "runtime/quality/gates.hpp"
#include "runtime/quality/report.hpp"

namespace cohort::runtime::quality {

namespace {

using check = std::pair<std::string_view, std::string_view>; // Unit, compiler.
using check_map = std::map<check, bool>; // Whether accepted.

check_map pairs_of(const pb::Evidence& evidence) {
  check_map result;
  for (auto& report : evidence.units()) {
    auto [found, is_new] = result.try_emplace({report.unit(), report.tool()},
                                              report.ok());
    found->second = found->second && report.ok();
  }
  return result;
}

/// The pairs of `after`, and those of `before` that are missing in it.
check_map joined(const check_map& before, const check_map& after) {
  auto result = after;
  for (auto& [key, accepted] : before)
    result.try_emplace(key, false);
  return result;
}

bool is_compiler(std::string_view tool) {
  return tool == "gcc" || tool == "clang";
}

/// A unit compiles when all of its compilers accept it; each other tool has a
/// say of its own.
check_map by_say(const check_map& pairs) {
  check_map result;
  for (auto& [key, is_accepted] : pairs) {
    auto say = is_compiler(key.second) ? std::string_view{} : key.second;
    auto [found, is_new] = result.try_emplace({key.first, say}, is_accepted);
    found->second = found->second && is_accepted;
  }
  return result;
}

const pb::Diagnostic* first_error(const pb::Evidence& evidence,
                                  const std::string& unit) {
  for (auto& diagnostic : evidence.diagnostics())
    if (analysis::is_error(diagnostic)
        && std::find(diagnostic.units().begin(), diagnostic.units().end(), unit)
             != diagnostic.units().end())
      return &diagnostic;
  return nullptr;
}

std::string why_rejected(const pb::Evidence& evidence,
                         const std::string& unit) {
  if (auto* found = first_error(evidence, unit))
    return found->location().file() + ':'
           + std::to_string(found->location().line()) + ": " + found->message();
  for (auto& report : evidence.units())
    if (report.unit() == unit && !report.failure().empty())
      return "no verdict: " + report.failure();
  return "it was not checked";
}

std::vector<std::string> rejected_units(const check_map& pairs) {
  std::set<std::string> units;
  for (auto& [key, accepted] : pairs)
    if (!accepted)
      units.emplace(key.first);
  return {units.begin(), units.end()};
}

/// "24 of 24 checks pass (12 units, 2 compilers)".
std::string count_text(const check_map& pairs, size_t accepted) {
  std::set<std::string_view> units;
  std::set<std::string_view> tools;
  for (auto& [key, is_accepted] : pairs) {
    units.insert(key.first);
    tools.insert(key.second);
  }
  auto all_compile = std::all_of(tools.begin(), tools.end(), is_compiler);
  return std::to_string(accepted) + " of " + count_of(pairs.size(), "check")
         + " pass (" + count_of(units.size(), "unit") + ", "
         + count_of(tools.size(), all_compile ? "compiler" : "tool") + ')';
}

constexpr size_t suggestions_max = 3;

void suggest(pb::GateReport& report, const pb::Evidence& after,
             const std::vector<std::string>& units, const std::string& what) {
  for (size_t i = 0; i < units.size() && i < suggestions_max; ++i)
    report.add_suggestions(what + units[i] + " ("
                           + why_rejected(after, units[i]) + ')');
}

} // namespace

std::vector<std::string> broken_units(const pb::Evidence& before,
                                      const pb::Evidence& after) {
  auto was = pairs_of(before);
  auto accepted = by_say(was);
  std::set<std::string> broken;
  for (auto& [key, is_accepted] : by_say(joined(was, pairs_of(after))))
    if (auto earlier = accepted.find(key);
        !is_accepted && earlier != accepted.end() && earlier->second)
      broken.emplace(key.first);
  return {broken.begin(), broken.end()};
}

pb::GateReport judge_compilation(const pb::Evidence& before,
                                 const pb::Evidence& after) {
  auto pairs = joined(pairs_of(before), pairs_of(after));
  if (pairs.empty())
    return make_report(pb::GATE_KIND_COMPILATION, pb::GATE_VERDICT_NOT_MEASURED,
                       0, "no unit was checked");
  auto accepted = static_cast<size_t>(std::count_if(
    pairs.begin(), pairs.end(), [](auto& x) { return x.second; }));
  auto score = share_of(accepted, pairs.size());
  auto details = count_text(pairs, accepted);
  auto broken = broken_units(before, after);
  auto rejected = rejected_units(pairs);
  if (!broken.empty()) {
    auto report = make_report(
      pb::GATE_KIND_COMPILATION, pb::GATE_VERDICT_FAIL, score,
      details + "; compiled before and does not now: " + name_some(broken));
    suggest(report, after, broken, "take back what broke ");
    return report;
  }
  if (!rejected.empty()) {
    auto report
      = make_report(pb::GATE_KIND_COMPILATION, pb::GATE_VERDICT_WARNING, score,
                    details + "; still rejected: " + name_some(rejected));
    suggest(report, after, rejected, "repair ");
    return report;
  }
  return make_report(pb::GATE_KIND_COMPILATION, pb::GATE_VERDICT_PASS, score,
                     details);
}

} // namespace cohort::runtime::quality
