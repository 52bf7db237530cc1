#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "config/error_types.hpp"

/// error_types_table IN.yaml OUT.cpp: run by the build.
int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: error_types_table IN.yaml OUT.cpp\n", stderr);
    return 2;
  }
  std::ifstream in{argv[1]};
  std::string yaml{std::istreambuf_iterator<char>{in}, {}};
  auto types = cohort::config::read_error_types(yaml);
  for (auto& problem : types.problems)
    std::fprintf(stderr, "%s: %s\n", argv[1], problem.c_str());
  if (!types.problems.empty())
    return 1;
  std::ofstream out{argv[2]};
  out << to_cpp(types);
  return out.flush() ? 0 : 1;
}
