#include "config/load.hpp"

#include <map>
#include <string>
#include <string_view>

#include "config/entry_keys.hpp"
#include "config/keys.hpp"
#include "config/problem.hpp"
#include "config/read_file.hpp"

namespace cohort::config {

namespace {

/// "a,b" is a list of two words, "" one of none.
std::vector<std::string> words_of(const settings_key& key,
                                  std::string_view text) {
  if (!key.is_list)
    return {std::string{text}};
  std::vector<std::string> result;
  while (!text.empty()) {
    auto comma = text.find(',');
    result.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos)
      break;
    text.remove_prefix(comma + 1);
    if (text.empty())
      result.emplace_back(); // After a last comma: not allowed anywhere.
  }
  return result;
}

void set_from_text(const settings_key& key, const std::string& source,
                   std::string_view text, load_result& out) {
  if (!key.set(out.values, words_of(key, text)))
    out.problems.push_back(
      {source, 0, key.path, not_allowed(key.allowed, text)});
}

void set_override(const std::string& text, load_result& out) {
  auto equals = text.find('=');
  auto path = text.substr(0, equals);
  if (equals == std::string::npos)
    out.problems.push_back(
      {"--set", 0, "", shown(text) + ": expected KEY=VALUE"});
  else if (auto* known = find_key(path))
    set_from_text(*known, "--set", std::string_view{text}.substr(equals + 1),
                  out);
  else if (is_section(path))
    out.problems.push_back(
      {"--set", 0, path, "a section; set one of its keys"});
  else if (is_in_entries(path))
    out.problems.push_back(
      {"--set", 0, shown(path), "only a file names such entries (--config)"});
  else
    out.problems.push_back({"--set", 0, shown(path), unknown_key(path)});
}

/// "COHORT_TOOLCHAIN__GCC" as "COHORTTOOLCHAINGCC".
std::string letters_of(std::string name) {
  std::erase(name, '_');
  return name;
}

void check_variables(const std::vector<std::string>& names, load_result& out) {
  std::map<std::string, std::string> known; // By their letters.
  for (auto& key : keys())
    known.emplace(letters_of(variable_of(key)), variable_of(key));
  for (auto& name : names) {
    if (!name.starts_with("COHORT_"))
      continue;
    auto meant = known.find(letters_of(name));
    if (meant != known.end() && meant->second != name)
      out.problems.push_back(
        {shown(name), 0, "",
         "unknown variable; did you mean " + meant->second + '?'});
    else if (meant == known.end() && name.find("__") != name.npos)
      out.problems.push_back(
        {shown(name), 0, "",
         "unknown variable; `cohort config show` lists all keys, and "
         "COHORT_TOOLCHAIN__GCC is toolchain.gcc"});
  }
}

/// What settings must be to each other.
void check_relations(load_result& out) {
  auto& cluster = out.values.cluster;
  if (cluster.failure_timeout < 3 * cluster.heartbeat_interval)
    out.problems.push_back(
      {"all together", 0, "cluster.failure_timeout_ms",
       std::to_string(cluster.failure_timeout.count())
         + " with a heartbeat every "
         + std::to_string(cluster.heartbeat_interval.count())
         + ": allowed is the time of three heartbeats and more"});
}

} // namespace

load_result load(const load_request& request) {
  load_result result;
  auto set_natives = [&] {
    if (request.natives)
      result.values.natives = request.natives;
  };
  set_natives();
  if (request.file)
    read_file(*request.file, result);
  if (request.environment)
    for (auto& key : keys()) {
      auto name = variable_of(key);
      if (auto* value = request.environment(name.c_str()))
        set_from_text(key, name, value, result);
    }
  check_variables(request.variables, result);
  for (auto& text : request.overrides)
    set_override(text, result);
  check_relations(result);
  if (!result.problems.empty()) {
    result.values = settings{};
    set_natives();
  }
  return result;
}

} // namespace cohort::config
