#include "config/read_entries.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "config/document.hpp"
#include "config/entry_keys.hpp"
#include "config/read_value.hpp"
#include "config/shipped.hpp"
#include "config/specialists.hpp"

namespace cohort::config {

namespace {

constexpr size_t entries_max = 100; // Of a section.
constexpr std::string_view compilers[] = {"gcc", "clang", "clang-tidy"};

bool is_entry_name(std::string_view name) {
  return !name.empty() && name.size() <= 60
         && std::all_of(name.begin(), name.end(), [](char c) {
              return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
                     || c == '-' || c == '_';
            });
}

std::string enumerated(const std::vector<std::string>& names) {
  std::string result;
  for (auto& name : names)
    result += (result.empty() ? "" : ", ") + name;
  return result;
}

template <class Entry>
Entry& add_named(std::vector<Entry>& entries, const std::string& name) {
  auto& result = entries.emplace_back();
  result.name = name;
  return result;
}

} // namespace

bool entries_reader::read(const std::string& section, int line,
                          const YAML::Node& value) {
  bool found = false;
  for_each_section(values_, [&](const std::string& name, auto&&, auto& all) {
    if (name != section)
      return;
    found = true;
    read_section(section, line, value, all);
  });
  return found;
}

template <class Entry>
void entries_reader::read_section(const std::string& section, int line,
                                  const YAML::Node& value,
                                  std::vector<Entry>& entries) {
  if (value.IsNull())
    return;
  if (!value.IsMap())
    return add(line, section, "expected names below it, not a value");
  for (auto item : value) {
    auto at = line_of(item.first);
    auto name = item.first.IsScalar() ? item.first.Scalar() : "";
    auto path = section + '.' + name;
    auto is_known = [&](auto& entry) { return entry.name == name; };
    if (!is_entry_name(name))
      add(at, path, "a name is lower-case letters, digits, - and _");
    else if (std::any_of(entries.begin(), entries.end(), is_known))
      add(at, path, "the name is given twice in its section");
    else if (entries.size() == entries_max)
      return add(at, path,
                 "more than " + std::to_string(entries_max) + " names");
    else
      read_entry(path, at, item.second, add_named(entries, name));
  }
}

template <class Entry>
void entries_reader::read_entry(const std::string& path, int line,
                                const YAML::Node& value, Entry& entry) {
  if (!value.IsMap())
    return add(line, path, "expected keys below it, not a value");
  auto section = path.substr(0, path.find('.'));
  auto can_start = !names_of_shipped(section).empty();
  if (auto adapter = value["adapter"]; adapter && can_start)
    start_from(section, path + ".adapter", adapter, entry);
  std::set<std::string> seen;
  for (auto item : value) {
    auto at = line_of(item.first);
    auto name = item.first.IsScalar() ? item.first.Scalar() : "";
    auto& keys = keys_of(entry);
    auto known = std::find_if(keys.begin(), keys.end(),
                              [&](auto& key) { return key.path == name; });
    if (!seen.insert(name).second)
      add(at, path + '.' + name, "the key is given twice in its section");
    else if (known != keys.end())
      read_value(entry, *known, at, path + '.' + name, item.second, problems_);
    else if (name != "adapter" || !can_start)
      add(at, path + '.' + name, [&] {
        std::vector<std::string> names;
        for (auto& key : keys)
          names.push_back(key.path);
        return "unknown key; here are " + enumerated(names);
      }());
  }
  check_entry(entry, line, path);
}

template <class Entry>
void entries_reader::start_from(const std::string& section,
                                const std::string& path,
                                const YAML::Node& adapter, Entry& entry) {
  auto name = adapter.IsScalar() ? adapter.Scalar() : "";
  auto* shipped = find_shipped(section, name);
  if (shipped == nullptr)
    return add(line_of(adapter), path,
               '\'' + shown(name) + "': expected one of "
                 + enumerated(names_of_shipped(section)));
  auto text = YAML::Load(std::string{shipped->yaml});
  for (auto& key : keys_of(entry))
    if (auto value = text[key.path])
      read_value(entry, key, line_of(adapter), path, value, problems_);
}

void entries_reader::check_entry(const executor_entry& entry, int line,
                                 const std::string& path) {
  if (is_builtin_executor(entry.name, values_))
    add(line, path, "the name is that of an executor of cohort's own");
  if (entry.command.empty() || entry.command.front().empty())
    add(line, path, "expected a command");
}

void entries_reader::check_entry(const specialty_entry& entry, int line,
                                 const std::string& path) {
  auto is_builtin = builtin_specialty(entry.name).has_value();
  if (is_builtin && !entry.words.empty())
    add(line, path + ".words", "cohort knows the words of its own specialties");
  if (entry.check.empty() != entry.files.empty())
    add(line, path, "files and check need each other");
  if (entry.check.empty() && !entry.tests.empty())
    add(line, path, "tests need files and a check");
  if (!is_builtin && entry.executors.empty())
    add(line, path, "expected executors");
  if (!entry.check.empty())
    tools_.push_back({line, path, entry.name});
  for (auto& name : entry.executors)
    executors_.push_back({line, path + ".executors", name});
}

void entries_reader::check_entry(const language_entry& entry, int line,
                                 const std::string& path) {
  if (entry.files.empty() || entry.check.empty())
    add(line, path, "expected files and a check");
  tools_.push_back({line, path, entry.name});
}

void entries_reader::check_relations() {
  std::string natives;
  for (auto& [name, unused] : *values_.natives)
    natives += name + ", ";
  for (auto& [line, path, name] : executors_) {
    auto is_it = [&, wanted = std::string_view{name}](auto& entry) {
      return entry.name == wanted;
    };
    auto& known = values_.executors;
    if (!is_builtin_executor(name, values_)
        && std::none_of(known.begin(), known.end(), is_it))
      add(line, path,
          '\'' + shown(name) + "': expected fixit, clang_tidy, " + natives
            + "or a name below executors");
  }
  std::set<std::string> seen{std::begin(compilers), std::end(compilers)};
  for (auto& tool : tools_)
    if (!seen.insert(tool.name).second)
      add(tool.line, tool.path,
          "the name stands for another check; findings go by it");
}

void entries_reader::add(int line, const std::string& path,
                         const std::string& text) {
  problems_.add(line, path, [&] { return text; });
}

} // namespace cohort::config
