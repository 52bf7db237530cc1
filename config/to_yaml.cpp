#include <string_view>

#include "config/entry_keys.hpp"
#include "config/load.hpp"
#include "config/shipped.hpp"

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

/// What entries of a section may hold, as comments.
template <class Entry>
std::string explained(std::string_view section) {
  std::string out;
  if (auto shipped = names_of_shipped(section); !shipped.empty()) {
    out += "#   adapter: what cohort ships to start from (one of";
    for (auto& name : shipped)
      out += ' ' + name;
    out += ")\n";
  }
  for (auto& key : keys_of(Entry{}))
    out += "#   " + key.path + ": " + key.meaning + " (" + key.allowed + ")\n";
  return out;
}

/// A section of entries; only what differs from the default is printed.
template <class Entry>
std::string entries_to_yaml(const std::string& section,
                            const std::string& meaning,
                            const std::vector<Entry>& entries) {
  auto out = "\n# " + meaning + "; an entry has:\n" + explained<Entry>(section)
             + section + ':' + (entries.empty() ? " {}\n" : "\n");
  const Entry plain;
  for (auto& entry : entries) {
    out += indent(1) + entry.name + ":\n";
    for (auto& key : keys_of(entry))
      if (auto value = key.get(entry); value != key.get(plain))
        out += indent(2) + key.path + ": " + value + '\n';
  }
  return out;
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
  for_each_section(values, [&](auto&&... section) {
    out += entries_to_yaml(section...);
  });
  return out;
}

} // namespace cohort::config
