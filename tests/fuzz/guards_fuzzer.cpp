#include <algorithm>
#include <string>
#include <string_view>

#include "runtime/execution/guards.hpp"
#include "runtime/workspace/edits.hpp"
#include "tests/fuzz/input.hpp"

using namespace cohort::runtime;
using namespace cohort::tests;

namespace {

size_t count(std::string_view text, std::string_view what) {
  size_t result = 0;
  for (auto at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + 1))
    ++result;
  return result;
}

constexpr std::string_view blanks = " \t\r\v\f";

bool is_directive(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  return line.starts_with('#');
}

/// Whether the next line goes on with it.
bool goes_on(std::string_view line) {
  auto last = line.find_last_not_of(blanks);
  return last != std::string_view::npos && line[last] == '\\';
}

/// Comments and directives that start in `text`, and lines that go on.
size_t hiding_places(std::string_view text) {
  auto result = count(text, "//") + count(text, "/*");
  while (!text.empty()) {
    auto line = take_line(text);
    result += (is_directive(line) ? 1 : 0) + (goes_on(line) ? 1 : 0);
  }
  return result;
}

/// Whether `edit` changes a line that starts a macro's definition, and does not
/// go on from the one before it.
bool changes_definition(std::string_view content, const pb::Edit& edit) {
  auto begin = content.substr(0, edit.begin()).rfind('\n') + 1;
  auto last = std::max(edit.begin() + 1, edit.end()) - 1;
  auto lines = content.substr(begin, content.find('\n', last) - begin);
  auto is_rest = begin > 0 && goes_on(content.substr(0, begin - 1));
  while (!lines.empty()) {
    auto line = take_line(lines);
    if (!is_rest && line.starts_with("#define "))
      return true;
    is_rest = goes_on(line);
  }
  return false;
}

/// Whether `edit` takes out what stands before it once more.
bool removes_repetition(std::string_view content, const pb::Edit& edit) {
  auto size = edit.end() - edit.begin();
  return edit.replacement().empty() && edit.begin() >= size
         && content.substr(edit.begin() - size, size)
              == content.substr(edit.begin(), size);
}

void check_allowed(std::string_view content, const pb::Edit& edit) {
  require(edit.begin() <= edit.end() && edit.end() <= content.size(),
          "an edit that is tried lies within the file");
  auto result = workspace::apply_edits(content, {edit});
  require(result.has_value(), "an edit that is tried can be made");
  require(!changes_definition(content, edit), "no macro is edited");
  auto includes = count(edit.replacement(), "#include");
  require(hiding_places(*result) <= hiding_places(content) + includes,
          "no code is put under a comment or a directive");
  require(count(*result, "*/") >= count(content, "*/"), "comments end");
  require(count(*result, "\n") >= count(content, "\n")
            || removes_repetition(content, edit),
          "no lines are joined");
}

void check_edit(std::string_view content, const pb::Edit& edit,
                const std::string& message) {
  pb::Fix fix;
  fix.set_message(message);
  *fix.add_edits() = edit;
  auto refused = execution::refuse_edit(fix, edit, content);
  require(!refused || is_utf8(*refused), "a reason is UTF-8");
  if (!refused)
    check_allowed(content, edit);
  fix.set_on_note(true);
  require(refused.has_value()
            <= execution::refuse_edit(fix, edit, content).has_value(),
          "what an error may not propose a note may not either");
  if (execution::is_rename(edit, content))
    require(edit.begin() < edit.end() && edit.end() <= content.size(),
            "a rename is of something");
  if (execution::is_structural(edit))
    require(edit.begin() == edit.end() && !edit.replacement().empty(),
            "a missing sign is put in");
}

} // namespace

/// A file, then edits (see `read_edits`), then the error's message.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t edits_max = 16;
  auto rest = input_text(data, size);
  auto content = take_part(rest);
  auto edits = read_edits(take_part(rest), edits_max);
  for (auto& edit : edits)
    check_edit(content, edit, cohort::runtime::analysis::valid_utf8(rest));
  return 0;
}
