#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "runtime/mutation/plan_mutants.hpp"
#include "runtime/mutation/shards.hpp"
#include "runtime/mutation/try_mutants.hpp"
#include "runtime/process/launcher.hpp"
#include "tests/support/temp_folder.hpp"

/// Mutants of GoogleTest, with six of its own test programs: all in one build
/// against a build for each, the same verdicts from one unit and from four, and
/// how even those four are.
///
///   bench_mutation [MUTANTS [REBUILDS]]
namespace {

using namespace cohort::runtime;
using namespace cohort::runtime::mutation;
namespace fs = std::filesystem;
using clock_type = std::chrono::steady_clock;

/// As Debian's package googletest installs it.
constexpr const char* sources = "/usr/src/googletest/googletest";
constexpr const char* headers = "/usr/include/gtest";
constexpr size_t shard_count = 4;

constexpr const char* build_file = R"(cmake_minimum_required(VERSION 3.10)
project(mutated_googletest CXX)
set(CMAKE_CXX_STANDARD 17)
enable_testing()
find_package(Threads REQUIRED)
include_directories(. include)
add_library(gtest src/gtest-all.cc src/gtest_main.cc)
target_link_libraries(gtest Threads::Threads)
foreach(name filepath-test message-test options-test printers-test test-part-test)
  add_executable(${name} test/googletest-${name}.cc)
  target_link_libraries(${name} gtest)
  add_test(NAME ${name} COMMAND ${name})
endforeach()
add_executable(typed-test test/gtest-typed-test_test.cc test/gtest-typed-test2_test.cc)
target_link_libraries(typed-test gtest)
add_test(NAME typed-test COMMAND typed-test)
)";

double seconds_since(clock_type::time_point begin) {
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

template <class T>
T value_of(expected<T> result) {
  if (!result) {
    std::fprintf(stderr, "bench_mutation: %s\n",
                 result.error().message.c_str());
    std::exit(1);
  }
  return std::move(*result);
}

/// GoogleTest as a workspace, and one slot on it.
class bench {
public:
  explicit bench(process::runner& processes) : processes_{processes} {
    auto root = folder_.path() / "workspace";
    auto copy = [&](const fs::path& from, const fs::path& to) {
      fs::create_directories(to.parent_path());
      fs::copy(from, to, fs::copy_options::recursive);
    };
    copy(headers, root / "include" / "gtest");
    for (auto* part : {"src", "test"})
      copy(fs::path{sources} / part, root / part);
    std::ofstream{root / "CMakeLists.txt"} << build_file;
    plain = value_of(open().take_snapshot(root, {})).tree;
  }

  template <class Job>
  auto run(const std::string& tree, const Job& job) {
    workspace::slot slot{folder_.path() / "slot", open()};
    if (auto there = slot.bring_to(tree); !there)
      value_of(expected<int>{there.error()});
    workplace place{slot,    folder_.path().string(),
                    {},      tools_,
                    limits_, processes_,
                    {},      [] {}};
    return value_of(job(place));
  }

  pb::MutantsReport attempt(const shard& one) {
    return run(one.tree,
               [&](auto& place) { return try_mutants(one.unit, place); });
  }

  std::string plain;

private:
  workspace::object_store open() {
    return value_of(
      workspace::object_store::open(folder_.path() / "store.git"));
  }

  process::runner& processes_;
  cohort::tests::temp_folder folder_;
  toolchain::toolchain_settings tools_;
  process::process_settings limits_;
};

using verdict_map = std::map<uint32_t, pb::MutantOutcome>;

/// Tries all shards one after the other. Returns the seconds that the mutants
/// of each took.
std::vector<double> try_all(bench& on, const std::vector<shard>& shards,
                            verdict_map& verdicts) {
  std::vector<double> result;
  for (auto& one : shards) {
    auto report = on.attempt(one);
    auto& seconds = result.emplace_back(0);
    for (auto& verdict : report.verdicts()) {
      verdicts[verdict.mutant().id()] = verdict.outcome();
      seconds += verdict.seconds();
    }
  }
  return result;
}

size_t count(const verdict_map& verdicts, pb::MutantOutcome outcome) {
  return static_cast<size_t>(
    std::count_if(verdicts.begin(), verdicts.end(),
                  [&](auto& one) { return one.second == outcome; }));
}

} // namespace

