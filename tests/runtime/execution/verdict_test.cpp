#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "runtime/execution/candidates.hpp"
#include "runtime/execution/line_shift.hpp"
#include "runtime/execution/verdict.hpp"

namespace cohort::tests::verdict_test {

using namespace cohort::runtime::execution;

namespace {

pb::Diagnostic error_at(const std::string& file, uint32_t line,
                        const std::string& message) {
  pb::Diagnostic result;
  result.set_severity(pb::SEVERITY_ERROR);
  result.mutable_location()->set_file(file);
  result.mutable_location()->set_line(line);
  result.set_message(message);
  return result;
}

pb::UnitReport report(const std::string& tool,
                      std::vector<pb::Diagnostic> errors) {
  pb::UnitReport result;
  result.set_unit("a.cpp");
  result.set_tool(tool);
  result.set_ok(errors.empty());
  for (auto& error : errors) {
    error.set_tool(tool);
    *result.add_diagnostics() = std::move(error);
  }
  return result;
}

pb::Edit insertion(uint64_t at, const std::string& text) {
  pb::Edit edit;
  edit.set_file("a.cpp");
  edit.set_begin(at);
  edit.set_end(at);
  edit.set_replacement(text);
  return edit;
}

const std::string twenty_lines = [] {
  std::string result;
  for (auto i = 0; i < 20; ++i)
    result += "line\n";
  return result;
}();

/// An edit inside line `line` of a.cpp that moves nothing.
shifts edit_on(uint32_t line) {
  shifts result;
  result.emplace("a.cpp", line_shift{twenty_lines,
                                     {insertion((line - 1) * 5 + 4, ";")}});
  return result;
}

grade grade_of(const pb::UnitReport& before, const pb::UnitReport& after,
               const shifts& moved, const std::vector<target>& targets) {
  return judge({{&before, &after}}, moved, targets, {&before}).what;
}

pb::Fix fix_of(const pb::Edit& edit) {
  pb::Fix fix;
  *fix.add_edits() = edit;
  return fix;
}

auto allow_all = [](const pb::Fix&) -> std::optional<std::string> {
  return std::nullopt;
};

} // namespace

TEST_CASE("lines behind an edit move by what it adds and removes") {
  line_shift top{twenty_lines, {insertion(0, "#include <a>\n")}};
  CHECK(top.map(1) == 2);
  CHECK(top.map(20) == 21);
  CHECK(top.is_near(1, 0));
  line_shift inside{twenty_lines, {insertion(14, ";\n")}};
  CHECK(inside.map(3) == 3);
  CHECK(inside.map(4) == 5);
  pb::Edit joins = insertion(9, " ");
  joins.set_end(10);
  line_shift removed{twenty_lines, {joins}};
  CHECK(removed.map(2) == 2);
  CHECK(removed.map(3) == 2);
  CHECK(removed.map(4) == 3);
  CHECK(line_shift{}.map(7) == 7);
}

TEST_CASE("a fix is good when its error goes and nothing comes") {
  auto before = report("gcc",
                       {error_at("a.cpp", 5, "m"), error_at("a.cpp", 9, "n")});
  auto after = report("gcc", {error_at("a.cpp", 9, "n")});
  CHECK(grade_of(before, after, edit_on(5), {{"gcc", "a.cpp", 5, "m"}})
        == grade::smaller);
}

TEST_CASE("fewer errors do not help when the one that was meant stays") {
  auto before = report("gcc",
                       {error_at("a.cpp", 5, "m"), error_at("a.cpp", 9, "n")});
  auto after = report("gcc", {error_at("a.cpp", 5, "m")});
  CHECK(grade_of(before, after, edit_on(5), {{"gcc", "a.cpp", 5, "m"}})
        == grade::rejected);
}

TEST_CASE("a new error close to the edit rejects it even when others vanish") {
  auto before = report("gcc",
                       {error_at("a.cpp", 5, "m"), error_at("a.cpp", 9, "n"),
                        error_at("a.cpp", 15, "o")});
  auto after = report("gcc", {error_at("a.cpp", 7, "new")});
  CHECK(grade_of(before, after, edit_on(5), {{"gcc", "a.cpp", 5, "m"}})
        == grade::rejected);
}

TEST_CASE("errors that were hidden may come up further on, not before") {
  auto before = report("gcc", {error_at("a.cpp", 5, "m")});
  auto later = report("gcc",
                      {error_at("a.cpp", 12, "x"), error_at("a.cpp", 15, "y")});
  auto earlier = report("gcc", {error_at("a.cpp", 1, "x")});
  std::vector<target> targets{{"gcc", "a.cpp", 5, "m"}};
  CHECK(grade_of(before, later, edit_on(5), targets) == grade::moved_on);
  CHECK(grade_of(before, earlier, edit_on(5), targets) == grade::rejected);
  auto in_source = report("gcc", {error_at("main.cpp", 1, "x")});
  CHECK(grade_of(before, in_source, edit_on(5), targets) == grade::moved_on);
}

TEST_CASE("what comes before the place and stays does not count") {
  std::vector<pb::Diagnostic> first{error_at("other.cpp", 3, "stays")};
  auto before = report("gcc", {first[0], error_at("a.cpp", 5, "m")});
  auto later = report("gcc", {first[0], error_at("a.cpp", 12, "x")});
  auto earlier = report("gcc", {first[0], error_at("a.cpp", 1, "x")});
  std::vector<target> targets{{"gcc", "a.cpp", 5, "m"}};
  CHECK(grade_of(before, later, edit_on(5), targets) == grade::moved_on);
  CHECK(grade_of(before, earlier, edit_on(5), targets) == grade::rejected);
}

TEST_CASE("a fix that breaks a header outside of the workspace is none") {
  auto before = report("gcc", {error_at("a.cpp", 5, "m")});
  auto after = report("gcc", {error_at("/usr/include/x.h", 12, "x")});
  CHECK(grade_of(before, after, edit_on(5), {{"gcc", "a.cpp", 5, "m"}})
        == grade::rejected);
}

TEST_CASE("the next use of the same undeclared name is no new error") {
  auto before = report("gcc", {error_at("a.cpp", 5, "'x' was not declared")});
  auto after = report("gcc", {error_at("a.cpp", 6, "'x' was not declared")});
  std::vector<target> targets{{"gcc", "a.cpp", 5, "'x' was not declared"}};
  CHECK(grade_of(before, after, edit_on(5), targets) == grade::smaller);
  auto both = report("gcc", {error_at("a.cpp", 6, "'x' was not declared"),
                             error_at("a.cpp", 7, "'x' was not declared")});
  CHECK(grade_of(before, both, edit_on(5), targets) == grade::rejected);
}

TEST_CASE("of two equal errors on a line one may stay") {
  auto before = report("clang",
                       {error_at("a.cpp", 5, "m"), error_at("a.cpp", 5, "m")});
  auto after = report("clang", {error_at("a.cpp", 5, "m")});
  CHECK(grade_of(before, after, edit_on(5), {{"clang", "a.cpp", 5, "m"}})
        == grade::smaller);
}

TEST_CASE("lines are compared as they moved") {
  auto before = report("gcc",
                       {error_at("a.cpp", 5, "m"), error_at("a.cpp", 9, "n")});
  auto after = report("gcc", {error_at("a.cpp", 10, "n")});
  shifts moved;
  moved.emplace("a.cpp",
                line_shift{twenty_lines, {insertion(0, "#include <a>\n")}});
  CHECK(grade_of(before, after, moved, {{"gcc", "a.cpp", 5, "m"}})
        == grade::smaller);
}

TEST_CASE("a compiler that accepted the unit must go on doing so") {
  auto gcc_before = report("gcc", {error_at("a.cpp", 5, "m")});
  auto gcc_after = report("gcc", {});
  auto clang_before = report("clang", {});
  auto clang_after = report("clang", {error_at("a.cpp", 19, "n")});
  auto result = judge(
    {{&gcc_before, &gcc_after}, {&clang_before, &clang_after}}, edit_on(5),
    {{"gcc", "a.cpp", 5, "m"}}, {&gcc_before, &clang_before});
  CHECK(result.what == grade::rejected);
  CHECK(result.reason == "clang accepted a.cpp before and does not now");
}

TEST_CASE("a compiler that gives no verdict rejects") {
  auto before = report("gcc", {error_at("a.cpp", 5, "m")});
  auto after = report("gcc", {});
  after.set_ok(false);
  after.set_failure("timed out");
  CHECK(grade_of(before, after, edit_on(5), {{"gcc", "a.cpp", 5, "m"}})
        == grade::rejected);
  after.set_failure("");
  CHECK(grade_of(before, after, edit_on(5), {{"gcc", "a.cpp", 5, "m"}})
        == grade::rejected);
}

TEST_CASE("the other compiler must see the line mended") {
  auto gcc = report("gcc", {error_at("a.cpp", 5, "m")});
  auto clang_before = report("clang", {error_at("a.cpp", 5, "k")});
  auto clang_after = report("clang", {});
  auto result = judge({{&gcc, &gcc}, {&clang_before, &clang_after}}, edit_on(5),
                      {{"clang", "a.cpp", 5, "k"}}, {&gcc, &clang_before});
  CHECK(result.what == grade::rejected);
}

TEST_CASE(
  "a compiler that is asked alone knows of the other one's errors on the "
  "line") {
  auto gcc = report("gcc", {error_at("a.cpp", 5, "m")});
  auto clang = report("clang",
                      {error_at("a.cpp", 5, "k"), error_at("a.cpp", 5, "l")});
  std::vector<target> targets{{"clang", "a.cpp", 5, "k"}};
  CHECK(judge({{&gcc, &gcc}}, edit_on(5), targets, {&gcc, &clang}).what
        == grade::smaller);
  auto one = report("clang", {error_at("a.cpp", 5, "k")});
  CHECK(judge({{&gcc, &gcc}}, edit_on(5), targets, {&gcc, &one}).what
        == grade::rejected);
}

TEST_CASE("another reader need not get better, only not worse") {
  auto failing = report("gcc", {error_at("b.h", 1, "m")});
  CHECK(judge_reader({{&failing, &failing}}, edit_on(5)).what
        == grade::smaller);
  auto fine = report("gcc", {});
  CHECK(judge_reader({{&fine, &failing}}, edit_on(5)).what == grade::rejected);
}

TEST_CASE("errors that are gone are named with their old lines") {
  auto before = report("gcc",
                       {error_at("a.cpp", 5, "m"), error_at("a.cpp", 9, "n")});
  auto after = report("gcc", {error_at("a.cpp", 9, "n")});
  auto gone = gone_errors({&before, &after}, edit_on(5));
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].location().line() == 5);
}

