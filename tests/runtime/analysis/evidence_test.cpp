#include "runtime/analysis/evidence.hpp"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::evidence_test {

using namespace cohort;
using namespace cohort::runtime::analysis;
using cohort::tests::make_error;
using cohort::tests::make_unit;

namespace {

struct wording {
  const char* message;
  const char* type;
};

} // namespace

TEST_CASE("the wording of both compilers leads to the same type") {
  for (auto& x : std::initializer_list<wording>{
         {"expected ';' before 'return'", "missing_semicolon"},
         {"expected ';' after class definition", "missing_semicolon"},
         {"expected ';' after expression", "missing_semicolon"},
         {"expected ',' or ';' before 'int'", "missing_semicolon"},
         {"new types may not be defined in a return type", "missing_semicolon"},
         {"found ':' in nested-name-specifier, expected '::'", "single_colon"},
         {"unexpected ':' in nested name specifier; did you mean '::'?",
          "single_colon"},
         {"unexpected ';' before ')'", "expected_token"},
         {"expected primary-expression before ')' token", "expected_token"},
         {"expected ')'", "expected_token"},
         {"expected '}' at end of input", "unclosed_brace"},
         {"expected '}'", "unclosed_brace"},
         {"extraneous closing brace ('}')", "unclosed_brace"},
         {"unterminated argument list invoking macro \"EXPECT_EQ\"",
          "unterminated"},
         {"missing terminating '\"' character", "unterminated"},
         {"'x' was not declared in this scope; did you mean 'y'?",
          "undeclared_name"},
         {"use of undeclared identifier 'x'", "undeclared_name"},
         {"'string' was not declared in this scope; did you mean "
          "'std::string'?",
          "missing_namespace"},
         {"unknown type name 'string'; did you mean 'std::string'?",
          "missing_namespace"},
         {"'struct w::S' has no member named 'lenght'; did you mean 'length'?",
          "no_member"},
         {"no member named 'lenght' in 'w::S'; did you mean 'length'?",
          "no_member"},
         {"'vector' is not a member of 'std'", "no_member"},
         {"request for member 'x' in 'p', which is of pointer type 'S*' (maybe "
          "you meant to use '->' ?)",
          "wrong_member_access"},
         {"member reference type 'S *' is a pointer; did you mean to use '->'?",
          "wrong_member_access"},
         {"'Widget' does not name a type", "unknown_type"},
         {"unknown type name 'Widget'", "unknown_type"},
         {"foo.h: No such file or directory", "missing_include"},
         {"'foo.h' file not found", "missing_include"},
         {"cannot convert 'const char*' to 'int' in initialization",
          "type_mismatch"},
         {"cannot initialize a variable of type 'int' with an lvalue of type "
          "'const char *'",
          "type_mismatch"},
         {"invalid conversion from 'int' to 'S*'", "type_mismatch"},
         {"no matching function for call to 'f(int)'", "no_matching_function"},
         {"no match for 'operator<<' (operand types are 'A' and 'B')",
          "no_matching_function"},
         {"too few arguments to function 'void f(int)'",
          "wrong_argument_count"},
         {"too few arguments to function call, expected 2, have 1",
          "wrong_argument_count"},
         {"wrong number of template arguments (1, should be 2)",
          "template_arguments"},
         {"redefinition of 'int x'", "redeclaration"},
         {"'int S::f()' cannot be overloaded with 'int S::f()'",
          "redeclaration"},
         {"'void B::f()' marked 'override', but does not override",
          "override_mismatch"},
         {"only virtual member functions can be marked 'override'",
          "override_mismatch"},
         {"virt-specifiers in 'f' not allowed outside a class definition",
          "override_mismatch"},
         {"'override' specifier is not allowed outside a class definition",
          "override_mismatch"},
         {"no declaration matches 'int A::g()'", "declaration_mismatch"},
         {"out-of-line definition of 'g' does not match any declaration in 'A'",
          "declaration_mismatch"},
         {"passing 'const S' as 'this' argument discards qualifiers",
          "const_mismatch"},
         {"cannot assign to variable 'x' with const-qualified type 'const int'",
          "const_mismatch"},
         {"need 'typename' before 'T::x' because 'T' is a dependent scope",
          "missing_typename"},
         {"missing 'typename' prior to dependent type name 'T::x'",
          "missing_typename"},
         {"ISO C++ forbids declaration of 'f' with no type [-fpermissive]",
          "missing_return_type"},
         {"C++ requires a type specifier for all declarations",
          "missing_return_type"},
         {"format '%d' expects argument of type 'int', but argument 2 has type "
          "'const char*'",
          "format_mismatch"},
         {"invalid use of incomplete type 'struct S'", "incomplete_type"},
         {"undefined reference to 'f()'", "linker_undefined"},
         {"", "other"},
         {"a sentence that no compiler writes", "other"},
       }) {
    CAPTURE(x.message);
    CHECK(error_type(x.message, "") == x.type);
  }
}

TEST_CASE("the option decides when the message is not known") {
  CHECK(error_type("hm", "-Werror=format-security") == "format_mismatch");
  CHECK(error_type("hm", "-Wunused-variable") == "unused");
  CHECK(error_type("hm", "-fpermissive") == "other");
}

TEST_CASE("a message of any bytes has a type") {
  CHECK(error_type(std::string(1 << 20, '\''), "") == "other");
  CHECK(error_type(std::string("\0\xff'", 3), std::string(99, '\xfe'))
        == "other");
}

