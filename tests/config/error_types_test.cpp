#include "config/error_types.hpp"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "runtime/analysis/error_pattern.hpp"

namespace cohort::tests::error_types_test {

using namespace cohort;
using config::read_error_types;

namespace {

std::vector<std::string> problems(const std::string& yaml) {
  return read_error_types(yaml).problems;
}

const std::string fine = "options: [{unused: [unused]}]\n";

} // namespace

TEST_CASE("the table that ships is without problems, and is compiled in") {
  std::ifstream in{"config/error_types.yaml"};
  auto types = read_error_types({std::istreambuf_iterator<char>{in}, {}});
  CHECK(types.problems == std::vector<std::string>{});
  auto compiled = runtime::analysis::message_patterns();
  REQUIRE(types.messages.size() == compiled.size());
  for (size_t i = 0; i < compiled.size(); ++i) {
    CHECK(types.messages[i].pattern == compiled[i].pattern);
    CHECK(types.messages[i].type == compiled[i].type);
  }
  CHECK(types.options.size() == runtime::analysis::option_patterns().size());
}

TEST_CASE("rows keep the order of the file") {
  auto types = read_error_types(
    fine + "messages:\n  - b: [x, \"y * 'z'\"]\n  - a: [w]\n  - b: [v]\n");
  REQUIRE(types.messages.size() == 4);
  CHECK(types.messages[1].pattern == "y * 'z'");
  CHECK(types.messages[2].type == "a");
  CHECK(types.messages[3].type == "b");
  CHECK(types.options[0].type == "unused");
}

TEST_CASE("every problem is told, with its line") {
  auto found = problems(fine
                        + "messages:\n  - Big: [x]\n  - a: x\n  - a: []\n"
                          "  - a: [\"\"]\n  - [a]\n  - a: [\"\xc3\xa9\"]\n");
  REQUIRE(found.size() == 6);
  CHECK(found[0]
        == "line 3: 'Big': a type is lower-case letters and underscores");
  CHECK(found[1] == "line 4: 'a': expected a list of patterns");
  CHECK(found[3] == "line 6: a pattern is printable ASCII");
  CHECK(found[4] == "line 7: expected one type with its patterns");
}

TEST_CASE("a row that an earlier one hides is a problem") {
  CHECK(problems(fine
                 + "messages:\n  - a: [\"expected\"]\n"
                   "  - b: [\"expected ';'\"]\n")
        == std::vector<std::string>{
          "line 4: 'expected ';'': never reached, 'expected' matches all that "
          "it does"});
  CHECK(problems(fine + "messages: [{a: [\"x*y\"]}, {b: [\"y*x\"]}]").empty());
}

TEST_CASE("what is no table is a problem, not an exception") {
  for (auto* yaml : {"", "a", "messages: []", "messages: 1\noptions: 2",
                     "messages: [\noptions", "[messages, options]"})
    CHECK(!problems(yaml).empty());
}

TEST_CASE("patterns are written as C++ strings") {
  auto text
    = to_cpp(read_error_types(fine + R"(messages: [{a: ["say \"x\\y\""]}])"));
  CHECK(text.find(R"({"say \"x\\y\"", "a"},)") != std::string::npos);
}

} // namespace cohort::tests::error_types_test
