#include "runtime/analysis/error_signs.hpp"

#include <algorithm>
#include <array>

#include "runtime/analysis/workload.hpp"

namespace cohort::runtime::analysis {

namespace {

/// What the error types of config/error_types.yaml mean for what comes after
/// them. A type that is not listed misleads nobody, and may follow from others.
struct type_signs {
  std::string_view type;
  reach misleads;
  bool stands_alone = false;
  bool misses_name = false;
};

constexpr auto known_types = std::to_array<type_signs>({
  {"const_mismatch", reach::nowhere, true},
  {"declaration_mismatch", reach::nowhere, true},
  {"expected_token", reach::unit},
  {"format_mismatch", reach::nowhere, true},
  {"incomplete_type", reach::file},
  {"missing_include", reach::file, true},
  {"missing_namespace", reach::file, false, true},
  {"missing_return_type", reach::lines, true},
  {"missing_semicolon", reach::unit, true},
  {"missing_typename", reach::lines, true},
  {"no_member", reach::lines, false, true},
  {"other", reach::file},
  {"override_mismatch", reach::nowhere, true},
  {"preprocessor", reach::nowhere, true},
  {"redeclaration", reach::file, true},
  {"single_colon", reach::lines, true},
  {"type_mismatch", reach::lines},
  {"unclosed_brace", reach::unit},
  {"undeclared_name", reach::lines, false, true},
  {"unknown_type", reach::file, false, true},
  {"unterminated", reach::unit, true},
  {"wrong_argument_count", reach::lines, true},
  {"wrong_member_access", reach::nowhere, true},
});

bool is_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z');
}

std::string_view word_before(std::string_view text, size_t end) {
  auto begin = end;
  while (begin > 0 && is_word(text[begin - 1]))
    --begin;
  return text.substr(begin, end - begin);
}

std::string_view word_at(std::string_view text, size_t begin) {
  auto end = begin;
  while (end < text.size() && is_word(text[end]))
    ++end;
  return text.substr(begin, end - begin);
}

/// "a::std", or "a::a::b"; "a::a" alone is a constructor.
bool names_wrong_scope(std::string_view text) {
  constexpr std::string_view in = "::";
  for (auto at = text.find(in); at != text.npos; at = text.find(in, at + 1)) {
    auto outer = word_before(text, at);
    auto inner = word_at(text, at + in.size());
    auto rest = text.substr(at + in.size() + inner.size());
    if (!outer.empty()
        && (inner == "std" || (inner == outer && rest.starts_with(in))))
      return true;
  }
  return text.find("is not in a namespace enclosing") != text.npos
         || text.find("is not in namespace enclosing") != text.npos;
}

/// The quoted name that the message is about, without its scopes.
std::string_view quoted_name(std::string_view text) {
  constexpr std::string_view named = "named '";
  auto begin = text.find(named);
  begin = begin == text.npos ? text.find('\'') : begin + named.size() - 1;
  if (begin == text.npos)
    return {};
  auto end = text.find('\'', begin + 1);
  if (end == text.npos)
    return {};
  auto name = text.substr(begin + 1, end - begin - 1);
  auto scope = name.rfind("::");
  return scope == name.npos ? name : name.substr(scope + 2);
}

} // namespace

error_signs read_signs(const pb::Diagnostic& error) {
  error_signs result;
  auto is_inside = is_inside_workspace(error.location().file());
  result.is_displaced = !is_inside || names_wrong_scope(error.message());
  auto known
    = std::find_if(known_types.begin(), known_types.end(),
                   [&](auto& row) { return row.type == error.error_type(); });
  if (known == known_types.end() || !is_inside)
    return result;
  result.stands_alone = known->stands_alone;
  result.misleads = known->misleads;
  if (known->misses_name)
    result.missing_name = quoted_name(error.message());
  return result;
}

} // namespace cohort::runtime::analysis