int main(int argc, char** argv) {
  if (auto code = process::run_as_launcher(argc, argv))
    return *code;
  pb::MutationPlanUnit what;
  what.set_max_mutants(argc > 1 ? static_cast<uint32_t>(std::atoi(argv[1]))
                                : 200);
  auto rebuilds = argc > 2 ? std::atoi(argv[2]) : 5;
  process::process_settings limits;
  auto processes = value_of(process::start_launcher(limits));
  bench on{*processes};

  auto begin = clock_type::now();
  auto plan = on.run(on.plain,
                     [&](auto& place) { return plan_mutants(what, place); });
  auto planned = seconds_since(begin);
  if (!plan.failure().empty()) {
    std::fprintf(stderr, "bench_mutation: %s\n", plan.failure().c_str());
    return 1;
  }
  auto alone = std::count_if(plan.mutants().begin(), plan.mutants().end(),
                             [](auto& one) { return one.needs_rebuild(); });
  std::printf("%u mutants found, %d tried, %ld of them built alone, %u "
              "stillborn, %u equivalent; %d tests; planned and built in "
              "%.0f s\n",
              plan.found(), plan.mutants_size(), static_cast<long>(alone),
              plan.stillborn(), plan.equivalent(), plan.tests_size(), planned);

  // Only those that are chosen at run time: builds would be measured twice.
  auto chosen = plan;
  chosen.clear_mutants();
  for (auto& one : plan.mutants())
    if (!one.needs_rebuild())
      *chosen.add_mutants() = one;
  verdict_map by_one;
  verdict_map by_four;
  begin = clock_type::now();
  try_all(on, make_shards(chosen, on.plain, 1, 0), by_one);
  auto each = seconds_since(begin) / static_cast<double>(by_one.size());
  auto shares = try_all(on, make_shards(chosen, on.plain, shard_count, 0),
                        by_four);
  double sum = 0;
  for (auto one : shares)
    sum += one;
  auto mean = sum / static_cast<double>(shares.size());
  std::printf("%zu reached: %zu killed, %zu timed out, %zu survived, %zu "
              "failed; %.3f s each; by %zu units the same verdicts: %s; "
              "slowest over mean %.2f\n",
              by_one.size(), count(by_one, pb::MUTANT_OUTCOME_KILLED),
              count(by_one, pb::MUTANT_OUTCOME_TIMED_OUT),
              count(by_one, pb::MUTANT_OUTCOME_SURVIVED),
              count(by_one, pb::MUTANT_OUTCOME_FAILED), each, shares.size(),
              by_one == by_four ? "yes" : "no",
              *std::max_element(shares.begin(), shares.end()) / mean);

  // The same ones again, each with a build of its own.
  auto all = make_shards(chosen, on.plain, 1, 0);
  auto step = std::max(1, all.front().unit.trials_size() / rebuilds);
  shard some;
  some.tree = on.plain;
  *some.unit.mutable_tests() = all.front().unit.tests();
  some.unit.set_plain_tree(on.plain);
  for (auto i = 0; i < all.front().unit.trials_size(); i += step) {
    auto& trial = *some.unit.add_trials();
    trial = all.front().unit.trials(i);
    trial.mutable_mutant()->set_needs_rebuild(true);
  }
  auto none = some;
  none.unit.mutable_trials()->DeleteSubrange(1, some.unit.trials_size() - 1);
  begin = clock_type::now();
  on.attempt(none); // The plain tree, and one mutant.
  begin = clock_type::now();
  auto report = on.attempt(some);
  auto built = seconds_since(begin) / some.unit.trials_size();
  auto same = std::count_if(report.verdicts().begin(), report.verdicts().end(),
                            [&](auto& one) {
                              return by_one[one.mutant().id()] == one.outcome();
                            });
  std::printf("%d of them rebuilt: %.2f s each, %.0f times as long; %ld with "
              "the same verdict\n",
              some.unit.trials_size(), built, built / each,
              static_cast<long>(same));
  return 0;
}
