#include "runtime/analysis/causes.hpp"

#include <doctest/doctest.h>

#include "runtime/analysis/error_signs.hpp"
#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::causes_test {

using namespace cohort;
using namespace cohort::runtime::analysis;
using cohort::tests::make_error;
using cohort::tests::make_unit;

namespace {

/// "file:line" of each group's errors, without repeats; the cause first.
std::vector<std::vector<std::string>>
causes(const std::vector<runtime::analysis::pb::UnitReport>& reports) {
  auto evidence = gather("t", reports);
  auto name = [](auto& place) {
    return place.file() + ':' + std::to_string(place.line());
  };
  std::vector<std::vector<std::string>> result;
  for (auto& group : evidence.groups()) {
    auto& lines = result.emplace_back();
    lines.push_back(name(group.cause()));
    for (auto index : group.diagnostics()) {
      auto line
        = name(evidence.diagnostics(static_cast<int>(index)).location());
      if (std::find(lines.begin(), lines.end(), line) == lines.end())
        lines.push_back(line);
    }
  }
  return result;
}

using groups = std::vector<std::vector<std::string>>;

runtime::analysis::pb::UnitReport
by_clang(runtime::analysis::pb::UnitReport report) {
  report.set_tool("clang");
  for (auto& error : *report.mutable_diagnostics())
    error.set_tool("clang");
  return report;
}

error_signs signs(const std::string& message,
                  const std::string& file = "a.cc") {
  static runtime::analysis::pb::Diagnostic
    error; // What is missing is borrowed.
  error = make_error(file, 1, message);
  error.set_error_type(std::string{error_type(message, "")});
  return read_signs(error);
}

} // namespace

TEST_CASE("what all compilers say of a line has one cause") {
  CHECK(causes({make_unit("a.cc", {}, {make_error("a.cc", 2, "no matching f")}),
                by_clang(make_unit(
                  "a.cc", {}, {make_error("a.cc", 2, "too few arguments")}))})
        == groups{{"a.cc:2"}});
}

TEST_CASE("two compilers may put one fault on lines that follow each other") {
  auto semicolon = [](uint32_t line) {
    return make_error("a.cc", line, "expected ';' before 'x'");
  };
  CHECK(causes({make_unit("a.cc", {}, {semicolon(4)}),
                by_clang(make_unit("a.cc", {}, {semicolon(3)}))})
        == groups{{"a.cc:3", "a.cc:4"}});
  CHECK(causes({make_unit("a.cc", {}, {semicolon(3), semicolon(4)}),
                by_clang(make_unit("a.cc", {}, {semicolon(3)}))})
        == groups{{"a.cc:3"}, {"a.cc:4"}});
  CHECK(causes({make_unit("a.cc", {}, {semicolon(5)}),
                by_clang(make_unit("a.cc", {}, {semicolon(3)}))})
        == groups{{"a.cc:3"}, {"a.cc:5"}});
}

TEST_CASE("a name that is missing in many places is missing once") {
  auto missing = [](uint32_t line, const char* name) {
    return make_error("a.cc", line,
                      "'" + std::string{name}
                        + "' was not declared in this scope");
  };
  CHECK(causes({make_unit("a.cc", {},
                          {missing(10, "x"), missing(100, "y"),
                           missing(200, "x"), missing(300, "n::y")})})
        == groups{{"a.cc:10", "a.cc:200"}, {"a.cc:100", "a.cc:300"}});
}

TEST_CASE("what follows a misleading error in its file is its doing") {
  auto type = make_error("a.cc", 10, "'T' does not name a type");
  auto far = make_error("a.cc", 90,
                        "no matching function for call to 'f(int)'");
  auto elsewhere = make_error("b.hpp", 5, "no matching function for call");
  CHECK(causes({make_unit("a.cc", {"b.hpp"}, {type, far, elsewhere})})
        == groups{{"a.cc:10", "a.cc:90"}, {"b.hpp:5"}});
  // The order of the compiler counts, not that of the lines.
  CHECK(causes({make_unit("a.cc", {}, {far, type})})
        == groups{{"a.cc:10"}, {"a.cc:90"}});
}

