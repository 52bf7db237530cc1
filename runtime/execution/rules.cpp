#include "runtime/execution/rules.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "runtime/decomposition/decompose.hpp"
#include "runtime/execution/includes.hpp"
#include "runtime/execution/spelling.hpp"
#include "runtime/execution/tokens.hpp"

namespace cohort::runtime::execution {

namespace {

/// An error's line in its file.
struct place {
  std::string_view content;
  size_t begin = 0; // Of the line.
  size_t end = 0;
  size_t at = 0; // The error's own column.

  [[nodiscard]] std::string_view line() const {
    return content.substr(begin, end - begin);
  }
};

struct word {
  size_t begin = 0; // In the file.
  std::string_view text;
};

std::optional<place> place_of(const pb::Diagnostic& error,
                              std::string_view content) {
  place result;
  result.content = content;
  for (uint32_t line = 1; line < error.location().line(); ++line) {
    auto end = content.find('\n', result.begin);
    if (end == std::string_view::npos)
      return std::nullopt;
    result.begin = end + 1;
  }
  result.end = std::min(content.find('\n', result.begin), content.size());
  auto column = std::max(1U, error.location().byte_column());
  result.at = result.begin + column - 1;
  if (result.at > result.end || result.end - result.begin > 10'000)
    return std::nullopt;
  return result;
}

std::vector<word> words_of(const place& where) {
  std::vector<word> result;
  auto line = where.line();
  for (size_t i = 0; i < line.size();) {
    if (!is_word_char(line[i])) {
      ++i;
      continue;
    }
    auto begin = i;
    while (i < line.size() && is_word_char(line[i]))
      ++i;
    auto text = line.substr(begin, i - begin);
    if (is_identifier(text))
      result.push_back({where.begin + begin, text});
  }
  return result;
}

/// The identifiers between quotes in a message, in order.
std::vector<std::string> quoted_names(std::string_view message) {
  std::vector<std::string> result;
  for (auto open = message.find('\''); open != std::string_view::npos;) {
    auto close = message.find('\'', open + 1);
    if (close == std::string_view::npos)
      break;
    auto text = message.substr(open + 1, close - open - 1);
    if (is_identifier(text))
      result.emplace_back(text);
    open = message.find('\'', close + 1);
  }
  return result;
}

bool says(const pb::Diagnostic& error, std::string_view words) {
  return error.message().find(words) != std::string::npos;
}

/// Collects proposals for one error.
class proposals {
public:
  proposals(const pb::Diagnostic& error, const place& where)
    : error_{error}, where_{where} {
    // nop
  }

  std::vector<pb::Fix> take() && {
    return std::move(fixes_);
  }

  void keyword() {
    for (auto& [begin, text] : words_of(where_)) {
      if (text.size() < 4 || is_keyword(text)
          || occurrences(where_.content, text, 2) > 1)
        continue;
      for (auto& keyword : similar_keywords(text))
        add(begin, begin + text.size(), std::string{keyword});
    }
  }

  void standard_name() {
    if (!is_undeclared())
      return;
    auto names = quoted_names(error_.message());
    if (names.empty() || standard_header(names.front()).empty())
      return;
    for (auto& [begin, text] : words_of(where_))
      if (text == names.front() && !is_qualified(begin))
        add(begin, begin, "std::");
  }

  void member_access() {
    auto wants_arrow = says(error_, "which is of pointer type")
                       || says(error_, "*' is not a structure or union")
                       || says(error_, "*' is a pointer");
    auto lacks_member = says(error_, "no member named")
                        || says(error_, "which is of non-class type");
    if (!wants_arrow && !lacks_member)
      return;
    auto sign = sign_before_member();
    if (!sign)
      return;
    if (where_.content[*sign] == '.')
      add(*sign, *sign + 1, "->");
    else
      add(*sign, *sign + 2, ".");
  }

  void single_colon() {
    auto line = where_.line();
    for (size_t i = 1; i + 1 < line.size(); ++i)
      if (line[i] == ':' && is_word_char(line[i - 1])
          && is_word_char(line[i + 1])
          && std::isdigit(static_cast<unsigned char>(line[i + 1])) == 0)
        add(where_.begin + i, where_.begin + i, ":");
  }

  void declaration() {
    if (!is_undeclared() || !says(error_, "did you mean"))
      return;
    auto names = quoted_names(error_.message());
    if (names.size() < 2)
      return;
    auto& used = names.front();
    auto& declared = names.back();
    if (used == declared || is_keyword(declared)
        || occurrences(where_.content, declared, 2) != 1)
      return;
    auto at = find_name(where_.content, declared);
    if (at != std::string_view::npos)
      add(at, at + declared.size(), used);
  }

  void missing_typename() {
    if (says(error_, "missing 'typename'") && where_.at < where_.end
        && is_word_char(where_.content[where_.at]))
      add(where_.at, where_.at, "typename ");
  }

  /// What the compiler means, where it proposes no edit because the place is an
  /// argument of a macro.
  void spelling() {
    auto names = unqualified_names();
    if (!says(error_, "did you mean '") || names.size() < 2
        || !error_.fixes().empty() || !calls_a_macro())
      return;
    auto& meant = names.back();
    for (auto& [begin, text] : words_of(where_))
      if (text != meant && edit_distance(text, meant, 2) <= 2
          && std::find(names.begin(), names.end() - 1, text) != names.end() - 1)
        add(begin, begin + text.size(), meant);
  }

  void semicolon() {
    if (says(error_, "expected ';' after") && where_.at <= where_.end)
      add(where_.at, where_.at, ";");
  }

  void needless_override() {
    if (!says(error_, "marked 'override', but does not override")
        && !says(error_, "marked 'override' but does not override"))
      return;
    for (auto& [begin, text] : words_of(where_))
      if (text == "override")
        add(begin, begin + text.size(), "");
  }

  /// The function that a note names, made const where it is declared.
  void constant(const file_source& files) {
    if (!files
        || (!says(error_, "discards qualifiers")
            && !says(error_, "is not marked const")))
      return;
    for (auto& note : error_.notes()) {
      auto names = quoted_functions(note.message());
      auto* content = names.empty() ? nullptr : files(note.location().file());
      if (content == nullptr)
        continue;
      auto there = place_of(note, *content);
      if (!there)
        continue;
      auto name = find_name(*content, names.front(), there->begin);
      if (name == std::string::npos || name >= there->end)
        continue;
      if (auto end = end_of_parameters(*content, name))
        add_to(note.location().file(), *end, *end, " const");
    }
  }

  /// A line that says again what the one before it says.
  void duplicate() {
    if (!says(error_, "redeclar") && !says(error_, "redefin")
        && !says(error_, "duplicate") && !says(error_, "cannot be overloaded")
        && !says(error_, "previously declared")
        && !says(error_, "already declared"))
      return;
    if (where_.begin == 0 || where_.end == where_.content.size())
      return;
    auto before = line_begin(where_.content, where_.begin - 1);
    auto previous = where_.content.substr(before, where_.begin - 1 - before);
    if (previous == where_.line())
      add(where_.begin, where_.end + 1, "");
  }

  void bracket(const missing_bracket& missing) {
    for (auto& choice : missing.choices)
      add(choice.at, choice.at, choice.text);
  }

  void include(const symbol_source& symbols) {
    for (auto& name : missing_names()) {
      auto header = standard_header(name);
      if (header.empty() && is_used(name, false))
        workspace_include(name, symbols);
      else if (!header.empty() && is_used(name, true))
        add_include('<' + std::string{header} + '>');
    }
  }

  /// The types that functions of that name have elsewhere; then the usual ones.
  void result_type(const symbol_source& symbols) {
    if (!says(error_, "requires a type specifier")
        && !says(error_, "with no type"))
      return;
    auto name = name_at_place();
    if (name.text.empty() || is_macro_name(name.text))
      return;
    for (auto& type : types_of(name.text, symbols))
      add(name.begin, name.begin, type + ' ');
  }

private:
  /// Of "in call to 'T n::c::f(int)'" and "'f' declared here": "f".
  static std::vector<std::string> quoted_functions(std::string_view message) {
    auto open = message.find('\'');
    auto close = message.find('\'', open + 1);
    if (open == message.npos || close == message.npos)
      return {};
    auto text = message.substr(open + 1, close - open - 1);
    if (auto paren = text.find('('); paren != text.npos)
      text = text.substr(0, paren);
    auto begin = text.size();
    while (begin > 0 && is_word_char(text[begin - 1]))
      --begin;
    text.remove_prefix(begin);
    return is_identifier(text) ? std::vector{std::string{text}}
                               : std::vector<std::string>{};
  }

  /// Behind the parenthesis that closes the parameters of the function whose
  /// name begins at `name`.
  static std::optional<size_t> end_of_parameters(std::string_view content,
                                                 size_t name) {
    size_t depth = 0;
    auto end = std::min(content.size(), name + 1000);
    for (auto at = content.find('(', name); at < end; ++at) {
      depth += content[at] == '(' ? 1 : 0;
      if (content[at] == ')' && --depth == 0)
        return at + 1;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool calls_a_macro() const {
    auto uses = words_of(where_);
    return std::any_of(uses.begin(), uses.end(), [&](const word& use) {
      return is_macro_name(use.text)
             && where_.content.substr(use.begin + use.text.size(), 1) == "(";
    });
  }

  /// Whether the line uses `name` otherwise than as a member; a standard one
  /// as that of `std` or unqualified.
  [[nodiscard]] bool is_used(std::string_view name, bool standard) const {
    auto uses = words_of(where_);
    return std::any_of(uses.begin(), uses.end(), [&](const word& use) {
      auto before = where_.content.substr(0, use.begin);
      auto is_member = before.ends_with('.') || before.ends_with("->");
      return use.text == name && !is_member
             && (!standard || !before.ends_with("::")
                 || before.ends_with("std::"));
    });
  }

  static bool is_macro_name(std::string_view name) {
    return std::none_of(name.begin(), name.end(),
                        [](unsigned char c) { return std::islower(c) != 0; });
  }

  /// Names that an error says, or points at, as unknown.
  [[nodiscard]] std::vector<std::string> missing_names() const {
    if (says(error_, "::std'"))
      return {}; // A scope that is open by mistake has swallowed it.
    auto lacks = is_undeclared() || says(error_, "is not a member of 'std'")
                 || says(error_, "in namespace 'std'")
                 || says(error_, "incomplete type")
                 || says(error_, "undefined template");
    auto is_odd = says(error_, "requires a type specifier")
                  || says(error_, "expected constructor, destructor")
                  || says(error_, "with no type");
    std::vector<std::string> result;
    if (auto names = unqualified_names(); lacks && !names.empty())
      result.push_back(names.front());
    // "field 'x' has incomplete type 'std::atomic<int>'"
    constexpr std::string_view standard = "'std::";
    if (auto at = error_.message().find(standard);
        lacks && at != std::string::npos) {
      auto name
        = std::string_view{error_.message()}.substr(at + standard.size());
      result.emplace_back(name.substr(
        0, static_cast<size_t>(
             std::find_if_not(name.begin(), name.end(), is_word_char)
             - name.begin())));
    }
    if (lacks || is_odd)
      if (auto name = name_at_place(); !name.text.empty())
        result.emplace_back(name.text);
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

  /// The names between quotes, without what qualifies them or their arguments.
  [[nodiscard]] std::vector<std::string> unqualified_names() const {
    std::vector<std::string> result;
    std::string_view rest = error_.message();
    for (auto open = rest.find('\''); open != rest.npos;
         open = rest.find('\'')) {
      auto close = rest.find('\'', open + 1);
      if (close == rest.npos)
        break;
      auto text = rest.substr(open + 1, close - open - 1);
      rest.remove_prefix(close + 1);
      text = text.substr(0, text.find('<'));
      if (auto colon = text.rfind("::"); colon != text.npos)
        text.remove_prefix(colon + 2);
      if (is_identifier(text))
        result.emplace_back(text);
    }
    return result;
  }

  /// The word that the error points at, or the one before it.
  [[nodiscard]] word name_at_place() const {
    word result;
    for (auto& candidate : words_of(where_)) {
      if (candidate.begin > where_.at)
        break;
      result = candidate;
    }
    return is_keyword(result.text) ? word{} : result;
  }

  void add_include(const std::string& spelling) {
    if (has_include(where_.content, spelling))
      return;
    auto place = place_include(where_.content, spelling, where_.begin);
    add(place.at, place.at, place.text);
  }

  /// A header that declares `name` for all: as a macro if there is one, since
  /// whoever uses a macro seems to declare its name as well.
  void workspace_include(std::string_view name, const symbol_source& symbols) {
    auto* index = symbols ? symbols() : nullptr;
    if (index == nullptr)
      return;
    std::vector<std::string> macros;
    std::vector<std::string> others;
    for (auto& place : index->find(name)) {
      auto& kind = place.what->kind;
      if (!decomposition::is_header(*place.file)
          || *place.file == error_.location().file() || kind == "namespace"
          || place.what->is_member)
        continue;
      auto& list = kind == "macro" ? macros : others;
      if (list.empty() || list.back() != *place.file)
        list.push_back(*place.file);
    }
    constexpr size_t headers_max = 2;
    auto& chosen = macros.empty() ? others : macros;
    for (size_t i = 0; i < std::min(chosen.size(), headers_max); ++i)
      if (auto known = index->spellings(chosen[i]); !known.empty())
        add_include('"' + known.front() + '"');
  }

  [[nodiscard]] static std::vector<std::string>
  types_of(std::string_view name, const symbol_source& symbols) {
    std::map<std::string, size_t> known;
    auto* index = symbols ? symbols() : nullptr;
    if (index != nullptr)
      for (auto& place : index->find(name))
        if (!place.what->type.empty())
          ++known[place.what->type];
    std::vector<std::string> result;
    for (auto& [type, times] : known)
      result.push_back(type);
    std::stable_sort(result.begin(), result.end(), [&](auto& a, auto& b) {
      return known.at(a) > known.at(b);
    });
    constexpr size_t types_max = 3;
    if (result.size() > types_max)
      result.resize(types_max);
    for (auto* usual : {"void", "bool", "int"})
      if (known.count(usual) == 0)
        result.emplace_back(usual);
    return result;
  }

  [[nodiscard]] bool is_undeclared() const {
    return says(error_, "undeclared identifier") || says(error_, "not declared")
           || says(error_, "unknown type name")
           || says(error_, "does not name a type")
           || says(error_, "has not been declared")
           || says(error_, "no template named");
  }

  [[nodiscard]] bool is_qualified(size_t begin) const {
    auto before = where_.content.substr(0, begin);
    auto ends_with = [&](std::string_view end) {
      return before.size() >= end.size()
             && before.substr(before.size() - end.size()) == end;
    };
    return ends_with("::") || ends_with(".") || ends_with("->");
  }

  /// GCC points at the member, clang at the sign or at the member.
  [[nodiscard]] std::optional<size_t> sign_before_member() const {
    auto is_sign = [&](size_t at) {
      return where_.content.substr(at, 1) == "."
             || where_.content.substr(at, 2) == "->";
    };
    if (where_.at < where_.end && is_sign(where_.at))
      return where_.at;
    auto at = where_.at;
    while (at > where_.begin && where_.content[at - 1] == ' ')
      --at;
    for (size_t length : {1, 2})
      if (at >= where_.begin + length && is_sign(at - length)
          && (length == 2 || where_.content[at - 1] == '.'))
        return at - length;
    return std::nullopt;
  }

  void add(size_t begin, size_t end, std::string replacement) {
    add_to(error_.location().file(), begin, end, std::move(replacement));
  }

  void add_to(const std::string& file, size_t begin, size_t end,
              std::string replacement) {
    auto& fix = fixes_.emplace_back();
    fix.set_tool(std::string{rule_tool});
    fix.set_on_note(true); // A compiler's own proposal goes first.
    fix.set_message(error_.message());
    fix.set_target_file(error_.location().file());
    fix.set_target_line(error_.location().line());
    auto& edit = *fix.add_edits();
    edit.set_file(file);
    edit.set_begin(begin);
    edit.set_end(end);
    edit.set_replacement(std::move(replacement));
  }

  const pb::Diagnostic& error_;
  const place& where_;
  std::vector<pb::Fix> fixes_;
};

} // namespace

rule_book::rule_book(std::string_view content,
                     const std::vector<const pb::Diagnostic*>& errors,
                     symbol_source symbols, file_source files)
  : content_{content}, symbols_{std::move(symbols)}, files_{std::move(files)} {
  for (auto* error : errors)
    lines_[error->tool()].push_back(error->location().line());
  for (auto& [tool, lines] : lines_)
    std::sort(lines.begin(), lines.end());
}

/// Whether `error` is the first that its compiler reports from where the
/// bracket is missing on.
bool rule_book::is_first_after(const missing_bracket& missing,
                               const pb::Diagnostic& error) const {
  auto found = lines_.find(error.tool());
  if (found == lines_.end())
    return false;
  auto first = std::lower_bound(found->second.begin(), found->second.end(),
                                missing.first_line);
  return first != found->second.end() && *first == error.location().line();
}

std::vector<pb::Fix> rule_book::fixes(const pb::Diagnostic& error) {
  auto where = place_of(error, content_);
  if (!where)
    return {};
  if (!braces_)
    braces_ = missing_braces(content_);
  if (!parentheses_)
    parentheses_ = missing_parentheses(content_);
  proposals all{error, *where};
  for (auto* missing : {&*braces_, &*parentheses_})
    for (auto& bracket : *missing)
      if (is_first_after(bracket, error))
        all.bracket(bracket);
  all.duplicate();
  all.missing_typename();
  all.standard_name();
  all.member_access();
  all.declaration();
  all.single_colon();
  all.keyword();
  all.spelling();
  all.semicolon();
  all.needless_override();
  all.constant(files_);
  all.result_type(symbols_);
  all.include(symbols_);
  return std::move(all).take();
}

} // namespace cohort::runtime::execution
