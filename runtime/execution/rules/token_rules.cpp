#include <cctype>
#include <optional>
#include <string>

#include "runtime/execution/rules/message_names.hpp"
#include "runtime/execution/rules/rules.hpp"
#include "runtime/execution/spelling.hpp"

namespace cohort::runtime::execution::rules {

namespace {

/// GCC points at the member, clang at the sign or at the member.
std::optional<size_t> sign_before_member(const error_site& where) {
  auto content = where.content();
  auto is_sign = [&](size_t at) {
    return content.substr(at, 1) == "." || content.substr(at, 2) == "->";
  };
  if (where.at() < where.end() && is_sign(where.at()))
    return where.at();
  auto at = where.at();
  while (at > where.begin() && content[at - 1] == ' ')
    --at;
  for (size_t length : {1, 2})
    if (at >= where.begin() + length && is_sign(at - length)
        && (length == 2 || content[at - 1] == '.'))
      return at - length;
  return std::nullopt;
}

} // namespace

void keyword(const error_site& where, proposal_list& out) {
  for (auto& [begin, text] : where.words()) {
    if (text.size() < 4 || is_keyword(text)
        || occurrences(where.content(), text, 2) > 1)
      continue;
    for (auto& keyword : similar_keywords(text))
      out.add(begin, begin + text.size(), std::string{keyword});
  }
}

void member_access(const error_site& where, proposal_list& out) {
  auto& error = where.error();
  auto wants_arrow = says(error, "which is of pointer type")
                     || says(error, "*' is not a structure or union")
                     || says(error, "*' is a pointer");
  auto lacks_member = says(error, "no member named")
                      || says(error, "which is of non-class type");
  if (!wants_arrow && !lacks_member)
    return;
  auto sign = sign_before_member(where);
  if (!sign)
    return;
  if (where.content()[*sign] == '.')
    out.add(*sign, *sign + 1, "->");
  else
    out.add(*sign, *sign + 2, ".");
}

void single_colon(const error_site& where, proposal_list& out) {
  auto line = where.line();
  for (size_t i = 1; i + 1 < line.size(); ++i)
    if (line[i] == ':' && is_word_char(line[i - 1]) && is_word_char(line[i + 1])
        && std::isdigit(static_cast<unsigned char>(line[i + 1])) == 0)
      out.add(where.begin() + i, where.begin() + i, ":");
}

void missing_typename(const error_site& where, proposal_list& out) {
  if (says(where.error(), "missing 'typename'") && where.at() < where.end()
      && is_word_char(where.content()[where.at()]))
    out.add(where.at(), where.at(), "typename ");
}

void semicolon(const error_site& where, proposal_list& out) {
  if (says(where.error(), "expected ';' after"))
    out.add(where.at(), where.at(), ";");
}

} // namespace cohort::runtime::execution::rules
