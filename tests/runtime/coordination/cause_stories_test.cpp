#include "runtime/coordination/cause_stories.hpp"

#include <doctest/doctest.h>

#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::cause_stories_test {

using namespace cohort;
using namespace cohort::runtime::coordination;
using cohort::tests::make_error;
using cohort::tests::make_unit;

namespace {

const std::string semicolon = "expected ';' before 'x'";
const std::string undeclared = "'y' was not declared in this scope";

void add_attempt(pb::TaskResult& result, const std::string& file, uint32_t line,
                 const std::string& message, bool kept) {
  auto& attempt = *result.add_fixes();
  attempt.mutable_fix()->set_target_file(file);
  attempt.mutable_fix()->set_target_line(line);
  attempt.mutable_fix()->set_message(message);
  attempt.set_kept(kept);
  attempt.set_reason(kept ? "its error is gone" : "a new error came up");
}

void add_left(pb::TaskResult& result, const std::string& file, uint32_t line,
              const std::string& message) {
  auto& left = *result.add_left();
  *left.mutable_diagnostic() = make_error(file, line, message);
  left.set_reason("no compiler proposes a fix that holds");
}

/// Two causes in two files, after a repair.
pb::TaskResult repaired_task() {
  pb::TaskResult result;
  *result.mutable_evidence() = runtime::analysis::gather(
    "t", {make_unit("a.cc", {}, {make_error("a.cc", 4, semicolon)}),
          make_unit("b.cc", {}, {make_error("b.cc", 7, undeclared)})});
  result.mutable_patch()->set_result_tree("u");
  return result;
}

} // namespace

TEST_CASE("each cause has its tries, and an end") {
  auto result = repaired_task();
  add_attempt(result, "a.cc", 4, semicolon, false);
  add_attempt(result, "a.cc", 4, semicolon, true);
  add_left(result, "b.cc", 7, undeclared);
  auto stories = tell_causes(result);
  REQUIRE(stories.size() == 2);
  CHECK(stories[0].end == cause_end::repaired);
  CHECK(stories[0].kind == "missing_semicolon");
  CHECK(stories[0].units == std::vector<std::string>{"a.cc"});
  CHECK(stories[0].tools == std::vector<std::string>{"gcc"});
  CHECK(stories[0].kept == 1);
  CHECK(stories[0].refused == 1);
  CHECK(stories[0].tries.front().kept());
  CHECK(stories[1].end == cause_end::escalated);
  CHECK(stories[1].left_count == 1);
}

TEST_CASE("what nobody tried and is not left went with another cause") {
  auto stories = tell_causes(repaired_task());
  CHECK(stories[0].end == cause_end::gone);
  auto untouched = repaired_task();
  untouched.clear_patch();
  CHECK(tell_causes(untouched)[0].end == cause_end::open);
  CHECK(to_string(cause_end::open) == "open");
}

TEST_CASE("a repair that moves lines does not part a cause from its tries") {
  auto result = repaired_task();
  add_attempt(result, "b.cc", 19, undeclared, true);
  CHECK(tell_causes(result)[1].end == cause_end::repaired);
  // Another message on the line that the cause had.
  add_attempt(result, "a.cc", 4, "a rule's words", true);
  CHECK(tell_causes(result)[0].end == cause_end::repaired);
}

TEST_CASE("what only the repair uncovered is told behind the rest") {
  auto result = repaired_task();
  add_left(result, "c.cc", 2, semicolon);
  add_attempt(result, "c.cc", 2, semicolon, false);
  auto stories = tell_causes(result);
  REQUIRE(stories.size() == 3);
  CHECK(stories[2].id == "n1");
  CHECK(stories[2].kind == "missing_semicolon");
  CHECK(stories[2].refused == 1);
  CHECK(stories[2].end == cause_end::escalated);
}

TEST_CASE("what is told in full is bounded, the rest is counted") {
  pb::TaskResult result;
  std::vector<messages::v1::Diagnostic> errors;
  for (uint32_t line = 1; line <= 40; ++line)
    errors.push_back(make_error("a.cc", line, undeclared));
  *result.mutable_evidence() = runtime::analysis::gather(
    "t", {make_unit("a.cc", {}, std::move(errors))});
  result.mutable_patch()->set_result_tree("u");
  for (uint32_t line = 1; line <= 40; ++line) {
    add_attempt(result, "a.cc", line, undeclared, line == 40);
    add_left(result, "a.cc", line, undeclared);
  }
  auto stories = tell_causes(result);
  REQUIRE(stories.size() == 1);
  auto& story = stories[0];
  CHECK(story.errors == 40);
  CHECK(story.examples.size() == cause_story::examples_max);
  CHECK(story.tries.size() == cause_story::examples_max);
  CHECK(story.tries.front().kept());
  CHECK(story.kept + story.refused == 40);
  CHECK(story.left.size() == cause_story::examples_max);
  CHECK(story.left_count == 40);
}

} // namespace cohort::tests::cause_stories_test
