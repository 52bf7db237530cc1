#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/execution/guards.hpp"
#include "runtime/execution/rules.hpp"
#include "runtime/workspace/edits.hpp"
#include "tests/fuzz/input.hpp"

using namespace cohort::runtime;
using namespace cohort::tests;

namespace {

/// From "LINE:COLUMN:MESSAGE".
pb::Diagnostic read_error(std::string_view text) {
  pb::Diagnostic error;
  error.set_severity(pb::SEVERITY_ERROR);
  error.mutable_location()->set_file("a.cc");
  error.mutable_location()->set_line(
    static_cast<uint32_t>(take_number(text).value_or(1)));
  error.mutable_location()->set_byte_column(
    static_cast<uint32_t>(take_number(text).value_or(0)));
  error.set_message(cohort::runtime::analysis::valid_utf8(text));
  return error;
}

void check_fix(const pb::Fix& fix, const pb::Diagnostic& error,
               std::string_view content) {
  require(fix.edits_size() == 1, "a rule makes one edit");
  auto& edit = fix.edits(0);
  require(edit.begin() <= edit.end() && edit.end() <= content.size(),
          "an edit lies within the file");
  auto result = workspace::apply_edits(content, {edit});
  require(result && *result != content, "a rule changes something");
  require(is_utf8(edit.replacement()), "an edit is UTF-8");
  require(edit.file() == error.location().file()
            && fix.target_line() == error.location().line(),
          "a fix answers its error");
  (void) execution::refuse_edit(fix, edit, content);
}

} // namespace

/// A file, then an error in it: "LINE:COLUMN:MESSAGE".
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto text = input_text(data, size);
  auto content = take_part(text);
  auto error = read_error(text);
  for (auto& fix : execution::rule_book{content, {&error}}.fixes(error))
    check_fix(fix, error, content);
  return 0;
}
