#include <doctest/doctest.h>

#include <algorithm>

#include "runtime/quality/inspection/inspect_change.hpp"

namespace cohort::tests::inspection_test {

namespace {

using namespace cohort::runtime::quality;
using rules = std::vector<std::string>;

rules rules_of(const std::vector<pb::Objection>& objections) {
  rules result;
  for (auto& one : objections)
    result.push_back(one.rule());
  std::sort(result.begin(), result.end());
  return result;
}

rules tests_of(const std::string& file, const std::string& before,
               const std::string& after) {
  return rules_of(weakened_tests({{file, before, after}}));
}

rules doors_of(const std::string& file, const std::string& before,
               const std::string& after) {
  return rules_of(opened_doors({{file, before, after}}));
}

const std::string sums = R"(#include <gtest/gtest.h>
TEST(Sum, Small) {
  EXPECT_EQ(sum(2, 2), 4);
  EXPECT_TRUE(is_even(4));
}
TEST(Sum, Large) { ASSERT_EQ(sum(200, 2), 202) << "large"; }
)";

std::string with(std::string text, const std::string& what,
                 const std::string& instead) {
  auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), instead);
}

} // namespace

TEST_SUITE_BEGIN("weakened tests");

TEST_CASE("an assertion that is gone, also in a comment or behind #if") {
  auto gone = rules{"removed-assertion"};
  auto line = std::string{"  EXPECT_TRUE(is_even(4));\n"};
  CHECK(tests_of("sum_test.cc", sums, with(sums, line, "")) == gone);
  CHECK(tests_of("sum_test.cc", sums, with(sums, line, "// " + line)) == gone);
  CHECK(tests_of("sum_test.cc", sums,
                 with(sums, line, "#if 1\n#else\n" + line + "#endif\n"))
        == gone);
  CHECK(tests_of("sum_test.cc", sums,
                 with(sums, line, "#if 0\n" + line + "#endif\n"))
        == gone);
}

TEST_CASE("an assertion that expects something else") {
  auto found
    = weakened_tests({{"sum_test.cc", sums, with(sums, "2), 4)", "2), 5)")}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].rule() == "changed-expectation");
  CHECK(found[0].location().file() == "sum_test.cc");
  CHECK(found[0].message()
        == "EXPECT_EQ ( sum ( 2 , 2 ) , 4 ) has become "
           "EXPECT_EQ ( sum ( 2 , 2 ) , 5 )");
  auto changed = rules{"changed-expectation"};
  CHECK(tests_of("sum_test.cc", sums, with(sums, "EXPECT_EQ(", "EXPECT_NE("))
        == changed);
  CHECK(tests_of("sum_test.cc", sums, with(sums, "EXPECT_TRUE", "EXPECT_FALSE"))
        == changed);
  // What speaks of nothing is no assertion.
  CHECK(tests_of("sum_test.cc", sums, with(sums, "is_even(4)", "true"))
        == rules{"removed-assertion"});
  CHECK(tests_of("sum_test.cc", sums, with(sums, "sum(2, 2), 4", "4, 4"))
        == rules{"removed-assertion"});
}

TEST_CASE("a test that is gone, a file of tests that is") {
  CHECK(tests_of("sum_test.cc", sums, "#include <gtest/gtest.h>\n")
        == rules{"removed-assertion", "removed-assertion", "removed-assertion",
                 "removed-test", "removed-test"});
  CHECK(rules_of(weakened_tests({{"sum_test.cc", sums, std::nullopt}})).size()
        == 5);
}

