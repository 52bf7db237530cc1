#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "config/load.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests {

namespace config = cohort::config;

/// A configuration file with that content.
class config_file {
public:
  explicit config_file(const std::string& content) {
    std::ofstream{path(), std::ios::binary} << content;
  }

  [[nodiscard]] std::filesystem::path path() const {
    return folder_.path() / "cohort.yaml";
  }

private:
  temp_folder folder_;
};

inline config::load_result
load_text(const std::string& content,
          std::shared_ptr<const runtime::execution::native_executors> natives
          = nullptr) {
  config_file file{content};
  return config::load({file.path(), {}, {}, {}, std::move(natives)});
}

} // namespace cohort::tests
