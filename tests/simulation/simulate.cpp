#include <cstdint>
#include <iostream>
#include <string>
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

/// Returns whether all invariants were kept.
bool play_seed(const scenario& what, uint64_t seed, bool is_traced) {
  std::vector<std::string> trace;
  auto happened = play(what, seed, {}, is_traced ? &trace : nullptr);
  for (auto& line : trace)
    std::cout << line << '\n';
  auto broken = broken_invariants(what, happened);
  if (broken.empty())
    return true;
  std::cout << "scenario " << what.name << ", seed " << seed << '\n';
  for (auto& found : broken)
    std::cout << "  broken: " << found << '\n';
  std::cout << "  again:  simulate " << what.name << " --first " << seed
            << " --seeds 1 --trace\n"
            << std::flush;
  return false;
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
    for (uint64_t i = 0; i < options.seeds; ++i, ++plays)
      failures += play_seed(what, options.first + i, options.trace) ? 0 : 1;
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
