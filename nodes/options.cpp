#include "nodes/options.hpp"
#include "runtime/workspace/state_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string_view>

#include <unistd.h>

namespace cohort::nodes {

namespace {

std::optional<std::filesystem::path>
config_file(const global_options& options) {
  if (!options.config_file.empty())
    return options.config_file;
  if (auto* named = std::getenv("COHORT_CONFIG"); named && *named)
    return named;
  std::filesystem::path folder;
  if (auto* config = std::getenv("XDG_CONFIG_HOME"); config && *config == '/')
    folder = config;
  else if (auto* home = std::getenv("HOME"); home && *home == '/')
    folder = std::filesystem::path{home} / ".config";
  else
    return std::nullopt;
  auto file = folder / "cohort" / "cohort.yaml";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored))
    return file;
  return std::nullopt;
}

} // namespace

config::load_result load_settings(const global_options& options) {
  config::load_request request;
  request.file = config_file(options);
  request.overrides = options.overrides;
  for (auto** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text{*entry};
    request.variables.emplace_back(text.substr(0, text.find('=')));
  }
  request.natives = options.natives;
  request.environment = [](const char* name) -> const char* {
    return std::getenv(name);
  };
  auto loaded = config::load(request);
  if (!options.state.empty())
    loaded.values.state = std::filesystem::absolute(options.state);
  return loaded;
}

std::filesystem::path state_path(const config::settings& settings) {
  return settings.state.empty()
           ? runtime::workspace::state_folder::default_path()
           : settings.state;
}

bool report_problems(const config::load_result& loaded) {
  for (auto& problem : loaded.problems)
    std::cerr << "cohort: " << problem.describe() << '\n';
  return !loaded.problems.empty();
}

} // namespace cohort::nodes
