#include "runtime/analysis/log_evidence.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/log_causes.hpp"

namespace cohort::runtime::analysis {

namespace {

/// Where it stands among the evidence; each place once.
auto place_rank(const pb::Diagnostic& x) {
  auto& at = x.location();
  return std::tuple{std::string_view{at.file()},
                    at.line(),
                    at.byte_column(),
                    -static_cast<int>(x.severity()),
                    std::string_view{x.tool()},
                    std::string_view{x.message()}};
}

/// Drops repeats; what only a repeat has is added to the first.
std::vector<log_entry> without_repeats(std::vector<log_entry> entries) {
  std::map<decltype(place_rank({})), size_t> first; // Borrows from `result`.
  std::vector<log_entry> result;
  result.reserve(entries.size()); // So that what is borrowed stays.
  std::vector<std::set<std::string>> units;
  for (auto& entry : entries) {
    auto unit = entry.unit;
    auto known = first.find(place_rank(entry.diagnostic));
    if (known == first.end()) {
      result.push_back(std::move(entry));
      known = first.emplace(place_rank(result.back().diagnostic), units.size())
                .first;
      units.emplace_back();
    } else if (auto& kept = result[known->second]; kept.source_line.empty()) {
      kept.source_line = std::move(entry.source_line);
    }
    if (!unit.empty())
      units[known->second].insert(std::move(unit));
  }
  for (size_t i = 0; i < result.size(); ++i)
    result[i].diagnostic.mutable_units()->Assign(units[i].begin(),
                                                 units[i].end());
  return result;
}

/// Many errors say the same, and the table of types is long.
void set_error_types(std::vector<log_entry>& entries) {
  std::map<std::pair<std::string_view, std::string_view>, std::string_view>
    known;
  for (auto& entry : entries) {
    auto& error = entry.diagnostic;
    auto [type, is_new] = known.try_emplace({error.message(), error.option()});
    if (is_new)
      type->second = error_type(error.message(), error.option());
    error.set_error_type(std::string{type->second});
  }
}

void add_log_group(const std::vector<size_t>& members,
                   const std::vector<log_entry>& entries,
                   const std::vector<uint32_t>& places, pb::Evidence& to) {
  auto& cause = entries[members.front()].diagnostic;
  auto& group = *to.add_groups();
  group.set_id("g" + std::to_string(to.groups_size()));
  group.set_error_type(cause.error_type());
  *group.mutable_cause() = cause.location();
  group.set_message(cause.message());
  for (auto member : members)
    group.add_diagnostics(places[member]);
  std::sort(group.mutable_diagnostics()->begin(),
            group.mutable_diagnostics()->end());
}

} // namespace

pb::Evidence gather_log(std::vector<log_entry> entries) {
  entries = without_repeats(std::move(entries));
  set_error_types(entries);
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t x, size_t y) {
    return place_rank(entries[x].diagnostic)
           < place_rank(entries[y].diagnostic);
  });
  pb::Evidence evidence;
  std::vector<uint32_t> places(entries.size());
  for (auto index : order) {
    places[index] = static_cast<uint32_t>(evidence.diagnostics_size());
    *evidence.add_diagnostics() = entries[index].diagnostic;
  }
  for (auto& members : causes_of_log(entries))
    add_log_group(members, entries, places, evidence);
  return evidence;
}

} // namespace cohort::runtime::analysis
