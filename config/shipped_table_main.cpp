#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "config/complexity.hpp"
#include "config/error_types.hpp"
#include "config/specialties.hpp"

namespace {

/// Writes a table as C++; the exit status.
template <class Table>
int write_table(const Table& table, const char* from, const char* to) {
  for (auto& problem : table.problems)
    std::fprintf(stderr, "%s: %s\n", from, problem.c_str());
  if (!table.problems.empty())
    return 1;
  std::ofstream out{to};
  out << cohort::config::to_cpp(table);
  return out.flush() ? 0 : 1;
}

} // namespace

/// shipped_table KIND IN.yaml OUT.cpp: run by the build.
int main(int argc, char** argv) {
  if (argc == 4) {
    std::ifstream in{argv[2]};
    std::string yaml{std::istreambuf_iterator<char>{in}, {}};
    std::string_view kind{argv[1]};
    if (kind == "error_types")
      return write_table(cohort::config::read_error_types(yaml), argv[2],
                         argv[3]);
    if (kind == "complexity")
      return write_table(cohort::config::read_complexity(yaml), argv[2],
                         argv[3]);
    if (kind == "specialties")
      return write_table(cohort::config::read_specialties(yaml), argv[2],
                         argv[3]);
  }
  std::fputs("usage: shipped_table error_types|complexity|specialties "
             "IN.yaml OUT.cpp\n",
             stderr);
  return 2;
}
