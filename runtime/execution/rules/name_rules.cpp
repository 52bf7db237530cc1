#include <algorithm>
#include <string>

#include "runtime/analysis/standard_headers.hpp"
#include "runtime/execution/rules/message_names.hpp"
#include "runtime/execution/rules/rules.hpp"
#include "runtime/execution/spelling.hpp"

namespace cohort::runtime::execution::rules {

void standard_name(const error_site& where, proposal_list& out) {
  if (!is_undeclared(where.error()))
    return;
  auto names = quoted_names(where.error().message());
  if (names.empty() || analysis::standard_header(names.front()).empty())
    return;
  for (auto& use : where.words())
    if (use.text == names.front() && !where.is_qualified(use))
      out.add(use.begin, use.begin, "std::");
}

void declaration(const error_site& where, proposal_list& out) {
  if (!is_undeclared(where.error()) || !says(where.error(), "did you mean"))
    return;
  auto names = quoted_names(where.error().message());
  if (names.size() < 2)
    return;
  auto& used = names.front();
  auto& declared = names.back();
  if (used == declared || is_keyword(declared)
      || occurrences(where.content(), declared, 2) != 1)
    return;
  auto at = find_name(where.content(), declared);
  if (at != std::string_view::npos)
    out.add(at, at + declared.size(), used);
}

void spelling(const error_site& where, proposal_list& out) {
  auto& error = where.error();
  auto names = unqualified_names(error.message());
  if (!says(error, "did you mean '") || names.size() < 2
      || !error.fixes().empty() || !where.calls_a_macro())
    return;
  auto& meant = names.back();
  for (auto& [begin, text] : where.words())
    if (text != meant && edit_distance(text, meant, 2) <= 2
        && std::find(names.begin(), names.end() - 1, text) != names.end() - 1)
      out.add(begin, begin + text.size(), meant);
}

} // namespace cohort::runtime::execution::rules
