#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

/// What cohort's SARIF 2.1.0 logs have in common. Pure.
namespace cohort::nodes {

/// A file: relative to the workspace where it lies inside.
nlohmann::json sarif_artifact(const std::string& file);

/// The rules that results name, each once, in the order of their first use.
class sarif_rules {
public:
  /// Where the rule stands among all.
  size_t index_of(const std::string& id);

  [[nodiscard]] const nlohmann::json& all() const {
    return rules_;
  }

private:
  std::map<std::string, size_t> index_;
  nlohmann::json rules_ = nlohmann::json::array();
};

/// A log of one run, as text. `properties` are the run's; null: none.
std::string sarif_log(const std::string& workspace_root,
                      const sarif_rules& rules, nlohmann::json results,
                      nlohmann::json properties);

} // namespace cohort::nodes
