#include <doctest/doctest.h>

#include <map>
#include <string>

#include "runtime/toolchain/junit.hpp"
#include "tests/runtime/toolchain/recorded.hpp"

namespace cohort::tests::junit_test {

using cohort::runtime::toolchain::read_junit;

using verdicts = std::map<std::string, bool>;

TEST_CASE("of ctest's file every test that was wanted has a verdict") {
  CHECK(read_junit(cohort::tests::recorded("ctest.junit"))
        == verdicts{{"good", true},
                    {"bad & <b> \"q\"", false},
                    {"missing", false},
                    {"slow", false},
                    {"segv", false},
                    {"nofix", false},
                    {"fx", false}});
}

TEST_CASE("of one name all must pass") {
  CHECK(
    read_junit(
      R"(<testcase name="a" status="run"/><testcase name="a" status="fail"/>)"
      R"(<testcase name="a" status="run">)")
    == verdicts{{"a", false}});
}

TEST_CASE("names are unescaped, and mended where they are not UTF-8") {
  CHECK(
    read_junit(
      "<testcase status='run' name='&lt;a&gt; &amp;amp; &#65;&#x42; &bad; &'/>"
      "<testcase status=\"run\" name=\"caf\xe9\"/>")
    == verdicts{{"<a> &amp; AB &bad; &", true}, {"caf?", true}});
}

TEST_CASE("a tag's end inside a value does not end it") {
  CHECK(read_junit(R"(<testcase name="a > b" status="run"></testcase>)")
        == verdicts{{"a > b", true}});
}

TEST_CASE("text that is not ctest's has no tests") {
  CHECK(read_junit("").empty());
  CHECK(read_junit("<testcase").empty());
  CHECK(read_junit("<testcase name=\"a").empty());
  CHECK(read_junit("<testcase name=\"\" status=\"run\"/>").empty());
  CHECK(read_junit("<testcase name status>").empty());
  CHECK(read_junit(std::string(1000, '\0')).empty());
}

TEST_CASE("a test without a status did not pass") {
  CHECK(read_junit("<testcase name=\"a\"/>") == verdicts{{"a", false}});
}

TEST_CASE("megabytes without an end are read in one go") {
  for (auto unit : {"<testcase ", "<testcase name=\"a\" status=\"notrun\">",
                    "&", "\"", "="}) {
    std::string text = "<testcase name=\"";
    while (text.size() < 3'000'000)
      text += unit;
    CAPTURE(unit);
    CHECK(read_junit(text).size() <= 2);
  }
}

} // namespace cohort::tests::junit_test
