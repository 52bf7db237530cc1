#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "runtime/council/measures.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

constexpr size_t meetings_max = 2'000'000;

/// What units read of two subtasks.
struct meeting {
  int reports = 0;
  bool first_is_read = false; // A file of the first that is not the unit's own.
  bool second_is_read = false;
  std::string unit;
};

/// A subtask that a unit reads, and whether more than its main file.
using touch = std::pair<size_t, bool>;

using writer_map
  = std::unordered_map<std::string_view, size_t>; // Looked up only.

writer_map writers_of(const pb::Decomposition& plan) {
  writer_map result;
  for (int i = 0; i < plan.subtasks_size(); ++i)
    for (auto& file : plan.subtasks(i).files())
      result.try_emplace(file, static_cast<size_t>(i));
  return result;
}

std::vector<touch> touched_by(const pb::UnitReport& report,
                              const writer_map& writers) {
  std::vector<touch> result;
  for (auto& file : report.reads())
    if (auto found = writers.find(file); found != writers.end())
      result.emplace_back(found->second, file != report.unit());
  // Of each subtask the strongest touch remains.
  std::sort(result.begin(), result.end(), [](auto& x, auto& y) {
    return x.first != y.first ? x.first < y.first : x.second > y.second;
  });
  result.erase(std::unique(result.begin(), result.end(),
                           [](auto& x, auto& y) { return x.first == y.first; }),
               result.end());
  return result;
}

/// A source that is repaired before the header that it reads.
bool is_backward(const decomposition::precedence& order, const touch& x,
                 const touch& y) {
  return x.second != y.second
         && (x.second ? order.is_before(y.first, x.first)
                      : order.is_before(x.first, y.first));
}

clash clash_of(std::pair<size_t, size_t> pair, const meeting& met,
               const decomposition::precedence& order) {
  clash result;
  result.first = pair.first;
  result.second = pair.second;
  if (!met.first_is_read)
    std::swap(result.first, result.second);
  result.is_mutual = met.first_is_read == met.second_is_read;
  result.is_reversed = order.is_before(result.second, result.first);
  result.reports = met.reports;
  result.unit = met.unit;
  return result;
}

} // namespace

std::vector<clash> find_clashes(const pb::ReviewRequest& request) {
  auto writers = writers_of(request.decomposition());
  decomposition::precedence order{
    decomposition::make_graph(request.decomposition())};
  std::map<std::pair<size_t, size_t>, meeting> meetings;
  size_t looked_at = 0;
  for (auto& report : request.evidence().units()) {
    auto touched = touched_by(report, writers);
    for (size_t i = 0; i < touched.size(); ++i)
      for (size_t j = i + 1; j < touched.size(); ++j) {
        if (++looked_at > meetings_max)
          break;
        auto& x = touched[i];
        auto& y = touched[j];
        if (order.are_ordered(x.first, y.first) && !is_backward(order, x, y))
          continue;
        auto& met = meetings[{x.first, y.first}];
        if (met.reports++ == 0)
          met.unit = report.unit();
        met.first_is_read |= x.second;
        met.second_is_read |= y.second;
      }
  }
  std::vector<clash> result;
  for (auto& entry : meetings) {
    auto found = clash_of(entry.first, entry.second, order);
    // Where others read both, an order is as good as any.
    if (!found.is_mutual || !order.are_ordered(found.first, found.second))
      result.push_back(std::move(found));
  }
  return result;
}

double severity_of(const clash& found, const pb::ReviewRequest& request) {
  return 0.5
         + 0.4 * found.reports / std::max(request.evidence().units_size(), 1);
}

} // namespace cohort::runtime::council