TEST_CASE("the same edits from both compilers are one candidate, tried first") {
  auto gcc_error = error_at("a.cpp", 3, "g");
  auto clang_error = error_at("a.cpp", 3, "c");
  *gcc_error.add_fixes() = fix_of(insertion(1, "gcc"));
  *gcc_error.add_fixes() = fix_of(insertion(2, "both"));
  *clang_error.add_fixes() = fix_of(insertion(2, "both"));
  auto gcc = report("gcc", {gcc_error});
  auto clang = report("clang", {clang_error});
  auto places = leading_places({&gcc, &clang}, "a.cpp", allow_all);
  REQUIRE(places.size() == 1);
  REQUIRE(places[0].candidates.size() == 2);
  auto& first = places[0].candidates[0];
  CHECK(first.fix.edits(0).replacement() == "both");
  CHECK(first.fix.voters_size() == 2);
  CHECK(first.targets.size() == 2);
  CHECK(places[0].candidates[1].fix.edits(0).replacement() == "gcc");
}

TEST_CASE("errors before notes, structure before names, small before large") {
  auto error = error_at("a.cpp", 3, "g");
  auto note = fix_of(insertion(1, ";"));
  note.set_on_note(true);
  *error.add_fixes() = note;
  *error.add_fixes() = fix_of(insertion(2, "a longer one"));
  *error.add_fixes() = fix_of(insertion(3, "short"));
  *error.add_fixes() = fix_of(insertion(4, "};  "));
  auto gcc = report("gcc", {error});
  auto places = leading_places({&gcc}, "a.cpp", allow_all);
  REQUIRE(places.size() == 1);
  std::vector<uint64_t> order;
  for (auto& candidate : places[0].candidates)
    order.push_back(candidate.fix.edits(0).begin());
  CHECK(order == std::vector<uint64_t>{4, 3, 2, 1});
}

