#include "runtime/workspace/edit_table.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "runtime/workspace/edit_order.hpp"

namespace cohort::runtime::workspace {

namespace {

std::vector<std::string> common(const std::vector<std::string>& a,
                                const std::vector<std::string>& b) {
  std::vector<std::string> result;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                        std::back_inserter(result));
  return result;
}

} // namespace

bool is_include_line(std::string_view text) {
  return text.starts_with("#include") && text.find('\n') == text.size() - 1;
}

std::optional<collision>
edit_table::find_collision(const pb::Edit& edit,
                           const std::vector<std::string>& voters) const {
  return is_insertion(edit) ? collide_insertion(edit, voters)
                            : collide_range(edit);
}

std::optional<collision>
edit_table::collide_insertion(const pb::Edit& edit,
                              const std::vector<std::string>& voters) const {
  auto after = ranges_.lower_bound(edit.begin());
  if (after != ranges_.begin()) {
    auto& last = std::prev(after)->second;
    if (last.edit.end() > edit.begin())
      return collision{refusal::overlap, last.owner};
  }
  auto found = insertions_.find(edit.begin());
  if (found == insertions_.end())
    return std::nullopt;
  auto& there = found->second;
  auto fits = is_include_line(edit.replacement())
                ? !there.includes.empty()
                : there.edit.replacement() == edit.replacement()
                    && !common(there.voters, voters).empty();
  if (fits)
    return std::nullopt;
  return collision{refusal::same_place, there.owner};
}

std::optional<collision> edit_table::collide_range(const pb::Edit& edit) const {
  auto after = ranges_.lower_bound(edit.end());
  if (after != ranges_.begin()) {
    auto& last = std::prev(after)->second;
    if (last.edit.end() > edit.begin()
        && place_key(last.edit) != place_key(edit))
      return collision{refusal::overlap, last.owner};
  }
  auto inside = insertions_.upper_bound(edit.begin());
  if (inside != insertions_.end() && inside->first < edit.end())
    return collision{refusal::overlap, inside->second.owner};
  return std::nullopt;
}

void edit_table::add(const pb::Edit& edit,
                     const std::vector<std::string>& voters, size_t owner) {
  if (!is_insertion(edit)) {
    ranges_.try_emplace(edit.begin(), range{edit, owner});
    return;
  }
  auto [found, is_new] = insertions_.try_emplace(edit.begin());
  auto& there = found->second;
  if (is_new)
    there = {edit, owner, 0, voters, {}};
  if (is_include_line(edit.replacement()))
    there.includes.insert(edit.replacement());
  ++there.times;
  there.voters = common(there.voters, voters);
}

std::vector<pb::Edit> edit_table::edits() const {
  std::vector<pb::Edit> result;
  for (auto& [begin, there] : insertions_) {
    auto& text = *result.emplace_back(there.edit).mutable_replacement();
    if (there.includes.empty())
      for (size_t n = 1; n < there.times; ++n)
        text += there.edit.replacement();
    else
      text = std::accumulate(there.includes.begin(), there.includes.end(),
                             std::string{});
  }
  for (auto& [begin, there] : ranges_)
    result.push_back(there.edit);
  std::sort(result.begin(), result.end(),
            [](auto& a, auto& b) { return before(a, b); });
  return result;
}

} // namespace cohort::runtime::workspace