TEST_CASE("tests that are switched off") {
  auto off = rules{"skipped-test"};
  auto gtest = [&](const std::string& what, const std::string& instead) {
    return tests_of("sum_test.cc", sums, with(sums, what, instead));
  };
  CHECK(gtest("Sum, Large", "Sum, DISABLED_Large") == off);
  CHECK(gtest("Small) {", "Small) { GTEST_SKIP();") == off);
  std::string doctest = "TEST_CASE(\"sums\") { CHECK(sum(1) == 1); }\n";
  CHECK(tests_of("a_test.cpp", doctest,
                 with(doctest, "\"sums\"", "\"sums\" * doctest::skip()"))
        == off);
  CHECK(tests_of("a_test.cpp", doctest,
                 with(doctest, "\"sums\"", "\"sums\" * doctest::may_fail()"))
        == off);
  CHECK(tests_of("a_test.cpp", doctest,
                 with(doctest, "\"sums\"", "\"sums\", \"[.slow]\""))
        == off);
  CHECK(tests_of("a_test.cpp", doctest,
                 with(doctest, "{ CHECK", "{ parser.skip(); CHECK"))
        == rules{});
}

TEST_CASE("a build that runs fewer tests") {
  std::string cmake = "enable_testing()\nadd_test(NAME a COMMAND a)\n"
                      "add_test(NAME b COMMAND b)\n";
  auto fewer = rules{"unregistered-test"};
  CHECK(tests_of("CMakeLists.txt", cmake,
                 with(cmake, "add_test(NAME b COMMAND b)\n", ""))
        == fewer);
  CHECK(tests_of("CMakeLists.txt", cmake, with(cmake, "add_test(NAME b", "# "))
        == fewer);
  CHECK(tests_of("test/CMakeLists.txt", cmake,
                 cmake + "set_tests_properties(a PROPERTIES WILL_FAIL ON)\n")
        == rules{"skipped-test"});
  // From one file to another.
  CHECK(weakened_tests({{"CMakeLists.txt", cmake, "enable_testing()\n"},
                        {"test/CMakeLists.txt", std::nullopt,
                         "add_test(NAME a COMMAND a)\n"
                         "add_test(NAME b COMMAND b)\n"}})
          .empty());
}

TEST_CASE("a program that ends itself before its tests ran") {
  std::string library = "int sum(int a, int b) { return a + b; }\n";
  auto attack = library + "static int now = (std::exit(0), 1);\n";
  CHECK(tests_of("src/sum.cc", library, attack) == rules{"early-exit"});
  CHECK(rules_of(weakened_tests({{"src/new.cc", std::nullopt, attack}}))
        == rules{"early-exit"});
  CHECK(tests_of("sum_test.cc", sums, sums + "int now = (_exit(0), 1);\n")
        == rules{"early-exit"});
  std::string program = "int main() { return run(); }\n";
  CHECK(tests_of("src/main.cc", program,
                 "int main() { if (!run()) exit(1); return 0; }\n")
        == rules{});
}

TEST_CASE("honest changes raise no objection") {
  auto honest = [](const std::string& file, const std::string& before,
                   const std::string& after) {
    auto found = weakened_tests({{file, before, after}});
    auto doors = opened_doors({{file, before, after}});
    for (auto& one : found)
      MESSAGE(one.rule() << ": " << one.message());
    for (auto& one : doors)
      MESSAGE(one.rule() << ": " << one.message());
    return found.empty() && doors.empty();
  };
  CHECK(honest("sum_test.cc", sums,
               sums + "TEST(Sum, None) { EXPECT_EQ(sum(0, 0), 0); }\n"));
  CHECK(honest("sum_test.cc", sums, with(sums, "Sum, Large", "Sum, OfTwo")));
  CHECK(honest("sum_test.cc", sums, with(sums, "sum(2, 2)", "add(2, 2)")));
  CHECK(honest("sum_test.cc", sums,
               with(sums, "EXPECT_TRUE(is_even(4));",
                    "EXPECT_TRUE(is_even(4)) << 4;")));
  CHECK(honest("sum_test.cc", sums,
               with(sums, "EXPECT_TRUE(is_even(4));",
                    "EXPECT_THAT(4, IsEven());")));
  CHECK(honest("sum_test.cc", sums, with(sums, "EXPECT_EQ", "ASSERT_EQ")));
  std::string cmake = "project(a CXX)\nadd_library(a a.cc)\nenable_testing()\n"
                      "add_test(NAME a COMMAND a)\n";
  CHECK(honest("CMakeLists.txt", cmake, with(cmake, "a.cc", "a.cc b.cc")));
  CHECK(
    honest("CMakeLists.txt", cmake, cmake + "add_test(NAME b COMMAND b)\n"));
  CHECK(honest("CMakeLists.txt", cmake,
               cmake + "target_compile_options(a PRIVATE -Wall -Wextra)\n"));
  CHECK(honest("CMakeLists.txt", cmake,
               with(cmake, "project",
                    "cmake_minimum_required(VERSION 3.20)\n"
                    "project")));
  CHECK(honest("src/a.cc", "int f() { return 1; }\n",
               "int f() { return 2; }\nint g() { assert(f()); return 3; }\n"));
}

