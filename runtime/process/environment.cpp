#include "runtime/process/environment.hpp"

#include <algorithm>

#include <unistd.h>

namespace cohort::runtime::process {

environment_map current_environment() {
  environment_map result;
  for (auto** entry = environ; entry && *entry; ++entry) {
    std::string_view text{*entry};
    auto equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0)
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

namespace {

/// A relative folder would be looked up in a tree that is not ours to trust.
std::string absolute_folders(std::string_view path) {
  std::string result;
  for (size_t begin = 0; begin < path.size();) {
    auto end = std::min(path.find(':', begin), path.size());
    if (path[begin] == '/')
      result.append(result.empty() ? "" : ":")
        .append(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

} // namespace

environment_map child_environment(const environment_map& ours,
                                  const std::vector<std::string>& pass) {
  constexpr std::string_view always = "COHORT_";
  environment_map result{{"LC_ALL", "C"}}; // Not to be replaced by ours.
  for (auto& name : pass)
    if (auto found = ours.find(name); found != ours.end())
      result.insert(*found);
  for (auto next = ours.lower_bound(always);
       next != ours.end() && next->first.starts_with(always); ++next)
    result.insert(*next);
  if (auto path = result.find("PATH"); path != result.end())
    path->second = absolute_folders(path->second);
  return result;
}

string_block environment_block(
  const environment_map& base,
  const std::vector<std::pair<std::string, std::string>>& additions) {
  std::map<std::string_view, std::string_view> merged;
  for (auto& [name, value] : base)
    merged[name] = value;
  for (auto& [name, value] : additions)
    merged[name] = value;
  string_block result;
  std::string entry;
  for (auto& [name, value] : merged) {
    entry.assign(name).append(1, '=').append(value);
    result.add(entry);
  }
  return result;
}

} // namespace cohort::runtime::process
