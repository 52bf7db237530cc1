#include "runtime/council/ablation/simulation.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <queue>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/decomposition/decompose.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council::ablation {

namespace {

constexpr uint64_t lives = 32;
constexpr int attempts_max = 3;
constexpr double in_vain = 0.8;
constexpr double breaks_together = 0.6;
constexpr double breaks_build = 0.5;

struct fate {
  double begin = 0;
  double end = 0; // Of its merge.
  double work = 0;
  bool is_lost = false;
};

/// One run of a plan.
class life {
public:
  life(const world& where, const pb::Decomposition& plan, uint64_t seed)
    : where_{where},
      plan_{plan},
      graph_{decomposition::make_graph(plan)},
      ranks_{decomposition::upward_ranks(plan)},
      random_{seed},
      fates_(graph_.before.size()) {
    for (auto& file : where.broken)
      files_[file.name] = &file;
  }

  happening run() && {
    happening result;
    result.seconds = carry_out();
    auto again = work_again();
    double more = 0;
    for (size_t i = 0; i < fates_.size(); ++i) {
      result.lost += fates_[i].is_lost ? 1 : 0;
      result.again += again[i] > 0 ? 1 : 0;
      more += fates_[i].is_lost ? fates_[i].work : again[i];
    }
    if (more > 0)
      result.seconds += where_.check_seconds / where_.workers
                        + where_.dispatch_seconds + more;
    return result;
  }

private:
  [[nodiscard]] const pb::Subtask& subtask(size_t i) const {
    return plan_.subtasks(static_cast<int>(i));
  }

  [[nodiscard]] double failure_of(const pb::Subtask& what) const {
    for (auto& kind : where_.kinds)
      if (kind.specialty == what.specialty().kind())
        return kind.failure;
    return 0;
  }

  /// Returns how long its worker is busy with it.
  double try_subtask(size_t i) {
    auto& what = subtask(i);
    for (auto& name : what.files())
      if (auto found = files_.find(name); found != files_.end())
        fates_[i].work += found->second->work;
    double seconds = 0;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
      auto whole = where_.dispatch_seconds + fates_[i].work;
      if (!random_.chance(failure_of(what)))
        return seconds + whole;
      seconds += random_.between(0.3, 1) * whole;
    }
    fates_[i].is_lost = true;
    return seconds;
  }

  /// Returns when the last patch is merged.
  double carry_out() {
    std::vector<size_t> open(fates_.size());
    std::priority_queue<std::pair<double, size_t>> ready; // Rank, index.
    for (size_t i = 0; i < open.size(); ++i)
      if ((open[i] = graph_.before[i].size()) == 0)
        ready.emplace(ranks_[i], i);
    using event = std::pair<double, size_t>; // When a worker is done with it.
    std::priority_queue<event, std::vector<event>, std::greater<>> running;
    double now = 0;
    double merged = 0; // The head is busy until then.
    while (!ready.empty() || !running.empty()) {
      while (!ready.empty() && running.size() < where_.workers) {
        auto next = ready.top().second;
        ready.pop();
        fates_[next].begin = now;
        running.emplace(now + try_subtask(next), next);
      }
      auto done = running.top().second;
      now = std::max(now, running.top().first);
      running.pop();
      merged = std::max(merged, now) + where_.merge_seconds;
      fates_[done].end = merged;
      for (auto waiting : graph_.after[done])
        if (--open[waiting] == 0) {
          now = std::max(now, merged);
          ready.emplace(ranks_[waiting], waiting);
        }
    }
    return merged;
  }

  /// Who writes which broken files that some unit reads.
  using readers = std::map<size_t, std::vector<const broken_file*>>;

  readers writers_read_by(const pb::UnitReport& unit) const {
    readers result;
    for (size_t i = 0; i < fates_.size(); ++i)
      for (auto& name : subtask(i).files()) {
        auto found = files_.find(name);
        if (found != files_.end()
            && std::count(unit.reads().begin(), unit.reads().end(), name) > 0)
          result[i].push_back(found->second);
      }
    return result;
  }

  std::vector<double> work_again() {
    std::vector<std::set<const broken_file*>> again(fates_.size());
    for (auto& unit : where_.evidence.units()) {
      auto writers = writers_read_by(unit);
      for (auto x = writers.begin(); x != writers.end(); ++x)
        for (auto y = writers.begin(); y != writers.end(); ++y)
          if (x != y)
            meet(*x, *y, again);
    }
    for (size_t i = 0; i < fates_.size(); ++i)
      if (writes_build_file(i) && random_.chance(breaks_build))
        for (auto& name : subtask(i).files())
          if (auto found = files_.find(name); found != files_.end())
            again[i].insert(found->second);
    std::vector<double> result(fates_.size());
    for (size_t i = 0; i < again.size(); ++i)
      for (auto* file : again[i])
        result[i] += file->work;
    return result;
  }

  /// Whether `later` suffers from what `earlier` did too late.
  void meet(const readers::value_type& earlier,
            const readers::value_type& later,
            std::vector<std::set<const broken_file*>>& again) {
    auto& x = fates_[earlier.first];
    auto& y = fates_[later.first];
    auto has_headers = [](auto& files) {
      return std::any_of(files.begin(), files.end(),
                         [](auto* file) { return file->is_header; });
    };
    if (!has_headers(earlier.second) || y.begin >= x.end)
      return;
    for (auto* file : later.second)
      if (!file->is_header && random_.chance(in_vain))
        again[later.first].insert(file);
      else if (file->is_header && x.begin <= y.begin && y.end > x.begin
               && random_.chance(breaks_together))
        again[later.first].insert(file);
  }

  [[nodiscard]] bool writes_build_file(size_t i) const {
    auto& names = subtask(i).files();
    return std::any_of(names.begin(), names.end(), [](auto& name) {
      return name.find("CMakeLists.txt") != std::string::npos
             || name.find(".cmake") != std::string::npos;
    });
  }

  const world& where_;
  const pb::Decomposition& plan_;
  decomposition::plan_graph graph_;
  std::vector<double> ranks_;
  draw random_;
  std::vector<fate> fates_;
  std::map<std::string_view, const broken_file*> files_;
};

} // namespace

happening simulate(const world& where, const pb::Decomposition& plan) {
  happening mean;
  for (uint64_t seed = 1; seed <= lives; ++seed) {
    auto one = life{where, plan, seed}.run();
    mean.seconds += one.seconds / lives;
    mean.again += one.again / lives;
    mean.lost += one.lost / lives;
  }
  return mean;
}

double sequential_seconds(const world& where) {
  return std::accumulate(where.broken.begin(), where.broken.end(),
                         where.dispatch_seconds + where.merge_seconds,
                         [](double sum, auto& file) {
                           return sum + file.work;
                         });
}

bool is_good(const happening& plan, const happening& reference,
             double sequential) {
  constexpr double slower_than_one_max = 1.05;
  constexpr double slower_max = 1.25;
  constexpr double mishaps_max = 0.25;
  return plan.seconds <= slower_than_one_max * sequential
         && plan.seconds <= slower_max * reference.seconds
         && plan.again < mishaps_max && plan.lost < mishaps_max;
}

} // namespace cohort::runtime::council::ablation
