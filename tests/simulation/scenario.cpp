#include "tests/simulation/scenario.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include <yaml-cpp/yaml.h>

#include "tests/simulation/disasters.hpp"
#include "tests/simulation/invariants.hpp"

namespace cohort::tests::simulation {

namespace {

using reader = std::function<void(const YAML::Node&)>;
using readers = std::map<std::string, reader>;

template <class T>
reader into(T& target) {
  return [&target](const YAML::Node& node) { target = node.as<T>(); };
}

template <class Rep, class Period>
reader into(std::chrono::duration<Rep, Period>& target) {
  return [&target](const YAML::Node& node) {
    target = std::chrono::duration<Rep, Period>{node.as<Rep>()};
  };
}

void read_map(const YAML::Node& node, const readers& known) {
  for (auto entry : node) {
    auto key = entry.first.as<std::string>();
    auto found = known.find(key);
    if (found == known.end())
      throw std::runtime_error("unknown key: " + key);
    found->second(entry.second);
  }
}

reader into(world_settings& target) {
  return [&target](const YAML::Node& node) {
    read_map(node, {{"sources", into(target.sources)},
                    {"headers", into(target.headers)},
                    {"faulty_per_mille", into(target.faulty)},
                    {"stubborn_per_mille", into(target.stubborn)},
                    {"hiding", into(target.hiding)}});
  };
}

reader into(network_settings& target) {
  return [&target](const YAML::Node& node) {
    read_map(node, {{"delay_ms", into(target.delay)},
                    {"loss_per_mille", into(target.loss)},
                    {"duplication_per_mille", into(target.duplication)},
                    {"reordering_per_mille", into(target.reordering)}});
  };
}

void check_names(const scenario& what) {
  for (auto& [name, most] : what.disasters)
    if (!is_disaster(name))
      throw std::runtime_error("unknown disaster: " + name);
  for (auto& name : what.keeps)
    if (!is_invariant(name))
      throw std::runtime_error("unknown invariant: " + name);
}

} // namespace

scenario scenario::undisturbed() const {
  auto result = *this;
  result.network = {};
  result.disasters.clear();
  return result;
}

scenario read_scenario(const std::filesystem::path& file) {
  try {
    scenario result;
    result.name = file.stem().string();
    read_map(YAML::LoadFile(file.string()),
             {{"keeps", into(result.keeps)},
              {"workspace", into(result.workspace)},
              {"tasks", into(result.tasks)},
              {"admission", into(result.admission)},
              {"workers", into(result.workers)},
              {"nodes", into(result.nodes)},
              {"node_workers", into(result.node_workers)},
              {"strategy", into(result.strategy)},
              {"council", into(result.council)},
              {"fallback", into(result.fallback)},
              {"max_attempts", into(result.max_attempts)},
              {"coordinator_restarts", into(result.coordinator_restarts)},
              {"budget_seconds", into(result.budget)},
              {"network", into(result.network)},
              {"window_ms", into(result.window)},
              {"disasters", into(result.disasters)}});
    check_names(result);
    return result;
  } catch (const std::exception& why) {
    throw std::runtime_error(file.string() + ": " + why.what());
  }
}

std::vector<scenario> all_scenarios() {
  std::vector<scenario> result;
  for (auto& entry :
       std::filesystem::directory_iterator{"tests/simulation/scenarios"})
    result.push_back(read_scenario(entry.path()));
  std::sort(result.begin(), result.end(),
            [](auto& a, auto& b) { return a.name < b.name; });
  return result;
}

} // namespace cohort::tests::simulation
