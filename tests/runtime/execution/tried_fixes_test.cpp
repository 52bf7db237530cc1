#include "runtime/execution/tried_fixes.hpp"

#include <doctest/doctest.h>

#include "runtime/workspace/edits.hpp"

namespace cohort::tests::tried_fixes_test {

using namespace cohort::runtime::execution;
namespace pb = cohort::messages::v1;

namespace {

/// Twenty lines "line 1", ...
std::string numbered_lines() {
  std::string result;
  for (int i = 1; i <= 20; ++i)
    result += "line " + std::to_string(i) + "\n";
  return result;
}

/// A fix that puts `text` at the start of a line.
trial fix_of(const std::string& content, uint32_t line, const std::string& text,
             const std::string& file = "a.cc") {
  size_t at = 0;
  for (uint32_t i = 1; i < line; ++i)
    at = content.find('\n', at) + 1;
  trial result;
  auto& edit = *result.what.fix.add_edits();
  edit.set_file(file);
  edit.set_begin(at);
  edit.set_end(at);
  edit.set_replacement(text);
  result.before[file] = content;
  result.after[file] = *cohort::runtime::workspace::apply_edits(content,
                                                                {edit});
  result.moved.emplace(file, line_shift{content, {edit}});
  return result;
}

bool reads_all(const std::string&) {
  return true;
}

} // namespace

TEST_CASE("what was turned down is not tried again in the same pass") {
  tried_fixes tried;
  tried.start_pass();
  auto fix = fix_of(numbered_lines(), 5, ";");
  CHECK_FALSE(tried.is_settled(fix, reads_all));
  tried.rejected(fix);
  CHECK(tried.is_settled(fix, reads_all));
  CHECK_FALSE(tried.is_settled(fix_of(numbered_lines(), 5, ")"), reads_all));
  CHECK_FALSE(tried.is_settled(fix_of(numbered_lines(), 6, ";"), reads_all));
}

TEST_CASE(
  "it gets one second chance, when something close by was repaired, or a "
  "file that its unit reads") {
  auto text = numbered_lines();
  auto fix = fix_of(text, 5, ";");
  struct repair {
    uint32_t line;
    const char* file;
    bool is_read;
    bool helps;
  };
  for (auto& done :
       {repair{7, "a.cc", true, true}, repair{18, "a.cc", true, false},
        repair{18, "b.h", true, true}, repair{7, "b.h", false, false}}) {
    CAPTURE(done.line);
    CAPTURE(done.file);
    auto is_read = [&](const std::string&) { return done.is_read; };
    tried_fixes tried;
    tried.start_pass();
    tried.rejected(fix);
    tried.kept(fix_of(text, done.line, "x", done.file));
    tried.start_pass();
    CHECK(tried.is_settled(fix, is_read) != done.helps);
    tried.rejected(fix);
    tried.kept(fix_of(text, done.line, "x", done.file));
    tried.start_pass();
    CHECK(tried.is_settled(fix, is_read));
  }
}

TEST_CASE(
  "what did harm is not tried again on its line, whatever stands beside "
  "it and wherever the line goes") {
  auto text = numbered_lines();
  tried_fixes tried;
  tried.start_pass();
  tried.banned(fix_of(text, 5, ";"));
  CHECK_FALSE(tried.is_settled(fix_of(text, 6, ";"), reads_all));
  auto above = fix_of(text, 2, "new\nlines\n");
  tried.kept(above);
  tried.start_pass();
  CHECK(tried.is_settled(fix_of(above.after.at("a.cc"), 7, ";"), reads_all));
  CHECK_FALSE(
    tried.is_settled(fix_of(above.after.at("a.cc"), 5, ";"), reads_all));
  auto beside = fix_of(above.after.at("a.cc"), 8, "changed ");
  tried.kept(beside);
  tried.start_pass();
  CHECK(tried.is_settled(fix_of(beside.after.at("a.cc"), 7, ";"), reads_all));
}

} // namespace cohort::tests::tried_fixes_test
