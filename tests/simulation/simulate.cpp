#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>

#include "tests/simulation/play.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/spare_parts.hpp"

/// Plays scenarios of tests/simulation with many seeds. What breaks an
/// invariant is printed with the command that plays it again, told turn by
/// turn.
namespace {

using namespace cohort::tests::simulation;

struct run_options {
  std::vector<std::string> scenarios; // None: all.
  uint64_t first = 1;
  uint64_t seeds = 100; // Of each scenario.
  bool trace = false;
};

/// Of a scenario's plays.
struct tally {
  uint64_t plays = 0;
  uint64_t failures = 0; // That broke an invariant.
  uint64_t turns = 0;
  double seconds = 0;                      // Of virtual time.
  std::map<std::string, uint64_t> results; // By outcome: where plays went.
};

void add_results(tally& sum, const record& happened) {
  constexpr std::string_view prefix = "TASK_OUTCOME_";
  ++sum.plays;
  sum.turns += happened.turns;
  sum.seconds += happened.seconds;
  for (auto& [id, task] : happened.tasks)
    for (auto& result : task.results)
      ++sum.results[pb::TaskOutcome_Name(result.outcome())
                      .substr(prefix.size())];
}

void print(const scenario& what, const tally& sum) {
  std::cout << what.name << ": " << sum.plays << " plays, " << sum.failures
            << " broke an invariant; " << sum.turns / sum.plays << " turns and "
            << sum.seconds / static_cast<double>(sum.plays)
            << " s of virtual time each;";
  for (auto& [outcome, count] : sum.results)
    std::cout << ' ' << count << ' ' << outcome;
  std::cout << '\n' << std::flush;
}

void play_seed(const scenario& what, uint64_t seed, bool is_traced,
               tally& sum) {
  std::vector<std::string> trace;
  auto happened = play(what, seed, {}, is_traced ? &trace : nullptr);
  for (auto& line : trace)
    std::cout << line << '\n';
  if (is_traced)
    for (auto& [id, task] : happened.tasks)
      for (auto& result : task.results)
        std::cout << id << ": " << pb::TaskOutcome_Name(result.outcome())
                  << ": " << result.summary() << '\n';
  add_results(sum, happened);
  auto broken = broken_invariants(what, happened);
  if (broken.empty())
    return;
  ++sum.failures;
  std::cout << "scenario " << what.name << ", seed " << seed << '\n';
  for (auto& found : broken)
    std::cout << "  broken: " << found << '\n';
  std::cout << "  again:  simulate " << what.name << " --first " << seed
            << " --seeds 1 --trace\n"
            << std::flush;
}

bool is_wanted(const run_options& options, const scenario& what) {
  auto& names = options.scenarios;
  return names.empty()
         || std::find(names.begin(), names.end(), what.name) != names.end();
}

int simulate(const run_options& options) {
  uint64_t plays = 0;
  uint64_t failures = 0;
  for (auto& what : all_scenarios()) {
    if (!is_wanted(options, what))
      continue;
    tally sum;
    for (uint64_t i = 0; i < options.seeds; ++i)
      play_seed(what, options.first + i, options.trace, sum);
    print(what, sum);
    plays += sum.plays;
    failures += sum.failures;
  }
  std::cout << plays << " plays, " << failures << " broke an invariant\n";
  return failures == 0 && plays > 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  run_options options;
  CLI::App app{"Plays scenarios of tests/simulation"};
  app.add_option("scenarios", options.scenarios, "Which; none: all");
  app.add_option("--first", options.first, "First seed");
  app.add_option("--seeds", options.seeds, "Seeds of each scenario");
  app.add_flag("--trace", options.trace, "Tell each turn");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::off); // Of disasters there are many.
  try {
    return simulate(options);
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 2;
  }
}
