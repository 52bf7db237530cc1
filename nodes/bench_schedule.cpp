#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "nodes/bench_graphs.hpp"
#include "nodes/verbs.hpp"
#include "runtime/draw_fraction.hpp"
#include "runtime/scheduling/makespan/schedule_search.hpp"

/// Task graphs through the schedulers: how long they would take, without any
/// worker.
namespace cohort::nodes {

namespace {

using nlohmann::ordered_json;
using runtime::scheduling::list_scheduler;
using runtime::scheduling::priority_list;
using runtime::scheduling::schedule;
using runtime::scheduling::schedule_search;
using runtime::scheduling::task_graph;
using wall_clock = std::chrono::steady_clock;

/// Of ratios.
struct geometric_mean {
  double logs = 0;
  double worst = 0;
  unsigned count = 0;

  void add(double ratio) {
    logs += std::log(ratio);
    worst = std::max(worst, ratio);
    ++count;
  }
  [[nodiscard]] double value() const {
    return count == 0 ? 1 : std::exp(logs / count);
  }
};

/// 1 when both are nothing.
double ratio_of(double makespan, double to) {
  return makespan == to ? 1 : makespan / to;
}

/// CPU time of this thread, which nobody else on the machine makes longer.
double cpu_seconds_here() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec)
         + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Ranks, their order and the schedule. In between, another graph is scheduled:
/// a processor learns by heart what it does again and again. The first times
/// are not counted: a kernel takes as long to give memory for a large graph as
/// it then takes to schedule it.
double decision_microseconds(const task_graph& graph, size_t workers) {
  constexpr int warm_up = 3;
  constexpr int counted = 5;
  auto other = generate_graph(10'000, 1).graph;
  auto decide = [&](const task_graph& which) {
    list_scheduler scheduler{which, workers};
    scheduler.run(priority_list::by_largest(scheduler.ranks()));
  };
  double seconds = 0;
  for (int i = 0; i < warm_up + counted; ++i) {
    decide(other);
    auto began = cpu_seconds_here();
    decide(graph);
    if (i >= warm_up)
      seconds += cpu_seconds_here() - began;
  }
  return seconds * 1e6 / counted / static_cast<double>(graph.size());
}

void improve(schedule_search& search, const task_graph& graph,
             const schedule_bench_options& bench) {
  if (bench.improve_ms) {
    auto end = wall_clock::now() + std::chrono::milliseconds{*bench.improve_ms};
    while (wall_clock::now() < end && search.step()) {
      // nop
    }
    return;
  }
  while (search.tried() * graph.size() < bench.effort && search.step()) {
    // nop
  }
}

double makespan_in_order(const task_graph& graph, size_t workers,
                         const std::vector<double>& keys) {
  return *list_scheduler{graph, workers}.run(priority_list::by_largest(keys));
}

/// What becomes of priorities that rest on predicted times when the true times
/// are others, against the best that is found by who knows the true ones.
ordered_json with_noise(const task_graph& graph, const schedule& best,
                        const schedule_bench_options& bench,
                        const noise_range& noise) {
  constexpr unsigned draws = 5;
  std::mt19937_64 random{bench.seed};
  auto by_rank = upward_ranks(graph);
  std::vector<double> by_start;
  for (auto start : best.starts)
    by_start.push_back(-start);
  geometric_mean ranked;
  geometric_mean searched;
  double makespans = 0;
  auto truth = graph;
  for (unsigned i = 0; i < draws; ++i) {
    for (size_t task = 0; task < graph.size(); ++task)
      truth.seconds[task] = graph.seconds[task] * noise.low
                            * std::pow(noise.high / noise.low,
                                       runtime::draw_fraction(random));
    schedule_search known{truth, bench.workers, bench.seed};
    improve(known, truth, bench);
    auto online = makespan_in_order(truth, bench.workers, by_rank);
    makespans += online;
    ranked.add(ratio_of(online, known.best().makespan));
    searched.add(ratio_of(makespan_in_order(truth, bench.workers, by_start),
                          known.best().makespan));
  }
  return {{"low", noise.low},
          {"high", noise.high},
          {"draws", draws},
          {"makespan", makespans / draws},
          {"ratio", ranked.value()},
          {"worst", ranked.worst},
          {"ratio_of_searched_order", searched.value()}};
}

ordered_json assignments_of(const named_graph& what, const schedule& plan,
                            size_t workers) {
  auto worker = assign_workers(what.graph, plan, workers);
  auto result = ordered_json::array();
  for (size_t i = 0; i < worker.size(); ++i)
    result.push_back({{"id", what.ids[what.graph.given[i]]},
                      {"worker", worker[i]},
                      {"start", plan.starts[i]}});
  return result;
}

/// What all graphs have in common.
struct totals {
  geometric_mean found;   // Over the best that somebody knows.
  geometric_mean by_rank; // The same.
  std::vector<geometric_mean> online;
  unsigned graphs = 0;
};

void measure(const named_graph& what, const schedule_bench_options& bench,
             totals& all) {
  auto& graph = what.graph;
  ++all.graphs;
  auto decision_us = decision_microseconds(graph, bench.workers);
  auto began = wall_clock::now();
  schedule_search search{graph, bench.workers, bench.seed};
  improve(search, graph, bench);
  auto seconds
    = std::chrono::duration<double>(wall_clock::now() - began).count();
  auto makespan = search.best().makespan;
  ordered_json line{
    {"name", what.name},
    {"workers", bench.workers},
    {"makespan", makespan},
    {"tasks", graph.size()},
    {"edges", graph.before.size()},
    {"lower_bound", std::min(search.bound(), makespan)},
    {"makespan_by_rank", search.makespan_by_rank()},
    {"schedules", search.tried()},
    {"seconds", seconds},
    {"decision_us", decision_us},
  };
  auto known = what.best_found.find(std::to_string(bench.workers));
  if (known != what.best_found.end()) {
    auto ratio = makespan / known->second;
    auto ratio_by_rank = search.makespan_by_rank() / known->second;
    all.found.add(ratio);
    all.by_rank.add(ratio_by_rank);
    line["best_found"] = known->second;
    line["ratio"] = ratio;
    line["ratio_by_rank"] = ratio_by_rank;
  }
  all.online.resize(bench.noises.size());
  for (size_t i = 0; i < bench.noises.size(); ++i) {
    auto online = with_noise(graph, search.best(), bench, bench.noises[i]);
    all.online[i].add(online["ratio"]);
    line["online"].push_back(std::move(online));
  }
  if (bench.with_assignments)
    line["assignments"] = assignments_of(what, search.best(), bench.workers);
  std::cout << line.dump(-1, ' ', false, ordered_json::error_handler_t::replace)
            << std::endl;
}

void print_totals(const schedule_bench_options& bench, const totals& all) {
  std::cerr << "cohort: " << all.graphs
            << (all.graphs == 1 ? " graph on " : " graphs on ") << bench.workers
            << (bench.workers == 1 ? " worker" : " workers");
  if (all.found.count > 0)
    std::cerr << "; makespan over best_found, geometric mean (worst): "
              << all.found.value() << " (" << all.found.worst
              << "), by upward rank alone " << all.by_rank.value() << " ("
              << all.by_rank.worst << ')';
  for (size_t i = 0; i < all.online.size(); ++i)
    std::cerr << "; with times wrong by " << bench.noises[i].low << " to "
              << bench.noises[i].high << ": " << all.online[i].value() << " ("
              << all.online[i].worst << ')';
  std::cerr << '\n';
}

/// Each line of a file. Returns the exit code: a graph that cannot be used is
/// named, and the rest goes on.
int measure_lines(std::istream& in, const std::string& file,
                  const schedule_bench_options& bench, totals& all) {
  int code = 0;
  auto before = all.graphs;
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos)
      continue;
    if (auto graph = read_graph(line)) {
      measure(*graph, bench, all);
    } else {
      std::cerr << "cohort: " << file << ':' << number << ": "
                << graph.error().message << '\n';
      code = 2;
    }
  }
  if (in.bad() || (all.graphs == before && code == 0)) {
    std::cerr << "cohort: " << file
              << (in.bad() ? " cannot be read" : " has no task graph in it")
              << "; expected a JSON object a line\n";
    code = 2;
  }
  return code;
}

} // namespace

std::optional<noise_range> parse_noise(const std::string& text) {
  std::istringstream in{text};
  noise_range result;
  char colon = 0;
  if (!(in >> result.low >> colon >> result.high) || colon != ':'
      || in.peek() != std::char_traits<char>::eof())
    return std::nullopt;
  if (!(result.low > 0 && result.low <= result.high && result.high <= 1e6))
    return std::nullopt;
  return result;
}

int bench_schedule(const schedule_bench_options& bench) {
  totals all;
  int code = 0;
  for (auto tasks : bench.generate)
    measure(generate_graph(tasks, bench.seed), bench, all);
  if (bench.dags == "-") {
    code = measure_lines(std::cin, "standard input", bench, all);
  } else if (!bench.dags.empty()) {
    std::ifstream in{bench.dags, std::ios::binary};
    if (in) {
      code = measure_lines(in, bench.dags, bench, all);
    } else {
      std::cerr << "cohort: " << bench.dags
                << " cannot be read; name a file with a task graph a line\n";
      code = 2;
    }
  }
  if (all.graphs > 0)
    print_totals(bench, all);
  return code;
}

} // namespace cohort::nodes
