#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/execution/guards.hpp"
#include "runtime/execution/includes.hpp"
#include "runtime/execution/rules/rule_book.hpp"
#include "runtime/execution/structure.hpp"
#include "runtime/workspace/edits.hpp"
#include "tests/fuzz/input.hpp"

using namespace cohort::runtime;
using namespace cohort::tests;

namespace {

/// From lines "LINE:COLUMN:MESSAGE", each with itself as its note.
std::vector<pb::Diagnostic> read_errors(std::string_view lines, size_t limit) {
  std::vector<pb::Diagnostic> result;
  while (!lines.empty() && result.size() < limit) {
    auto text = take_line(lines);
    auto& error = result.emplace_back();
    error.set_tool("gcc");
    error.set_severity(pb::SEVERITY_ERROR);
    auto& at = *error.mutable_location();
    at.set_file("a.cc");
    at.set_line(static_cast<uint32_t>(take_number(text).value_or(1)));
    at.set_byte_column(static_cast<uint32_t>(take_number(text).value_or(0)));
    error.set_message(cohort::runtime::analysis::valid_utf8(text));
    auto note = error;
    *error.add_notes() = note;
  }
  return result;
}

/// An index with a header that declares names, and a file that includes it.
const toolchain::symbol_index* some_index() {
  static const toolchain::symbol_index index = [] {
    auto header = std::make_shared<toolchain::file_symbols>();
    header->declared = {{"point", "class", "", 1},
                        {"CHECK_IT", "macro", "", 2},
                        {"area", "prototype", "double", 3}};
    auto user = std::make_shared<toolchain::file_symbols>();
    user->includes = {"lib/a.h"};
    return toolchain::symbol_index{
      {{"include/lib/a.h", header}, {"user.cc", user}}};
  }();
  return &index;
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

void check_brackets(const std::vector<execution::missing_bracket>& all,
                    std::string_view content) {
  for (auto& missing : all) {
    require(missing.first_line >= 1 && missing.first_line <= missing.last_line,
            "a bracket is missing between two lines");
    for (auto& choice : missing.choices)
      require(choice.at <= content.size() && !choice.text.empty(),
              "a bracket is put into the file");
  }
}

void check_include(std::string_view content, size_t use) {
  for (std::string_view spelling : {"<map>", "\"lib/a.h\""}) {
    auto place = execution::place_include(content, spelling, use);
    require(place.at <= content.size(), "an include is put into the file");
    std::string result{content};
    result.insert(place.at, place.text);
    auto begin = result.find('#', place.at);
    require(begin == 0 || result[begin - 1] == '\n', "an include is a line");
    (void) execution::has_include(result, spelling);
  }
}

} // namespace

/// A file, then errors in it: lines "LINE:COLUMN:MESSAGE".
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t errors_max = 4;
  auto rest = input_text(data, size);
  std::string content{take_part(rest)};
  auto errors = read_errors(rest, errors_max);
  std::vector<const pb::Diagnostic*> pointers;
  for (auto& error : errors)
    pointers.push_back(&error);
  execution::rule_book rules{content, pointers, some_index,
                             [&](const std::string&) { return &content; }};
  for (auto& error : errors)
    for (auto& fix : rules.fixes(error))
      check_fix(fix, error, content);
  check_brackets(execution::missing_braces(content), content);
  check_brackets(execution::missing_parentheses(content), content);
  check_include(content, content.size() / 2);
  return 0;
}
