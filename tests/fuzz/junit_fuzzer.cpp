#include <algorithm>
#include <map>
#include <string>

#include "runtime/toolchain/junit.hpp"
#include "tests/fuzz/input.hpp"

namespace {

std::string escaped(const std::string& name) {
  std::string result;
  for (auto c : name)
    result += c == '&'   ? "&amp;"
              : c == '<' ? "&lt;"
              : c == '>' ? "&gt;"
              : c == '"' ? "&quot;"
                         : std::string(1, c);
  return result;
}

/// As ctest writes it.
std::string write_junit(const std::map<std::string, bool>& tests) {
  std::string result = "<testsuite>\n";
  for (auto& [name, passed] : tests)
    result += "\t<testcase name=\"" + escaped(name) + "\" status=\""
              + (passed ? "run" : "fail") + "\">\n\t</testcase>\n";
  return result + "</testsuite>\n";
}

} // namespace

/// A JUnit file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cohort::runtime::toolchain;
  using namespace cohort::tests;
  auto tests = read_junit(input_text(data, size));
  for (auto& [name, passed] : tests)
    require(!name.empty() && is_utf8(name), "a test's name is UTF-8");
  require(read_junit(write_junit(tests)) == tests,
          "a file of the same tests reads the same");
  return 0;
}
