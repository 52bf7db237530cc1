#include <string_view>

#include "config/keys.hpp"
#include "config/load.hpp"

namespace cohort::config {

namespace {

/// Splits "a.b.c" at its dots.
std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> result(1);
  for (auto c : path)
    if (c == '.')
      result.emplace_back();
    else
      result.back() += c;
  return result;
}

std::string indent(size_t depth) {
  return std::string(depth * 2, ' ');
}

} // namespace

std::string to_yaml(const settings& values) {
  std::string out = "# The configuration of cohort: every key with its meaning "
                    "and what is allowed.\n"
                    "# Any may be left out; then its default holds, which is "
                    "what cohort.yaml shows.\n";
  std::vector<std::string> open; // The sections that the last key was in.
  for (auto& key : keys()) {
    auto sections = parts_of(key.path);
    auto name = sections.back();
    sections.pop_back();
    size_t shared = 0;
    while (shared < open.size() && shared < sections.size()
           && open[shared] == sections[shared])
      ++shared;
    if (shared < open.size() || shared < sections.size())
      out += shared == 0 ? "\n" : "";
    for (auto depth = shared; depth < sections.size(); ++depth)
      out += indent(depth) + sections[depth] + ":\n";
    auto space = indent(sections.size());
    out += space + "# " + key.meaning + " (" + key.allowed + ")\n";
    out += space + name + ": " + key.get(values) + '\n';
    open = std::move(sections);
  }
  return out;
}

} // namespace cohort::config
