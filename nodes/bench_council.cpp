#include <cstdio>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "nodes/bench_line.hpp"
#include "nodes/verbs.hpp"
#include "runtime/council/ablation/trial.hpp"

/// Made-up plans, sound and faulty, before the standing judges; with all of
/// them, with each left out, and with none.
namespace cohort::nodes {

namespace {

namespace ablation = runtime::council::ablation;
using ordered_json = nlohmann::ordered_json;

double share(size_t part, size_t all) {
  return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all);
}

double seconds_of(const ablation::tally& found) {
  double result = 0;
  for (auto each : found.microseconds)
    result += each / 1e6;
  return result;
}

/// What a tally says beside the times, as fields of a JSON object.
ordered_json shares_of(const ablation::tally& found) {
  ordered_json result;
  size_t cases = 0;
  size_t caught = 0;
  for (auto& entry : found.faults) {
    auto& kind = entry.second;
    cases += kind.cases;
    caught += kind.refused + kind.repaired;
    result[std::string{to_string(entry.first)}]
      = {{"cases", kind.cases},
         {"refused", share(kind.refused, kind.cases)},
         {"repaired", share(kind.repaired, kind.cases)}};
  }
  result["faulty_caught"] = share(caught, cases);
  result["good_refused"] = share(found.good_refused, found.good);
  result["good_amended"] = share(found.good_amended, found.good);
  result["good_spoiled"] = share(found.good_spoiled, found.good);
  return result;
}

void print_tally(ablation::tally found, const std::string& judges,
                 const council_bench_options& bench) {
  auto fields = shares_of(found).dump();
  auto seconds = seconds_of(found);
  auto count = found.microseconds.size();
  print_line({"plans", count, seconds, std::move(found.microseconds)},
             "\"judges\":\"" + judges
               + "\",\"seed\":" + std::to_string(bench.seed) + ",",
             "," + fields.substr(1, fields.size() - 2));
}

void bench_broken(const council_bench_options& bench) {
  auto cases = ablation::make_broken_cases(bench.plans / 4 + 1, bench.seed);
  auto found = ablation::try_council(cases,
                                     runtime::council::judges_without(""));
  auto seconds = seconds_of(found);
  auto refused = share(found.good_refused, found.good);
  print_line({"broken_invariants", cases.size(), seconds,
              std::move(found.microseconds)},
             "", ",\"refused\":" + std::to_string(refused));
}

void bench_large() {
  constexpr size_t subtasks = 1000;
  constexpr uint64_t repeats = 20;
  std::vector<double> took;
  double seconds = 0;
  for (uint64_t seed = 1; seed <= repeats; ++seed) {
    took.push_back(ablation::review_large(subtasks, seed));
    seconds += took.back() / 1e6;
  }
  print_line({"thousand_subtasks", repeats, seconds, std::move(took)}, "", "");
}

} // namespace

int bench_council(const council_bench_options& bench) {
  auto cases = ablation::make_cases(bench.plans, bench.seed);
  print_tally(ablation::try_council(cases,
                                    runtime::council::judges_without("")),
              "all", bench);
  for (auto& judge : runtime::council::judges()) {
    auto name = std::string{judge.name};
    print_tally(ablation::try_council(cases,
                                      runtime::council::judges_without(name)),
                "without " + name, bench);
  }
  print_tally(ablation::without_council(cases), "none", bench);
  bench_broken(bench);
  bench_large();
  return 0;
}

} // namespace cohort::nodes