TEST_CASE("the first error of a compiler comes first, wherever it stands") {
  auto gcc = report("gcc",
                    {error_at("a.cpp", 9, "x"), error_at("a.cpp", 2, "y"),
                     error_at("b.h", 1, "z")});
  auto places = leading_places({&gcc}, "a.cpp", allow_all);
  REQUIRE(places.size() == 2);
  CHECK(places[0].line == 9);
  CHECK(places[1].line == 2);
}

TEST_CASE("places and candidates are bounded, and refusals told") {
  std::vector<pb::Diagnostic> errors;
  for (uint32_t line = 1; line <= 1000; ++line) {
    auto error = error_at("a.cpp", line, "m");
    for (uint64_t at = 0; at < 20; ++at)
      *error.add_fixes() = fix_of(insertion(line * 100 + at, "x"));
    errors.push_back(error);
  }
  auto gcc = report("gcc", errors);
  auto places = leading_places({&gcc}, "a.cpp", allow_all);
  CHECK(places.size() == 8);
  CHECK(places[0].candidates.size() == 10);
  auto refused = leading_places({&gcc}, "a.cpp", [](const pb::Fix&) {
    return std::optional<std::string>{"no"};
  });
  CHECK(refused.size() == 64);
  CHECK(refused[0].candidates.empty());
  CHECK(refused[0].refusal == "no");
}

} // namespace cohort::tests::verdict_test