TEST_CASE("a file of tests may be split in two") {
  auto middle = sums.find("TEST(Sum, Large)");
  CHECK(weakened_tests({{"sum_test.cc", sums, sums.substr(0, middle)},
                        {"large_test.cc", std::nullopt, sums.substr(middle)}})
          .empty());
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("opened doors");

TEST_CASE("keys in added lines, by their forms") {
  auto secret = rules{"secret"};
  CHECK(doors_of("a.pem", "", "-----BEGIN RSA PRIVATE KEY-----\n") == secret);
  CHECK(doors_of("a.cc", "", "auto k = \"AKIAABCDEFGHIJKLMNOP\";\n") == secret);
  CHECK(doors_of("a.cc", "", "x = ghp_" + std::string(36, 'a') + ";\n")
        == secret);
  // What was there is not this change's.
  std::string old = "auto k = \"AKIAABCDEFGHIJKLMNOP\";\n";
  CHECK(doors_of("a.cc", old, old + "int x;\n") == rules{});
  CHECK(doors_of("a.cc", "", "auto AKIA = 1; // -----BEGIN CERTIFICATE-----\n")
        == rules{});
  CHECK(doors_of("a.cc", "", "MY_AKIAABCDEFGHIJKLMNOP\n") == rules{});
}

TEST_CASE("what a build file runs, fetches or silences") {
  auto line = [](const std::string& text) {
    return doors_of("cmake/x.cmake", "", text + '\n');
  };
  CHECK(line("execute_process(COMMAND sh -c evil)")
        == rules{"outside-program"});
  CHECK(line("file( DOWNLOAD http://x y)") == rules{"outside-program"});
  CHECK(line("# execute_process(COMMAND sh)") == rules{});
  CHECK(line("set( CMAKE_CXX_COMPILER /tmp/wrapper )")
        == rules{"outside-program"});
  CHECK(line("set(CMAKE_CXX_COMPILER_LAUNCHER /tmp/wrapper)")
        == rules{"outside-program"});
  CHECK(line("set(CMAKE_CXX_FLAGS \"-O2 -w\")") == rules{"silenced-compiler"});
  CHECK(line("add_compile_options(-fpermissive)")
        == rules{"silenced-compiler"});
  CHECK(line("add_compile_options(-Wall -Wshadow)") == rules{});
  CHECK(doors_of("src/a.cc", "", "execute_process();\n") == rules{});
}

TEST_CASE("names that look like options") {
  auto named = [](const std::string& file) {
    return rules_of(opened_doors({{file, std::nullopt, ""}}));
  };
  CHECK(named("-o.cpp") == rules{"odd-file-name"});
  CHECK(named("src/--help.cpp") == rules{"odd-file-name"});
  CHECK(named("a\nb.cpp") == rules{"odd-file-name"});
  CHECK(named("src/a-b.cpp") == rules{});
}

TEST_SUITE_END();

TEST_CASE("the two kinds of rules are told apart") {
  CHECK(is_about_tests("removed-assertion"));
  CHECK_FALSE(is_about_tests("secret"));
}

} // namespace cohort::tests::inspection_test
