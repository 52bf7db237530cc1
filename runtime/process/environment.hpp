#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a child sees of our environment. Pure, apart from
/// `current_environment`.
namespace cohort::runtime::process {

using environment_map = std::map<std::string, std::string, std::less<>>;

/// Returns this process' environment; of entries of one name the first counts,
/// as with getenv; entries that are no NAME=value are left out.
[[nodiscard]] environment_map current_environment();

/// Returns what every child gets of `ours`: the names of `pass` that are set,
/// every COHORT_*, and LC_ALL=C, so that messages can be matched by their
/// words. Of PATH the absolute folders are left, for the child's own children.
[[nodiscard]] environment_map
child_environment(const environment_map& ours,
                  const std::vector<std::string>& pass);

/// Strings as exec wants them, each ended by NUL.
struct string_block {
  std::string text;
  size_t count = 0;

  void add(std::string_view value) {
    text.append(value).push_back('\0');
    ++count;
  }
};

/// Returns `base` with `additions` on top, the later of one name winning,
/// sorted by name. REQUIRES: names and values hold no NUL, names no '='.
[[nodiscard]] string_block environment_block(
  const environment_map& base,
  const std::vector<std::pair<std::string, std::string>>& additions);

} // namespace cohort::runtime::process
