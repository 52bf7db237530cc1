#include "runtime/decomposition/bundles.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <string_view>
#include <utility>

namespace cohort::runtime::decomposition {

namespace {

using analysis::workload;

bundle make_bundle(const workload& load, std::vector<uint32_t> files) {
  bundle result;
  std::sort(files.begin(), files.end());
  for (auto file : files)
    result.effort += load.files[file].effort_seconds;
  result.files = std::move(files);
  return result;
}

/// Merges the two cheapest until at most `count` are left.
std::vector<bundle> merge_cheapest(const workload& load, std::vector<bundle> xs,
                                   size_t count) {
  using entry = std::pair<double, size_t>; // Effort, index.
  std::priority_queue<entry, std::vector<entry>, std::greater<>> cheapest;
  for (size_t i = 0; i < xs.size(); ++i)
    cheapest.emplace(xs[i].effort, i);
  auto take = [&] {
    auto index = cheapest.top().second;
    cheapest.pop();
    return index;
  };
  while (cheapest.size() > std::max<size_t>(count, 1)) {
    auto from = take();
    auto to = take();
    auto& files = xs[to].files;
    // The smaller into the larger, so that a file moves log n times at most.
    if (files.size() < xs[from].files.size())
      files.swap(xs[from].files);
    files.insert(files.end(), xs[from].files.begin(), xs[from].files.end());
    xs[to].effort += std::exchange(xs[from], {}).effort;
    cheapest.emplace(xs[to].effort, to);
  }
  std::vector<bundle> result;
  for (auto& x : xs)
    if (!x.files.empty())
      result.push_back(make_bundle(load, std::move(x.files)));
  return result;
}

/// Largest file first, each into the bin that has least so far.
std::vector<bundle> pack(const workload& load, std::vector<uint32_t> files,
                         size_t bins) {
  std::stable_sort(files.begin(), files.end(), [&](uint32_t x, uint32_t y) {
    return load.files[x].effort_seconds > load.files[y].effort_seconds;
  });
  using entry = std::pair<double, size_t>;
  std::priority_queue<entry, std::vector<entry>, std::greater<>> emptiest;
  for (size_t i = 0; i < bins; ++i)
    emptiest.emplace(0, i);
  std::vector<std::vector<uint32_t>> packed(bins);
  for (auto file : files) {
    auto [effort, bin] = emptiest.top();
    emptiest.pop();
    packed[bin].push_back(file);
    emptiest.emplace(effort + load.files[file].effort_seconds, bin);
  }
  std::vector<bundle> result;
  for (auto& bin : packed)
    if (!bin.empty())
      result.push_back(make_bundle(load, std::move(bin)));
  return result;
}

/// Files that belong together, and how many bundles they become.
struct file_group {
  bundle all;
  size_t bins = 1;

  [[nodiscard]] double effort_per_bin() const {
    return all.effort / static_cast<double>(bins);
  }
};

/// Takes bins from the groups whose bins are cheapest, until `count` are left
/// or every group has one.
void reduce_bins(std::vector<file_group>& groups, size_t count) {
  size_t total = 0;
  using entry = std::pair<double, size_t>; // Effort for each bin, group.
  std::priority_queue<entry, std::vector<entry>, std::greater<>> cheapest;
  auto offer = [&](size_t i) {
    if (groups[i].bins > 1)
      cheapest.emplace(groups[i].effort_per_bin(), i);
  };
  for (size_t i = 0; i < groups.size(); ++i) {
    total += groups[i].bins;
    offer(i);
  }
  for (; total > count && !cheapest.empty(); --total) {
    auto i = cheapest.top().second;
    cheapest.pop();
    --groups[i].bins;
    offer(i);
  }
}

std::vector<bundle> bundle_sources(const workload& load,
                                   const std::vector<uint32_t>& sources,
                                   const grouping& wanted_groups, size_t count,
                                   const bundle_limits& limits) {
  std::map<std::string_view, std::vector<uint32_t>> by_key;
  for (auto file : sources)
    by_key[wanted_groups.keys[file]].push_back(file);
  // Fine enough that half of the bundles can be spread over the workers.
  auto wanted = std::max<size_t>(limits.bundles_max / 2, 1);
  auto files_max = limits.one_file_each
                     ? 1
                     : std::max<size_t>((sources.size() + wanted - 1) / wanted,
                                        1);
  std::vector<file_group> groups;
  for (auto& [key, files] : by_key) {
    auto bins = (files.size() + files_max - 1) / files_max;
    groups.push_back({make_bundle(load, std::move(files)), bins});
  }
  reduce_bins(groups, count);
  std::vector<bundle> result;
  for (auto& group : groups) {
    auto packed = pack(load, std::move(group.all.files), group.bins);
    std::move(packed.begin(), packed.end(), std::back_inserter(result));
  }
  return result.size() > count ? merge_cheapest(load, std::move(result), count)
                               : result;
}

/// Adds to each set the files that follow one of it, and are in none yet.
std::vector<std::vector<uint32_t>>
with_followers(std::vector<std::vector<uint32_t>> sets, const grouping& wanted,
               size_t files) {
  std::vector<size_t> set_of(files, sets.size());
  for (size_t i = 0; i < sets.size(); ++i)
    for (auto file : sets[i])
      set_of[file] = i;
  for (uint32_t file = 0; file < files; ++file)
    if (auto shared = wanted.follows[file];
        set_of[file] == sets.size() && shared && set_of[*shared] < sets.size())
      sets[set_of[*shared]].push_back(file);
  return sets;
}

void sort_by_effort(std::vector<bundle>& xs) {
  std::sort(xs.begin(), xs.end(), [](auto& x, auto& y) {
    return x.effort != y.effort ? x.effort > y.effort
                                : x.files.front() < y.files.front();
  });
}

} // namespace

bundles make_bundles(const workload& load, const grouping& wanted,
                     const bundle_limits& limits) {
  bundles result;
  std::vector<bool> is_placed(load.files.size());
  for (auto& set :
       with_followers(analysis::coupled_files(load, !limits.may_wait), wanted,
                      load.files.size())) {
    for (auto file : set)
      is_placed[file] = true;
    result.shared.push_back(make_bundle(load, std::move(set)));
  }
  std::vector<uint32_t> sources;
  for (uint32_t i = 0; i < load.files.size(); ++i)
    if (!is_placed[i])
      sources.push_back(i);
  auto count = std::max<size_t>(limits.bundles_max, 1);
  if (count == 1 && !sources.empty() && !result.shared.empty()) {
    result.shared.push_back(make_bundle(load, std::move(sources)));
    sources.clear();
  }
  auto for_sources = sources.empty() ? size_t{0} : size_t{1};
  if (result.shared.size() > count - for_sources)
    result.shared = merge_cheapest(load, std::move(result.shared),
                                   count - for_sources);
  if (!sources.empty())
    result.sources = bundle_sources(load, sources, wanted,
                                    count - result.shared.size(), limits);
  sort_by_effort(result.shared);
  sort_by_effort(result.sources);
  return result;
}

std::string leading_type(const workload& load,
                         const std::vector<uint32_t>& files) {
  std::map<std::string, double> efforts;
  for (auto file : files)
    efforts[load.files[file].error_type] += load.files[file].effort_seconds;
  auto most
    = std::max_element(efforts.begin(), efforts.end(),
                       [](auto& x, auto& y) { return x.second < y.second; });
  return most == efforts.end() ? "" : most->first;
}

} // namespace cohort::runtime::decomposition
