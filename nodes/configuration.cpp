#include <iostream>

#include "nodes/verbs.hpp"

namespace cohort::nodes {

int show_config(const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  std::cout << config::to_yaml(loaded.values);
  return 0;
}

int validate_config(const global_options& global) {
  return report_problems(load_settings(global)) ? 2 : 0;
}

} // namespace cohort::nodes
