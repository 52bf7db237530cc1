#include "runtime/execution/guards.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "runtime/analysis/text.hpp"
#include "runtime/execution/rules/proposal_list.hpp"
#include "runtime/execution/spelling.hpp"
#include "runtime/toolchain/tokens.hpp"

namespace cohort::runtime::execution {

namespace {

using toolchain::line_begin;
using toolchain::line_end;
using toolchain::scan;
using toolchain::token;
using token_texts = std::vector<std::string_view>;

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

/// Names, with their qualifications, are one token; `::`, `->` and every other
/// sign as well.
token_texts split(std::string_view text) {
  token_texts result;
  size_t at = 0;
  while (at < text.size()) {
    auto begin = at;
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    if (is_word_char(text[at]))
      while (at < text.size()
             && (is_word_char(text[at])
                 || (text.substr(at, 2) == "::" && at + 2 < text.size()
                     && is_word_char(text[at + 2]))))
        at += text[at] == ':' ? 2 : 1;
    else if (text.substr(at, 2) == "::" || text.substr(at, 2) == "->")
      at += 2;
    else
      ++at;
    result.push_back(text.substr(begin, at - begin));
  }
  return result;
}

bool is_name(std::string_view token) {
  return is_identifier(token.substr(0, token.find("::")));
}

/// What is left of both when the token_texts that they begin and end with alike
/// are taken away.
void drop_common(token_texts& a, token_texts& b) {
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.pop_back();
    b.pop_back();
  }
  size_t same = 0;
  while (same < a.size() && same < b.size() && a[same] == b[same])
    ++same;
  a.erase(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(same));
  b.erase(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(same));
}

std::string_view line_around(std::string_view content, size_t offset) {
  auto begin = offset == 0 ? std::string_view::npos
                           : content.rfind('\n', offset - 1);
  begin = begin == std::string_view::npos ? 0 : begin + 1;
  return content.substr(begin, content.find('\n', begin) - begin);
}

/// The directive whose line, with its continuations, `offset` lies on:
/// "define", "include", ...; empty when it is not on one.
std::string_view directive_at(std::string_view content, size_t offset) {
  auto line = line_around(content, offset);
  while (line.data() != content.data()) {
    auto start = static_cast<size_t>(line.data() - content.data());
    auto previous = line_around(content, start - 1);
    auto text = trim(previous);
    if (text.empty() || text.back() != '\\')
      break;
    line = previous;
  }
  auto text = trim(line);
  if (text.empty() || text[0] != '#')
    return {};
  text = trim(text.substr(1));
  auto end = std::find_if_not(text.begin(), text.end(), [](unsigned char c) {
    return std::isalpha(c) != 0;
  });
  return text.substr(0, static_cast<size_t>(end - text.begin()));
}

size_t count(std::string_view text, std::string_view sign) {
  size_t result = 0;
  for (auto at = text.find(sign); at != std::string_view::npos;
       at = text.find(sign, at + 1))
    ++result;
  return result;
}

/// "#include <x>", and nothing behind it.
bool is_include(std::string_view line) {
  constexpr std::string_view word = "#include";
  if (!line.starts_with(word))
    return false;
  auto name = trim(line.substr(word.size()));
  return (name.starts_with('<') && name.find('>') + 1 == name.size())
         || (name.starts_with('"') && name.find('"', 1) + 1 == name.size());
}

/// What takes text out of the program: comments, directives, and lines that go
/// on in the next one.
size_t hiding_signs(std::string_view lines) {
  auto result = count(lines, "//") + count(lines, "/*");
  while (!lines.empty()) {
    auto end = line_end(lines, 0);
    auto line = trim(lines.substr(0, end));
    if (line.starts_with('#') && !is_include(line))
      ++result;
    if (line.ends_with('\\'))
      ++result;
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return result;
}

/// Whether code disappears from the program although it stays in the text: the
/// edit's signs may start a comment together with those beside it.
bool hides_code(const pb::Edit& edit, std::string_view content) {
  auto begin = line_begin(content, edit.begin());
  auto before = content.substr(begin, line_end(content, edit.end()) - begin);
  std::string after{before};
  after.replace(edit.begin() - begin, edit.end() - edit.begin(),
                edit.replacement());
  return hiding_signs(after) > hiding_signs(before)
         || count(after, "*/") < count(before, "*/");
}

std::optional<std::string> refuse_text(std::string_view added) {
  for (auto cast :
       {"static_cast", "reinterpret_cast", "const_cast", "dynamic_cast"})
    if (added.find(cast) != std::string_view::npos)
      return "it silences the error with a cast";
  auto text = trim(added);
  auto names_a_type = text.size() > 2 && text.front() == '('
                      && text.back() == ')'
                      && !trim(text.substr(1, text.size() - 2)).empty();
  if (names_a_type)
    return "it silences the error with a cast";
  if (text.find("[[") != std::string_view::npos)
    return "it silences the error with an attribute";
  if (text == "class" || text == "struct" || text == "enum" || text == "union")
    return "it makes a name mean what another declaration hides";
  return std::nullopt;
}

bool may_vanish(std::string_view token) {
  static constexpr std::string_view allowed[]
    = {"&", "*", "::", ";", "const", "final", "override", "virtual"};
  return std::binary_search(std::begin(allowed), std::end(allowed), token);
}

/// A whole line that is the same as the one before it.
bool repeats_line(std::string_view text, size_t begin,
                  std::string_view content) {
  if (begin < text.size() || text.empty() || text.back() != '\n'
      || text.find('\n') + 1 != text.size())
    return false;
  auto starts = begin == text.size()
                || content[begin - text.size() - 1] == '\n';
  return starts && content.substr(begin - text.size(), text.size()) == text;
}

std::optional<std::string> refuse_removal(const token_texts& removed,
                                          const pb::Edit& edit,
                                          std::string_view content) {
  auto text = content.substr(edit.begin(), edit.end() - edit.begin());
  if (repeats_line(text, edit.begin(), content))
    return std::nullopt;
  auto behind = trim(content.substr(edit.end(), 2 + 2 * text.size()));
  auto start = edit.begin()
               - std::min<size_t>(edit.begin(), 2 + 2 * text.size());
  auto ahead = trim(content.substr(start, edit.begin() - start));
  auto last_ahead = split(ahead);
  auto first_behind = split(behind);
  if (removed.size() == 1
      && ((!last_ahead.empty() && last_ahead.back() == removed[0])
          || (!first_behind.empty() && first_behind.front() == removed[0])))
    return std::nullopt; // The same token twice.
  // "X::" of a name that stays.
  if (removed.size() == 2 && is_name(removed[0]) && removed[1] == "::")
    return std::nullopt;
  auto refused = std::find_if_not(removed.begin(), removed.end(), may_vanish);
  if (refused == removed.end())
    return std::nullopt;
  return "it removes '" + std::string{*refused} + "' from the program";
}

std::optional<std::string>
refuse_name(std::string_view from, std::string_view to, const pb::Edit& edit,
            std::string_view content) {
  if (auto why = refuse_rename(from, to))
    return why;
  auto standard = edit.begin() >= 5
                  && content.substr(edit.begin() - 5, 5) == "std::";
  auto same_end = to.size() > from.size()
                  && to.substr(to.size() - from.size()) == from
                  && to[to.size() - from.size() - 1] == ':';
  if (standard || same_end || is_keyword(to))
    return std::nullopt;
  if (occurrences(content, from, 2) > 1)
    return "the name " + std::string{from}
           + " is used more than once: its declaration may be what is missing";
  return std::nullopt;
}

bool are_signs(const token_texts& list) {
  return std::none_of(list.begin(), list.end(), [](std::string_view token) {
    return is_name(token) || std::isdigit(static_cast<unsigned char>(token[0]));
  });
}

/// "%d" in a format string for "%s", with or without the percent sign.
bool is_directive_exchange(const pb::Fix& fix, const pb::Edit& edit,
                           std::string_view content) {
  constexpr size_t longest = 12;
  auto text = content.substr(edit.begin(), edit.end() - edit.begin());
  return fix.message().find("format") != std::string::npos && !text.empty()
         && text.size() <= longest && edit.replacement().size() <= longest
         && (text[0] == '%'
             || (edit.begin() > 0 && content[edit.begin() - 1] == '%'));
}

/// What a rule copies from the declaration of the overridden function.
bool takes_overridden_signature(const pb::Fix& fix) {
  static constexpr std::string_view errors[] = {"hides virtual member function",
                                                "has a different return type",
                                                "conflicting return type"};
  return fix.tool() == rules::tool
         && std::any_of(std::begin(errors), std::end(errors), [&](auto text) {
              return fix.message().find(text) != std::string::npos;
            });
}

std::optional<std::string>
refuse_replacement(const token_texts& removed, const token_texts& added,
                   const pb::Fix& fix, const pb::Edit& edit,
                   std::string_view content) {
  if (is_directive_exchange(fix, edit, content))
    return std::nullopt;
  if (removed.size() == 1 && added.size() == 1 && is_name(removed[0])
      && is_name(added[0]) && !takes_overridden_signature(fix))
    return refuse_name(removed[0], added[0], edit, content);
  if (removed.size() <= 3 && are_signs(removed) && are_signs(added))
    return std::nullopt;
  if (fix.message().find("'main' must return 'int'") != std::string::npos
      || takes_overridden_signature(fix))
    return std::nullopt;
  return "it replaces code, not only a name or a sign";
}

/// As `refuse_edit`, in the text's own bytes.
std::optional<std::string> refusal(const pb::Fix& fix, const pb::Edit& edit,
                                   std::string_view content) {
  if (edit.begin() > edit.end() || edit.end() > content.size())
    return "it reaches past the end of the file";
  if (fix.on_note() && fix.message().find("to silence") != std::string::npos)
    return "it silences the error";
  auto directive = directive_at(content, edit.begin());
  if (directive == "define")
    return "it edits a macro's definition";
  auto old_text = content.substr(edit.begin(), edit.end() - edit.begin());
  auto takes_line_out = edit.replacement().empty()
                        && repeats_line(old_text, edit.begin(), content);
  if (old_text.find('\n') != std::string_view::npos && !takes_line_out)
    return "it changes more than one line";
  if (hides_code(edit, content))
    return "it puts code under a comment or a directive";
  if (directive == "include" && edit.begin() != edit.end()) {
    auto from = std::string_view{old_text}.substr(0, 200);
    auto to = std::string_view{edit.replacement()}.substr(0, 200);
    if (edit_distance(from, to, 2) > 2)
      return "it includes another file";
    return std::nullopt;
  }
  auto removed = split(old_text);
  auto added = split(edit.replacement());
  drop_common(removed, added);
  if (!added.empty())
    if (auto why = refuse_text(edit.replacement()))
      return why;
  if (removed.empty())
    return std::nullopt;
  if (added.empty())
    return refuse_removal(removed, edit, content);
  return refuse_replacement(removed, added, fix, edit, content);
}

} // namespace

std::optional<std::string> refuse_edit(const pb::Fix& fix, const pb::Edit& edit,
                                       std::string_view content) {
  auto why = refusal(fix, edit, content);
  return why ? std::optional{analysis::valid_utf8(*why)} : std::nullopt;
}

bool is_structural(const pb::Edit& edit) {
  static constexpr std::string_view signs = "(),:;{}";
  auto text = trim(edit.replacement());
  return edit.begin() == edit.end() && !text.empty()
         && std::all_of(text.begin(), text.end(), [](char c) {
              return is_space(c) || signs.find(c) != std::string_view::npos;
            });
}

bool is_rename(const pb::Edit& edit, std::string_view content) {
  if (edit.begin() >= edit.end() || edit.end() > content.size())
    return false;
  auto removed = split(content.substr(edit.begin(), edit.end() - edit.begin()));
  auto added = split(edit.replacement());
  drop_common(removed, added);
  if (removed.size() != 1 || added.size() != 1 || !is_name(removed[0])
      || !is_name(added[0]) || is_keyword(added[0]))
    return false;
  auto& from = removed[0];
  auto& to = added[0];
  return to.size() <= from.size() || to.substr(to.size() - from.size()) != from
         || to[to.size() - from.size() - 1] != ':';
}

bool breaks_structure(const pb::Diagnostic& error) {
  static constexpr std::string_view words[]
    = {"expected ",
       "extraneous ",
       "unterminated ",
       "is not allowed here",
       "qualified-id in declaration",
       "too few arguments provided to function-"
       "like macro",
       "arguments, but only"};
  return std::any_of(std::begin(words), std::end(words), [&](auto text) {
    return error.message().find(text) != std::string::npos;
  });
}

std::optional<std::string>
refuse_cascade(const pb::Fix& fix, const pb::Diagnostic* behind,
               const std::vector<const pb::Diagnostic*>& errors) {
  constexpr uint32_t reach = 30; // Lines that a cascade goes in its function.
  auto answers_anything = std::all_of(
    fix.edits().begin(), fix.edits().end(), [](const pb::Edit& edit) {
      return is_structural(edit) || edit.replacement().empty();
    });
  if (!answers_anything)
    return std::nullopt;
  if (behind != nullptr && breaks_structure(*behind))
    return "it may be a consequence of the error in "
           + behind->location().file();
  const pb::Diagnostic* first_of_line = nullptr;
  for (auto* error : errors) {
    auto line = error->location().line();
    if (error->tool() != fix.tool())
      continue;
    if (line < fix.target_line() && line + reach >= fix.target_line())
      return "it may be a consequence of the error on line "
             + std::to_string(line);
    if (line == fix.target_line() && first_of_line == nullptr)
      first_of_line = error;
  }
  if (first_of_line != nullptr && first_of_line->message() != fix.message()
      && std::none_of(first_of_line->fixes().begin(),
                      first_of_line->fixes().end(), [&](const pb::Fix& other) {
                        return other.message() == fix.message();
                      }))
    return "it may be a consequence of another error on its line";
  return std::nullopt;
}

} // namespace cohort::runtime::execution
