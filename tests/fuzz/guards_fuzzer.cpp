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

/// Comments and directives that start in `text`, or go on in its next line.
size_t hiding_places(std::string_view text) {
  return count(text, "//") + count(text, "/*") + count(text, "\\\n")
         + count(text, "\n#") + (text.starts_with('#') ? 1 : 0);
}

/// Whether `edit` changes a line that starts a macro's definition.
bool changes_definition(std::string_view content, const pb::Edit& edit) {
  auto begin = content.substr(0, edit.begin()).rfind('\n') + 1;
  auto lines = content.substr(begin, content.find('\n', edit.end()) - begin);
  while (!lines.empty())
    if (take_line(lines).starts_with("#define "))
      return true;
  return false;
}

void check_allowed(std::string_view content, const pb::Edit& edit) {
  require(edit.begin() <= edit.end() && edit.end() <= content.size(),
          "an edit that is tried lies within the file");
  auto result = workspace::apply_edits(content, {edit});
  require(result.has_value(), "an edit that is tried can be made");
  require(!changes_definition(content, edit), "no macro is edited");
  auto text = content.substr(edit.begin(), edit.end() - edit.begin());
  if (edit.replacement().empty() && text.ends_with('\n')
      && content.substr(0, edit.begin()).ends_with(text))
    return; // A line that stands there twice.
  auto includes = edit.replacement().starts_with("#include ") ? 1U : 0U;
  require(hiding_places(*result) <= hiding_places(content) + includes,
          "no code is put under a comment or a directive");
  require(count(*result, "*/") >= count(content, "*/"), "comments end");
  require(count(*result, "\n") >= count(content, "\n"), "no lines are joined");
}

void check_edit(std::string_view content, const pb::Edit& edit,
                const std::string& message) {
  pb::Fix fix;
  fix.set_message(message);
  *fix.add_edits() = edit;
  auto refused = execution::refuse_edit(fix, edit, content);
  require(!refused || !is_utf8(content) || is_utf8(*refused),
          "a reason is UTF-8");
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
