#include "runtime/toolchain/fix_builder.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "runtime/analysis/text.hpp"

namespace cohort::runtime::toolchain {

namespace {

/// Whether it can stand in a message as it is.
bool is_text(const std::string& text) {
  return analysis::valid_utf8(text) == text;
}

} // namespace

fix_builder::known_file& fix_builder::find(const std::string& file) {
  auto [it, is_new] = known_.try_emplace(file);
  if (is_new) {
    it->second.bytes = files_(file);
    if (it->second.bytes)
      it->second.lines.emplace(*it->second.bytes);
  }
  return it->second;
}

bool fix_builder::has_bom(const std::string& file) {
  auto& known = find(file);
  return known.bytes && known.bytes->rfind("\xef\xbb\xbf", 0) == 0;
}

std::optional<pb::Edit>
fix_builder::edit(const std::string& file, uint32_t begin_line,
                  uint32_t begin_column, uint32_t next_line,
                  uint32_t next_column, std::string text) {
  auto& known = find(file);
  if (!known.lines || !is_text(text) || !is_text(file))
    return std::nullopt;
  auto& lines = *known.lines;
  auto begin = lines.offset(begin_line, begin_column);
  // The place after the last line is where text may be added to the file.
  auto end = next_line == lines.lines() + 1 && next_column <= 1
               ? expected<size_t>{known.bytes->size()}
               : lines.offset(next_line, next_column);
  if (!begin || !end || *begin > *end)
    return std::nullopt;
  pb::Edit result;
  result.set_file(file);
  result.set_begin(*begin);
  result.set_end(*end);
  result.set_replacement(std::move(text));
  return result;
}

void sort_edits(pb::Fix& fix) {
  std::sort(fix.mutable_edits()->begin(), fix.mutable_edits()->end(),
            [](auto& a, auto& b) {
              return std::forward_as_tuple(a.file(), a.begin(), a.end())
                     < std::forward_as_tuple(b.file(), b.begin(), b.end());
            });
}

void add_complete_fix(pb::Fix fix, const std::string& message, bool on_note,
                      pb::Diagnostic& error) {
  if (on_note && message.find("to silence") != std::string::npos)
    return;
  fix.set_tool(error.tool());
  fix.add_voters(error.tool());
  fix.set_on_note(on_note);
  fix.set_message(message);
  fix.set_target_file(error.location().file());
  fix.set_target_line(error.location().line());
  sort_edits(fix);
  *error.add_fixes() = std::move(fix);
}

} // namespace cohort::runtime::toolchain
