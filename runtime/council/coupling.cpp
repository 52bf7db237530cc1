#include "runtime/council/coupling.hpp"

#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace cohort::runtime::council {

namespace {

/// Union by index within one subtask; the root is the smallest member.
int find(std::vector<int>& parent, int x) {
  while (parent[static_cast<size_t>(x)] != x)
    x = parent[static_cast<size_t>(x)]
      = parent[static_cast<size_t>(parent[static_cast<size_t>(x)])];
  return x;
}

void join(std::vector<int>& parent, int x, int y) {
  x = find(parent, x);
  y = find(parent, y);
  parent[static_cast<size_t>(std::max(x, y))] = std::min(x, y);
}

struct owner {
  size_t subtask;
  int file;
};

} // namespace

std::vector<std::vector<file_group>> file_groups(const pb::Decomposition& plan,
                                                 const pb::Evidence& evidence) {
  auto size = static_cast<size_t>(plan.subtasks_size());
  std::unordered_map<std::string_view, owner> owners; // Looked up only.
  std::vector<std::vector<int>> parents(size);
  for (size_t i = 0; i < size; ++i) {
    auto& files = plan.subtasks(static_cast<int>(i)).files();
    parents[i].resize(static_cast<size_t>(files.size()));
    std::iota(parents[i].begin(), parents[i].end(), 0);
    for (int j = 0; j < files.size(); ++j)
      owners.try_emplace(files[j], owner{i, j});
  }
  std::vector<std::pair<size_t, int>> seen(size, {SIZE_MAX, 0}); // Unit, file.
  for (int unit = 0; unit < evidence.units_size(); ++unit)
    for (auto& file : evidence.units(unit).reads()) {
      auto found = owners.find(file);
      if (found == owners.end())
        continue;
      auto [subtask, index] = found->second;
      if (seen[subtask].first == static_cast<size_t>(unit))
        join(parents[subtask], seen[subtask].second, index);
      seen[subtask] = {static_cast<size_t>(unit), index};
    }
  std::vector<std::vector<file_group>> result(size);
  std::vector<std::vector<size_t>> group_of(size);
  for (size_t i = 0; i < size; ++i) {
    group_of[i].resize(parents[i].size());
    for (size_t j = 0; j < parents[i].size(); ++j) {
      auto root = static_cast<size_t>(find(parents[i], static_cast<int>(j)));
      if (root == j) {
        group_of[i][j] = result[i].size();
        result[i].emplace_back();
      }
      group_of[i][j] = group_of[i][root];
      result[i][group_of[i][j]].files.push_back(static_cast<int>(j));
    }
    for (auto index : plan.subtasks(static_cast<int>(i)).diagnostics()) {
      if (index >= static_cast<uint32_t>(evidence.diagnostics_size()))
        continue;
      auto& place = evidence.diagnostics(static_cast<int>(index)).location();
      auto found = owners.find(place.file());
      if (found != owners.end() && found->second.subtask == i)
        result[i][group_of[i][static_cast<size_t>(found->second.file)]]
          .diagnostics.push_back(index);
    }
  }
  return result;
}

double share_of(const file_group& group, const pb::Subtask& subtask) {
  if (subtask.diagnostics().empty())
    return static_cast<double>(group.files.size()) / subtask.files_size();
  return static_cast<double>(group.diagnostics.size())
         / subtask.diagnostics_size();
}

} // namespace cohort::runtime::council
