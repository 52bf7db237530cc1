#include "runtime/scheduling/admission.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace cohort::runtime::scheduling {

namespace {

/// (ticket, place), sorted.
using ticket_index = std::vector<std::pair<uint64_t, uint32_t>>;

std::string problem_of(const pb::WorkUnit& unit) {
  auto& specialty = unit.specialty();
  if (unit.work_case() == pb::WorkUnit::WORK_NOT_SET)
    return "has no work; set one of its kinds";
  if (specialty.kind() == pb::SPECIALTY_KIND_UNSPECIFIED
      || !pb::SpecialtyKind_IsValid(specialty.kind()))
    return "has no known specialty; set specialty.kind";
  if ((specialty.kind() == pb::SPECIALTY_KIND_CUSTOM)
      == specialty.custom_name().empty())
    return "names its specialty wrongly: a custom one, and only that, has a "
           "name";
  if (std::isnan(unit.rank()))
    return "has a rank that is no number";
  if (unit.has_lease()
      && (unit.lease().seconds() < 0 || unit.lease().nanos() < 0
          || (unit.lease().seconds() == 0 && unit.lease().nanos() == 0)))
    return "has a lease of no time; leave it out or make it positive";
  return "";
}

std::string name_of(const pb::WorkUnit& unit) {
  return "unit " + std::to_string(unit.ticket());
}

ticket_index index_of(const std::vector<pb::WorkUnit>& units) {
  ticket_index result;
  result.reserve(units.size());
  for (uint32_t i = 0; i < units.size(); ++i)
    result.emplace_back(units[i].ticket(), i);
  if (!std::is_sorted(result.begin(), result.end()))
    std::sort(result.begin(), result.end());
  return result;
}

/// The first unit that has the ticket.
std::optional<uint32_t> place_of(const ticket_index& index, uint64_t ticket) {
  auto found = std::lower_bound(index.begin(), index.end(),
                                std::pair<uint64_t, uint32_t>{ticket, 0});
  if (found == index.end() || found->first != ticket)
    return std::nullopt;
  return found->second;
}

void reject_repeated(const std::vector<pb::WorkUnit>& units,
                     const ticket_index& index, admission& out) {
  for (size_t i = 1; i < index.size(); ++i)
    if (index[i].first == index[i - 1].first)
      out.rejected.push_back({index[i].second, errc::invalid_message,
                              name_of(units[index[i].second])
                                + " is submitted twice; tickets are unique"});
}

void connect(const std::vector<pb::WorkUnit>& units, const ticket_index& index,
             admission& out) {
  for (uint32_t i = 0; i < units.size(); ++i)
    for (auto ticket : units[i].depends_on()) {
      if (auto place = place_of(index, ticket))
        out.edges.emplace_back(*place, i);
      else
        out.rejected.push_back(
          {i, errc::invalid_request,
           name_of(units[i]) + " depends on unit " + std::to_string(ticket)
             + ", which is not part of the same submission"});
    }
  std::sort(out.edges.begin(), out.edges.end());
}

/// Those that wait for themselves, directly or not: what neither Kahn's
/// algorithm from the front nor the same from the back can take away lies on a
/// cycle, or between two.
void reject_cycles(const std::vector<pb::WorkUnit>& units, admission& out) {
  std::vector<bool> gone(units.size());
  auto peel = [&](std::vector<std::pair<uint32_t, uint32_t>> edges) {
    std::sort(edges.begin(), edges.end());
    std::vector<uint32_t> missing(units.size());
    for (auto& [from, to] : edges)
      missing[to] += gone[from] ? 0 : 1;
    std::vector<uint32_t> free;
    for (uint32_t i = 0; i < units.size(); ++i)
      if (!gone[i] && missing[i] == 0)
        free.push_back(i);
    while (!free.empty()) {
      auto from = free.back();
      free.pop_back();
      gone[from] = true;
      auto edge = std::lower_bound(edges.begin(), edges.end(),
                                   std::pair<uint32_t, uint32_t>{from, 0});
      for (; edge != edges.end() && edge->first == from; ++edge)
        if (!gone[edge->second] && --missing[edge->second] == 0)
          free.push_back(edge->second);
    }
  };
  peel(out.edges);
  if (std::all_of(gone.begin(), gone.end(), [](bool x) { return x; }))
    return;
  auto backwards = out.edges;
  for (auto& [from, to] : backwards)
    std::swap(from, to);
  peel(std::move(backwards));
  for (uint32_t i = 0; i < units.size(); ++i)
    if (!gone[i])
      out.rejected.push_back({i, errc::invalid_request,
                              name_of(units[i])
                                + " waits for itself: its dependencies form a "
                                  "cycle, or lie between two"});
}

} // namespace

admission admit(const std::vector<pb::WorkUnit>& units) {
  admission result;
  for (uint32_t i = 0; i < units.size(); ++i)
    if (auto problem = problem_of(units[i]); !problem.empty())
      result.rejected.push_back(
        {i, errc::invalid_message, name_of(units[i]) + " " + problem});
  auto index = index_of(units);
  reject_repeated(units, index, result);
  if (std::any_of(units.begin(), units.end(),
                  [](auto& x) { return x.depends_on_size() > 0; })) {
    connect(units, index, result);
    reject_cycles(units, result);
  }
  // The first reason of each unit is enough.
  std::stable_sort(result.rejected.begin(), result.rejected.end(),
                   [](auto& a, auto& b) { return a.unit < b.unit; });
  auto same = [](auto& a, auto& b) { return a.unit == b.unit; };
  result.rejected.erase(std::unique(result.rejected.begin(),
                                    result.rejected.end(), same),
                        result.rejected.end());
  return result;
}

} // namespace cohort::runtime::scheduling
