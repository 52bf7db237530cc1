#include <doctest/doctest.h>

#include "runtime/decomposition/decompose.hpp"

namespace cohort::tests::scope_test {

using namespace cohort::runtime::decomposition;

namespace {

bool matches(std::string glob, const std::string& file) {
  pb::Scope scope;
  scope.add_include(std::move(glob));
  return in_scope(scope, file);
}

} // namespace

TEST_CASE("globs match as they are described") {
  struct row {
    std::string glob;
    std::string file;
    bool matches;
  };
  for (auto& x : std::initializer_list<row>{
         {"src/a.cc", "src/a.cc", true},
         {"src/a.cc", "src/a.ccc", false},
         {"src/a.cc", "lib/src/a.cc", false},
         {"*.cc", "a.cc", true},
         {"*.cc", "src/a.cc", false},
         {"src/*.cc", "src/a.cc", true},
         {"src/*.cc", "src/x/a.cc", false},
         {"src/*", "src/a/b.cc", false},
         {"src/?.cc", "src/a.cc", true},
         {"src/?.cc", "src/ab.cc", false},
         {"src?a.cc", "src/a.cc", false},
         {"**", "a", true},
         {"**", "a/b/c", true},
         {"src/**", "src/a/b.cc", true},
         {"src/**", "srcs/a", false},
         {"**/a.cc", "a.cc", true},
         {"**/a.cc", "x/y/a.cc", true},
         {"**/a.cc", "x/ba.cc", false},
         {"src/**/a.cc", "src/a.cc", true},
         {"src/**/a.cc", "src/x/y/a.cc", true},
         {"src/**/a.cc", "src/x/ba.cc", false},
         {"**/test_*/**", "x/test_y/z.cc", true},
         {"**/test_*/**", "x/atest_y/z.cc", false},
         {"**.cc", "x/y.cc", true},
         {"src", "src/a/b.cc", true},
         {"src/", "src/a/b.cc", true},
         {"./src", "src/a.cc", true},
         {"src", "src2/a.cc", false},
         {"*", "src/a.cc", false},
         {"**/gen", "x/gen/a.cc", true},
         {"", "a.cc", false},
         {"/", "a.cc", false},
         {"[a].cc", "a.cc", false},
         {"[a].cc", "[a].cc", true},
       }) {
    CAPTURE(x.glob);
    CAPTURE(x.file);
    CHECK(matches(x.glob, x.file) == x.matches);
  }
}

TEST_CASE("no include means everything, an exclude always wins") {
  pb::Scope scope;
  CHECK(in_scope(scope, "a/b.cc"));
  scope.add_exclude("third_party");
  CHECK_FALSE(in_scope(scope, "third_party/x/y.cc"));
  scope.add_include("**");
  CHECK_FALSE(in_scope(scope, "third_party/x/y.cc"));
  CHECK(in_scope(scope, "src/third_party.cc"));
}

TEST_CASE("what is outside the workspace, or not in normal form, never is") {
  for (auto* file : {"", "/etc/passwd", "../a.cc", "src/../../a.cc", "..",
                     "src/./a.cc", "./a.cc", "src//a.cc", "src/", "."}) {
    CAPTURE(file);
    CHECK_FALSE(in_scope({}, file));
    CHECK_FALSE(matches("**", file));
  }
  CHECK_FALSE(in_scope({}, std::string("a\0b", 3)));
  CHECK(in_scope({}, "src/a..b/..c.cc"));
}

TEST_CASE("a hostile glob costs no more than its length times the path's") {
  std::string glob;
  std::string path;
  for (int i = 0; i < 500; ++i) {
    glob += "*a**/";
    path += "aaaa/";
  }
  CHECK_FALSE(matches(glob + "b", path + "a"));
  CHECK_FALSE(matches(std::string(10'000, '*') + "x", path + "a"));
}

} // namespace cohort::tests::scope_test