TEST_CASE("what several units report is one diagnostic with their votes") {
  auto error = make_error("a.hpp", 4);
  auto evidence = gather("t", {make_unit("b.cc", {"a.hpp"}, {error, error}),
                               make_unit("a.cc", {"a.hpp"}, {error})});
  REQUIRE(evidence.diagnostics_size() == 1);
  auto& units = evidence.diagnostics(0).units();
  CHECK(std::vector<std::string>{units.begin(), units.end()}
        == std::vector<std::string>{"a.cc", "b.cc"});
  CHECK(evidence.diagnostics(0).error_type() == "undeclared_name");
  CHECK(evidence.units(0).unit() == "a.cc");
  CHECK(evidence.units(0).diagnostics().empty());
  CHECK(evidence.units(0).reads_size() == 2);
  CHECK(evidence.seconds() == doctest::Approx(2));
}

TEST_CASE("another tool, place, severity or message is another diagnostic") {
  auto error = make_error("a.cc", 4);
  auto column = error;
  column.mutable_location()->set_byte_column(9);
  auto fatal = error;
  fatal.set_severity(runtime::analysis::pb::SEVERITY_FATAL);
  auto evidence = gather(
    "t", {make_unit("a.cc", {},
                    {error, column, fatal, make_error("a.cc", 5),
                     make_error("a.cc", 4, "other"),
                     make_error("a.cc", 4, error.message(), "clang")})});
  CHECK(evidence.diagnostics_size() == 6);
  CHECK(count_errors(evidence) == 6);
}

TEST_CASE(
  "notes and diagnostics without severity are left out, warnings stay") {
  auto note = make_error("a.cc", 1);
  note.set_severity(runtime::analysis::pb::SEVERITY_NOTE);
  auto nothing = note;
  nothing.set_severity(runtime::analysis::pb::SEVERITY_UNSPECIFIED);
  auto warning = note;
  warning.set_severity(runtime::analysis::pb::SEVERITY_WARNING);
  auto evidence = gather("t",
                         {make_unit("a.cc", {}, {note, nothing, warning})});
  CHECK(evidence.diagnostics_size() == 1);
  CHECK(count_errors(evidence) == 0);
  CHECK(evidence.groups().empty());
}

TEST_CASE("a unit that knows a fix lends it to one that does not") {
  auto plain = make_error("a.hpp", 4);
  auto with_fix = plain;
  with_fix.add_fixes()->set_tool("gcc");
  auto evidence = gather("t", {make_unit("a.cc", {"a.hpp"}, {plain}),
                               make_unit("b.cc", {"a.hpp"}, {with_fix})});
  CHECK(evidence.diagnostics(0).fixes_size() == 1);
}

TEST_CASE("every error is in exactly one group, whatever the workspace") {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    auto evidence = gather("t", tests::random_reports(seed));
    std::vector<int> groups(static_cast<size_t>(evidence.diagnostics_size()));
    for (auto& group : evidence.groups())
      for (auto index : group.diagnostics())
        ++groups.at(index);
    for (size_t i = 0; i < groups.size(); ++i)
      CHECK(groups[i]
            == (is_error(evidence.diagnostics(static_cast<int>(i))) ? 1 : 0));
  }
}

TEST_CASE("the order of the reports does not matter") {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    auto reports = tests::random_reports(seed);
    auto bytes = gather("t", reports).SerializeAsString();
    std::mt19937 random{seed};
    for (int i = 0; i < 5; ++i) {
      std::shuffle(reports.begin(), reports.end(), random);
      CHECK(gather("t", reports).SerializeAsString() == bytes);
    }
  }
}

TEST_CASE(
  "a unit without verdict fails, and times that make no sense are none") {
  auto silent = make_unit("c.cc");
  silent.set_ok(false);
  silent.set_failure("crashed");
  silent.set_seconds(std::numeric_limits<double>::quiet_NaN());
  auto clang = make_unit("a.cc");
  clang.set_tool("clang");
  clang.set_ok(false);
  clang.set_seconds(-5);
  auto evidence = gather("t",
                         {silent, clang, make_unit("a.cc"), make_unit("b.cc")});
  CHECK(failing_units(evidence) == std::vector<std::string>{"a.cc", "c.cc"});
  CHECK(evidence.seconds() == doctest::Approx(2));
}

TEST_CASE("an update replaces reports by unit and tool, and appends new ones") {
  auto fresh = make_unit("a.cc", {}, {}, 7);
  auto other_tool = make_unit("a.cc", {}, {}, 8);
  other_tool.set_tool("clang");
  auto result = update({make_unit("a.cc"), make_unit("b.cc")},
                       {fresh, other_tool, make_unit("c.cc")});
  REQUIRE(result.size() == 4);
  CHECK(result[0].seconds() == 7);
  CHECK(result[1].unit() == "b.cc");
  CHECK(update({}, {fresh, fresh}).size() == 1);
  CHECK(update({fresh, fresh}, {fresh}).size() == 1);
  CHECK(update({fresh}, {}).size() == 1);
}

/// A quadratic one takes minutes, which is more than ctest gives it.
TEST_CASE(
  "16,000 diagnostics of 50 units are gathered without a quadratic algorithm") {
  std::vector<runtime::analysis::pb::UnitReport> reports;
  auto base = make_unit("u");
  for (uint32_t i = 0; i < 16'000; ++i)
    *base.add_diagnostics() = make_error(
      "src/f" + std::to_string(i % 100) + ".hpp", 1 + i / 100,
      "'name" + std::to_string(i) + "' was not declared in this scope");
  for (int i = 0; i < 50; ++i) {
    reports.push_back(base);
    reports.back().set_unit("u" + std::to_string(i) + ".cc");
  }
  auto evidence = gather("t", reports);
  CHECK(evidence.diagnostics_size() == 16'000);
  CHECK(evidence.diagnostics(0).units_size() == 50);
}

} // namespace cohort::tests::evidence_test
