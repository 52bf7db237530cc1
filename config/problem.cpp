#include "config/problem.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "config/entry_keys.hpp"

namespace cohort::config {

namespace {

constexpr size_t shown_max = 60;
constexpr size_t path_max = 120; // No key is nearly as long.

/// Levenshtein's.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

/// How far a known path is from what was written. The right word in the wrong
/// section is near, however long the sections' names are.
size_t distance_to(std::string_view known, std::string_view path) {
  auto far = distance(path, known);
  return last_part(path) == last_part(known) ? std::min<size_t>(far, 1) : far;
}

/// Keys and sections, each once.
std::set<std::string_view> known_paths() {
  std::set<std::string_view> result;
  for (auto& key : keys()) {
    std::string_view path = key.path;
    for (auto dot = path.find('.'); dot != std::string_view::npos;
         dot = path.find('.', dot + 1))
      result.insert(path.substr(0, dot));
    result.insert(path);
  }
  const settings none;
  for_each_section(none, [&](std::string_view name, auto&&...) {
    result.insert(name);
  });
  return result;
}

} // namespace

std::string problem::describe() const {
  auto result = source;
  if (line > 0)
    result += ':' + std::to_string(line);
  if (!key.empty())
    result += ": " + key;
  return result + ": " + text;
}

std::string shown(std::string_view text) {
  std::string result{text.substr(0, shown_max)};
  for (auto& c : result)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
      c = '?';
  return text.size() > shown_max ? result + "..." : result;
}

std::string unknown_key(std::string_view path) {
  static const auto known = known_paths();
  std::string_view nearest;
  auto best = last_part(path).size() / 3 + 2;
  if (path.size() <= path_max)
    for (auto& candidate : known)
      if (auto far = distance_to(candidate, path); far < best) {
        best = far;
        nearest = candidate;
      }
  return nearest.empty()
           ? "unknown key; `cohort config show` lists all"
           : "unknown key; did you mean " + std::string{nearest} + "?";
}

std::string not_allowed(const std::string& allowed, std::string_view given) {
  return '\'' + shown(given) + "': expected " + allowed;
}

} // namespace cohort::config
