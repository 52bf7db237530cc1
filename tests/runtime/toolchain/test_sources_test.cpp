#include "runtime/toolchain/test_sources.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::test_sources_test {

using namespace cohort::runtime::toolchain;

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

TEST_CASE("paths of tests, and others that only look like them") {
  for (auto* path :
       {"test/a.cc", "lib/tests/a.h", "a_test.cpp", "src/test_a.c",
        "src/FooTest.cpp", "x/foo_unittest.cc", "test.c", "Tests/a.c"})
    CHECK_MESSAGE(is_test_path(path), path);
  for (auto* path :
       {"src/a.cc", "googletest/src/gtest-test-part.cc", "src/latest.cpp",
        "contest/a.cpp", "src/gtest-typed-test.cc", "testimony/a.c"})
    CHECK_MESSAGE(!is_test_path(path), path);
}

TEST_CASE("macros that define cases") {
  CHECK(defines_test("TEST_F"));
  CHECK(defines_test("TEST_CASE"));
  CHECK_FALSE(defines_test("CHECK"));
  CHECK_FALSE(defines_test("TESTING"));
}

} // namespace cohort::tests::test_sources_test
