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

/// Entries by the place at which they stand among the evidence; those that tell
/// the same are next to each other, the first of the log first.
class places_of_log {
public:
  explicit places_of_log(const std::vector<log_entry>& entries)
    : entries_{entries} {
    std::map<std::string_view, uint32_t> files; // Compared once, not each time.
    for (auto& entry : entries)
      files.try_emplace(entry.diagnostic.location().file());
    uint32_t rank = 0;
    for (auto& [unused, number] : files)
      number = rank++;
    for (auto& entry : entries)
      files_.push_back(files.at(entry.diagnostic.location().file()));
  }

  [[nodiscard]] std::vector<size_t> sorted() const {
    std::vector<size_t> order(entries_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t x, size_t y) {
      return std::tuple{rank(x), x} < std::tuple{rank(y), y};
    });
    return order;
  }

  [[nodiscard]] bool is_repeat(size_t x, size_t y) const {
    return rank(x) == rank(y);
  }

private:
  using place_rank = std::tuple<uint32_t, uint32_t, uint32_t, int,
                                std::string_view, std::string_view>;

  [[nodiscard]] place_rank rank(size_t index) const {
    auto& error = entries_[index].diagnostic;
    return {files_[index],
            error.location().line(),
            error.location().byte_column(),
            -static_cast<int>(error.severity()),
            error.tool(),
            error.message()};
  }

  const std::vector<log_entry>& entries_;
  std::vector<uint32_t> files_; // Of each entry, in their order.
};

/// What is left without repeats, in the order of the log.
struct distinct_entries {
  std::vector<log_entry> entries;
  std::vector<size_t> order; // By place.
};

/// What only a repeat has is added to the first.
distinct_entries without_repeats(std::vector<log_entry> all) {
  places_of_log places{all};
  auto order = places.sorted();
  std::vector<size_t> firsts; // By place.
  std::set<std::string> units;
  for (size_t i = 0; i < order.size(); ++i) {
    auto& entry = all[order[i]];
    if (i == 0 || !places.is_repeat(order[i], order[i - 1]))
      firsts.push_back(order[i]);
    auto& first = all[firsts.back()];
    if (first.source_line.empty())
      first.source_line = entry.source_line;
    if (!entry.unit.empty())
      units.insert(entry.unit);
    if (i + 1 == order.size() || !places.is_repeat(order[i], order[i + 1])) {
      first.diagnostic.mutable_units()->Assign(units.begin(), units.end());
      units.clear();
    }
  }
  std::vector<bool> is_first(all.size());
  for (auto index : firsts)
    is_first[index] = true;
  std::vector<size_t> number(all.size());
  size_t kept = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    number[i] = kept;
    if (is_first[i] && kept++ != i)
      all[number[i]] = std::move(all[i]);
  }
  all.resize(kept);
  distinct_entries result{std::move(all), {}};
  for (auto index : firsts)
    result.order.push_back(number[index]);
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
                   const std::vector<uint32_t>& places, pb::Evidence& to) {
  auto& cause = to.diagnostics(static_cast<int>(places[members.front()]));
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

pb::Evidence gather_log(std::vector<log_entry> all) {
  auto [entries, order] = without_repeats(std::move(all));
  set_error_types(entries);
  auto causes = causes_of_log(entries);
  pb::Evidence evidence;
  evidence.mutable_diagnostics()->Reserve(static_cast<int>(entries.size()));
  std::vector<uint32_t> places(entries.size());
  for (auto index : order) {
    places[index] = static_cast<uint32_t>(evidence.diagnostics_size());
    *evidence.add_diagnostics() = std::move(entries[index].diagnostic);
  }
  for (auto& members : causes)
    add_log_group(members, places, evidence);
  return evidence;
}

} // namespace cohort::runtime::analysis