TEST_CASE("an undeclared name misleads for a few lines only") {
  CHECK(causes({make_unit("a.cc", {},
                          {make_error("a.cc", 10),
                           make_error("a.cc", 12, "cannot convert 'A' to 'B'"),
                           make_error("a.cc", 30, "no matching function")})})
        == groups{{"a.cc:10", "a.cc:12"}, {"a.cc:30"}});
}

TEST_CASE("an error that stands alone follows from nothing") {
  CHECK(causes({make_unit(
          "a.cc", {},
          {make_error("a.cc", 10, "'T' does not name a type"),
           make_error("a.cc", 12, "expected ';' before 'int'"),
           make_error("a.cc", 20, "format '%d' expects argument of type")})})
        == groups{{"a.cc:10"}, {"a.cc:12"}, {"a.cc:20"}});
}

TEST_CASE("all that is in a wrong scope is of the bracket that is open") {
  auto open = make_error("a.hpp", 40, "expected primary-expression before ';'");
  auto own = make_error("c.hpp", 3, "'T' does not name a type");
  auto flood
    = {own, open, make_error("b.hpp", 9, "'f' is not a member of 'n'"),
       make_error("/usr/include/list", 70, "'size_t' in 'n::std' is no type"),
       make_error("a.cc", 3, "expected ';' before 'int'")};
  auto found = causes({make_unit("a.cc", {"a.hpp", "b.hpp"}, flood)});
  REQUIRE(found.size() == 2);
  CHECK(found[1] == std::vector<std::string>{"c.hpp:3"});
  CHECK(found[0]
        == std::vector<std::string>{"a.hpp:40", "/usr/include/list:70",
                                    "a.cc:3", "b.hpp:9"});
}

TEST_CASE("a flood carries off nothing that a run without it reports") {
  auto open = make_error("a.hpp", 40, "expected expression");
  auto own = make_error("b.hpp", 7,
                        "only virtual functions can be marked 'override'");
  auto scope = make_error("b.hpp", 8, "no type named 'x' in 'n::n::m'");
  CHECK(causes(
          {make_unit("a.cc", {"a.hpp", "b.hpp"}, {open, own}),
           by_clang(make_unit("a.cc", {"a.hpp", "b.hpp"}, {open, own, scope}))})
        == groups{{"a.hpp:40", "b.hpp:8"}, {"b.hpp:7"}});
}

TEST_CASE("an error that one compiler has first follows from nothing") {
  auto type = make_error("a.cc", 10, "'T' does not name a type");
  auto name = make_error("a.cc", 90);
  CHECK(causes({make_unit("a.cc", {}, {type, name}),
                by_clang(make_unit("a.cc", {}, {name}))})
        == groups{{"a.cc:10"}, {"a.cc:90"}});
}

TEST_CASE("the cause is what most runs have first") {
  auto x = make_error("a.hpp", 1);
  auto y = make_error("a.hpp", 9);
  CHECK(causes({make_unit("a.cc", {"a.hpp"}, {x, y}),
                make_unit("b.cc", {"a.hpp"}, {y, x}),
                make_unit("c.cc", {"a.hpp"}, {y, x})})
        == groups{{"a.hpp:9", "a.hpp:1"}});
}

TEST_CASE("a wrong scope is known by its names") {
  CHECK(signs("no type named 'x' in namespace 'testing::std'").is_displaced);
  CHECK(signs("'a::testing::testing::f' is unknown").is_displaced);
  CHECK(
    signs("definition of 'f' is not in namespace enclosing 'n'").is_displaced);
  CHECK(signs("whatever", "/usr/include/list").is_displaced);
  CHECK(!signs("'testing::Message::Message(int)' is private").is_displaced);
  CHECK(!signs("did you mean '::std::pair'?").is_displaced);
  CHECK(!signs("no member 'std_x' in 'a::standard', a::stdx").is_displaced);
}

TEST_CASE("the missing name is told without its scopes") {
  CHECK(signs("'n::x' was not declared in this scope").missing_name == "x");
  CHECK(signs("no member named 'lenght' in 'w::S'").missing_name == "lenght");
  CHECK(signs("'struct w::S' has no member named 'y'").missing_name == "y");
  CHECK(signs("'x was not declared in this scope").missing_name.empty());
  CHECK(signs("cannot convert 'A' to 'B'").missing_name.empty());
}

} // namespace cohort::tests::causes_test
