#include "runtime/mutation/test_list.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::test_list_test {

using namespace cohort::runtime::mutation;
using cohort::runtime::process::outcome;
using cohort::runtime::process::status;

namespace {

listed_test only(const std::string& properties) {
  auto tests = read_test_list(
    R"({"kind": "ctestInfo", "tests": [{"name": "t", "command": ["/b/t", "-x"],
        "properties": [)"
    + properties + "]}]}");
  REQUIRE(tests);
  return tests->size() == 1 ? tests->front() : listed_test{};
}

outcome exited(int code, std::string out = {}) {
  outcome result;
  result.status = status::exited;
  result.exit_code = code;
  result.out = std::move(out);
  return result;
}

} // namespace

TEST_CASE("a test with all that it names") {
  auto test = only(R"({"name": "WORKING_DIRECTORY", "value": "/b"},
    {"name": "ENVIRONMENT", "value": ["A=1", "B=x=y", "C"]},
    {"name": "TIMEOUT", "value": 5.0}, {"name": "LABELS", "value": ["fast"]})");
  CHECK(test.name == "t");
  CHECK_FALSE(test.needs_ctest);
  auto command = command_of(test, "ctest", "/build");
  CHECK(command.argv == std::vector<std::string>{"/b/t", "-x"});
  CHECK(command.working_directory == "/b");
  REQUIRE(command.environment.size() == 2);
  CHECK(command.environment[1].second == "x=y");
}

TEST_CASE("whether it passed") {
  CHECK(has_passed(only(""), exited(0)));
  CHECK_FALSE(has_passed(only(""), exited(1)));
  CHECK_FALSE(has_passed(only(""), outcome{}));
  auto fails = only(R"({"name": "WILL_FAIL", "value": true})");
  CHECK(has_passed(fails, exited(1)));
  CHECK_FALSE(has_passed(fails, exited(0)));
  auto skips = only(R"({"name": "SKIP_RETURN_CODE", "value": 77})");
  CHECK_FALSE(has_passed(skips, exited(77)));
  CHECK(has_passed(skips, exited(0)));
}

TEST_CASE("what only ctest understands is run by it") {
  auto test = only(R"({"name": "PASS_REGULAR_EXPRESSION", "value": ["ok"]})");
  CHECK(test.needs_ctest);
  auto command = command_of(test, "ctest", "/build");
  CHECK(command.argv == std::vector<std::string>{"ctest", "-I", "1,1,1"});
  CHECK(command.working_directory == "/build");
  CHECK(has_passed(test, exited(0)));
  CHECK_FALSE(has_passed(test, exited(0, "1/1 Test #1: t ....***Skipped")));
  CHECK_FALSE(has_passed(test, exited(8)));
}

TEST_CASE("tests that cannot be run are left out, and keep their number") {
  auto tests = read_test_list(R"({"tests": [
    {"name": "off", "command": ["/b/t"],
     "properties": [{"name": "DISABLED", "value": true}]},
    {"name": "missing", "properties": []},
    {"name": "b", "command": ["/b/t"]}, {"name": "a", "command": ["/b/t"]},
    {"name": "a", "command": ["/b/other"]}]})");
  REQUIRE(tests);
  REQUIRE(tests->size() == 2);
  CHECK(tests->at(0).name == "a");
  CHECK(tests->at(0).index == 4);
  CHECK(tests->at(0).command.front() == "/b/t");
  CHECK(tests->at(1).index == 3);
}

TEST_CASE("what is no list is an error") {
  for (auto* text : {"", "{}", "[]", "{\"tests\": 3}", "nonsense"})
    CHECK_MESSAGE(!read_test_list(text), text);
}

} // namespace cohort::tests::test_list_test
