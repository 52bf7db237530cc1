#include "runtime/toolchain/test_sources.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::test_sources_test {

using cohort::runtime::toolchain::is_test_source;

TEST_CASE("a test is known by its folder or its name") {
  for (auto path :
       {"test/a.cpp", "src/Tests/helper.hpp", "unittests/b.c", "a_test.cc",
        "src/parser_tests.cpp", "gtest_unittest.cc", "src/test_parser.cpp",
        "src/test.cpp", "lib/Widget_Test.cxx"}) {
    CAPTURE(path);
    CHECK(is_test_source(path, ""));
  }
}

TEST_CASE("names that only sound like a test are none") {
  for (auto path : {"src/latest.cpp", "src/testing.cpp", "contest/a.cpp",
                    "src/attest_x.cpp", "testdata.h", "tests.md/x", "",
                    "googletest/src/gtest.cc"}) {
    CAPTURE(path);
    CHECK_FALSE(is_test_source(path, ""));
  }
}

TEST_CASE("a source that defines tests is a test, wherever it lies") {
  for (auto text : {"int a;\nTEST(Calc, adds) {\n", "  TEST_F (Calc, adds) {",
                    "TYPED_TEST(A, b) {}", "TEST_CASE(\"adds\") {\r\n",
                    "SCENARIO(\"a\")", "BOOST_AUTO_TEST_CASE(a)"}) {
    CAPTURE(text);
    CHECK(is_test_source("src/calc.cpp", text));
    CHECK_FALSE(is_test_source("src/calc.hpp", text));
  }
}

TEST_CASE("speaking of a test's macro defines none") {
  for (auto text :
       {"// TEST(a, b)", "#define TEST(a, b)", "TESTS(a)", "TEST", "TEST ",
        "x = TEST(1);", "TEST_CASES(a)", "TEST;\n(a)", ""}) {
    CAPTURE(text);
    CHECK_FALSE(is_test_source("src/calc.cpp", text));
  }
}

} // namespace cohort::tests::test_sources_test
