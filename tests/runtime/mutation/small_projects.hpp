#pragma once

#include <map>
#include <string>

namespace cohort::tests {

/// Projects whose mutants are few enough to be worked out by hand.
using project_files = std::map<std::string, std::string>;

/// 13 mutants: 8 are killed, 2 survive, 3 are not reached. One of those that
/// are killed must be built by itself.
inline const project_files shop{
  {"CMakeLists.txt",
   "cmake_minimum_required(VERSION 3.10)\nproject(shop CXX)\n"
   "enable_testing()\nadd_compile_options(-Wall -Wextra -Werror)\n"
   "add_library(shop shop.cpp)\n"
   "foreach(name price free)\n  add_executable(${name} test_${name}.cpp)\n"
   "  target_link_libraries(${name} shop)\n"
   "  add_test(NAME ${name} COMMAND ${name})\nendforeach()\n"
   "add_test(NAME broken COMMAND free with an argument)\n"},
  {"shop.hpp", "#pragma once\nint price(int count, int each);\n"
               "bool is_free(int total);\nint unused(int a);\n"},
  {"shop.cpp", "#include \"shop.hpp\"\n"
               "int price(int count, int each) {\n"
               "  const int shipping = 5;\n"
               "  if (count == 0) return 0;\n"
               "  return count * each + shipping;\n"
               "}\n"
               "bool is_free(int total) { return total >= 50; }\n"
               "int unused(int a) { return a + 1; }\n"},
  {"test_price.cpp",
   "#include \"shop.hpp\"\nint main() {\n"
   "  return price(2, 10) == 25 && price(0, 7) == 0 ? 0 : 1;\n}\n"},
  {"test_free.cpp", "#include \"shop.hpp\"\nint main(int count, char**) {\n"
                    "  if (count > 1) return 2;\n"
                    "  return is_free(60) && !is_free(10) ? 0 : 1;\n}\n"}};

/// Ten mutants: 9 are killed, one never ends.
inline const project_files halves{
  {"CMakeLists.txt",
   "cmake_minimum_required(VERSION 3.10)\nproject(halves C)\n"
   "enable_testing()\nadd_executable(halves halves.c test_halves.c)\n"
   "add_test(NAME halves COMMAND halves)\n"},
  {"halves.c", "int halves(int n) {\n  int i = 0;\n  while (n > 1) {\n"
               "    n /= 2;\n    i++;\n  }\n  return i;\n}\n"},
  {"test_halves.c", "int halves(int n);\n"
                    "int main(void) { return halves(8) == 3 ? 0 : 1; }\n"}};

} // namespace cohort::tests
