#include <algorithm>
#include <string>
#include <vector>

#include "runtime/analysis/standard_headers.hpp"
#include "runtime/decomposition/decompose.hpp"
#include "runtime/execution/includes.hpp"
#include "runtime/execution/rules/message_names.hpp"
#include "runtime/execution/rules/rules.hpp"
#include "runtime/execution/spelling.hpp"

namespace cohort::runtime::execution::rules {

namespace {

constexpr size_t headers_max = 2;

/// Of "field 'x' has incomplete type 'std::atomic<int>'": "atomic".
std::string standard_name_in(std::string_view message) {
  constexpr std::string_view standard = "'std::";
  auto at = message.find(standard);
  if (at == message.npos)
    return {};
  message.remove_prefix(at + standard.size());
  auto end = std::find_if_not(message.begin(), message.end(), is_word_char);
  return std::string{message.begin(), end};
}

/// Names that an error says, or points at, as unknown.
std::vector<std::string> missing_names(const error_site& where) {
  auto& error = where.error();
  if (says(error, "::std'"))
    return {}; // A scope that is open by mistake has swallowed it.
  auto lacks = is_undeclared(error) || says(error, "is not a member of 'std'")
               || says(error, "in namespace 'std'")
               || says(error, "incomplete type")
               || says(error, "undefined template");
  auto is_odd = says(error, "requires a type specifier")
                || says(error, "expected constructor, destructor")
                || says(error, "with no type");
  std::vector<std::string> result;
  if (auto names = unqualified_names(error.message()); lacks && !names.empty())
    result.push_back(names.front());
  if (auto name = standard_name_in(error.message()); lacks && !name.empty())
    result.push_back(name);
  if (auto name = where.name_at_place();
      (lacks || is_odd) && !name.text.empty())
    result.emplace_back(name.text);
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void add_include(const error_site& where, const std::string& spelling,
                 proposal_list& out) {
  if (has_include(where.content(), spelling))
    return;
  auto place = place_include(where.content(), spelling, where.begin());
  out.add(place.at, place.at, place.text);
}

/// A header that declares `name` for all: as a macro if there is one, since
/// whoever uses a macro seems to declare its name as well.
void workspace_include(const error_site& where, std::string_view name,
                       const symbol_source& symbols, proposal_list& out) {
  auto* index = symbols ? symbols() : nullptr;
  if (index == nullptr)
    return;
  std::vector<std::string> macros;
  std::vector<std::string> others;
  for (auto& place : index->find(name)) {
    auto& kind = place.what->kind;
    if (!decomposition::is_header(*place.file)
        || *place.file == where.error().location().file() || kind == "namespace"
        || place.what->is_member)
      continue;
    auto& list = kind == "macro" ? macros : others;
    if (list.empty() || list.back() != *place.file)
      list.push_back(*place.file);
  }
  auto& chosen = macros.empty() ? others : macros;
  for (size_t i = 0; i < std::min(chosen.size(), headers_max); ++i)
    if (auto known = index->spellings(chosen[i]); !known.empty())
      add_include(where, '"' + known.front() + '"', out);
}

} // namespace

void include(const error_site& where, const symbol_source& symbols,
             proposal_list& out) {
  for (auto& name : missing_names(where)) {
    auto header = analysis::standard_header(name);
    if (header.empty() && where.is_used(name, false))
      workspace_include(where, name, symbols, out);
    else if (!header.empty() && where.is_used(name, true))
      add_include(where, '<' + std::string{header} + '>', out);
  }
}

} // namespace cohort::runtime::execution::rules
