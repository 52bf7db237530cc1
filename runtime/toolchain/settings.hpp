#pragma once

#include <string>
#include <vector>

namespace cohort::runtime::toolchain {

struct toolchain_settings {
  /// Which compilers check each unit, beside the build's own: "gcc", "clang".
  /// One that is not installed is left out.
  std::vector<std::string> compilers = {"gcc", "clang"};
  std::string gcc = "g++"; // Programs, looked up in PATH.
  std::string clang = "clang++";
  std::string clang_tidy = "clang-tidy";
  std::string cmake = "cmake";
  std::string ctest = "ctest";
  std::string ctags = "ctags"; // Universal Ctags.
};

} // namespace cohort::runtime::toolchain
