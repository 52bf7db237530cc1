#include "runtime/execution/rules/rule_book.hpp"

#include <algorithm>
#include <utility>

namespace cohort::runtime::execution {

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
  auto where = rules::error_site::find(error, content_);
  if (!where)
    return {};
  if (!braces_)
    braces_ = missing_braces(content_);
  if (!parentheses_)
    parentheses_ = missing_parentheses(content_);
  rules::proposal_list all{error};
  for (auto* missing : {&*braces_, &*parentheses_})
    for (auto& bracket : *missing)
      if (is_first_after(bracket, error))
        for (auto& choice : bracket.choices)
          all.add(choice.at, choice.at, choice.text);
  rules::duplicate(*where, all);
  rules::missing_typename(*where, all);
  rules::using_declaration(*where, all);
  rules::standard_name(*where, all);
  rules::member_access(*where, all);
  rules::declaration(*where, all);
  rules::single_colon(*where, all);
  rules::keyword(*where, all);
  rules::spelling(*where, all);
  rules::semicolon(*where, all);
  rules::overridden(*where, files_, all);
  rules::needless_override(*where, symbols_, all);
  rules::constant(*where, files_, all);
  rules::result_type(*where, symbols_, all);
  rules::include(*where, symbols_, all);
  return std::move(all).take();
}

} // namespace cohort::runtime::execution
