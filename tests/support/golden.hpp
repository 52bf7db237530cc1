#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace cohort::tests {

/// What tests/golden/<name> holds. With REWRITE=1 `text` is agreed to first.
inline std::string golden(const std::string& name, const std::string& text) {
  auto path = "tests/golden/" + name;
  if (std::getenv("REWRITE"))
    std::ofstream{path} << text;
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace cohort::tests
