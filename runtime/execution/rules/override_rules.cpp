#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/execution/rules/message_names.hpp"
#include "runtime/execution/rules/rules.hpp"
#include "runtime/execution/spelling.hpp"
#include "runtime/toolchain/tokens.hpp"

namespace cohort::runtime::execution::rules {

namespace {

using toolchain::scan;
using toolchain::token;

bool is_access(std::string_view text) {
  return text == "public" || text == "private" || text == "protected";
}

/// Whether the class in whose body `offset` lies names a base.
bool has_bases(std::string_view content, size_t offset) {
  auto tokens = scan(content);
  std::vector<size_t> open; // '{' that are not closed before `offset`.
  for (size_t i = 0; i < tokens.size() && tokens[i].begin < offset; ++i) {
    auto text = tokens[i].in(content);
    if (text == "{")
      open.push_back(i);
    else if (text == "}" && !open.empty())
      open.pop_back();
  }
  if (open.empty())
    return false;
  auto names_some = false;
  for (auto i = open.back(); i-- > 0;) {
    auto text = tokens[i].in(content);
    if (text == ":") {
      if (i > 0 && is_access(tokens[i - 1].in(content)))
        return false;
      names_some = true;
    }
    if (text == "class" || text == "struct")
      return names_some;
    if (text == ";" || text == "{" || text == "}")
      return false;
  }
  return false;
}

/// Member functions of the workspace of which `name` may be a misspelling.
std::set<std::string> near_members(std::string_view name,
                                   const symbol_source& symbols) {
  std::set<std::string> result;
  auto* index = symbols ? symbols() : nullptr;
  if (index == nullptr)
    return result;
  for (auto& [file, what] : index->all())
    for (auto& symbol : what->declared)
      if (symbol.is_member
          && (symbol.kind == "prototype" || symbol.kind == "function")
          && symbol.name != name && is_identifier(symbol.name)
          && !refuse_rename(name, symbol.name))
        result.insert(symbol.name);
  return result;
}

/// The function whose parameters end before `offset`, with nothing but
/// qualifiers in between.
std::optional<word> function_before(std::string_view content, size_t offset) {
  auto tokens = scan(content);
  auto at
    = static_cast<size_t>(std::lower_bound(tokens.begin(), tokens.end(), offset,
                                           [](const token& one, size_t place) {
                                             return one.begin < place;
                                           })
                          - tokens.begin());
  while (at-- > 0) {
    auto text = tokens[at].in(content);
    if (text == "const" || text == "volatile" || text == "noexcept"
        || text == "final" || text == "&")
      continue;
    if (text != ")")
      return std::nullopt;
    for (size_t depth = 0;; --at) {
      auto sign = tokens[at].in(content);
      depth += sign == ")" ? 1 : 0;
      if (sign == "(" && --depth == 0)
        break;
      if (at == 0)
        return std::nullopt;
    }
    if (at == 0)
      return std::nullopt;
    auto& name = tokens[at - 1];
    auto name_text = name.in(content);
    if (name_text == "noexcept" || name_text == "__attribute__") {
      --at;
      continue;
    }
    if (name.kind != toolchain::token_kind::name || is_keyword(name_text))
      return std::nullopt;
    return word{name.begin, name_text};
  }
  return std::nullopt;
}

/// A member function's declaration, by offsets in its file.
struct declaration_parts {
  size_t result = 0; // Where the result's type begins.
  size_t name = 0;
  size_t open = 0;  // '('
  size_t close = 0; // Behind ')'.
  bool is_const = false;
  bool is_noexcept = false;
  size_t const_end = 0; // Behind `const`; `close` where there is none.

  [[nodiscard]] std::string_view result_in(std::string_view content) const {
    auto text = content.substr(result, name - result);
    while (!text.empty() && text.back() == ' ')
      text.remove_suffix(1);
    return text;
  }
};

/// The declaration of `name` whose name stands at or before `from`, no further
/// away than in its statement.
std::optional<declaration_parts> parts_of(std::string_view content,
                                          std::string_view name, size_t from) {
  static const std::set<std::string_view> before
    = {"virtual", "inline", "static", "constexpr", "explicit", "friend"};
  auto tokens = scan(content);
  auto at = tokens.size();
  for (size_t i = 0; i < tokens.size() && tokens[i].begin <= from; ++i)
    if (tokens[i].in(content) == name && i + 1 < tokens.size()
        && tokens[i + 1].in(content) == "(")
      at = i;
  if (at == tokens.size())
    return std::nullopt;
  declaration_parts result;
  result.name = tokens[at].begin;
  result.open = tokens[at + 1].begin;
  auto first = at;
  for (; first > 0; --first) {
    auto text = tokens[first - 1].in(content);
    if (text == ";" || text == "{" || text == "}" || text == ":" || text == "]"
        || before.contains(text)
        || tokens[first - 1].kind == toolchain::token_kind::directive)
      break;
  }
  result.result = tokens[first].begin;
  auto i = at + 1;
  for (size_t depth = 0; i < tokens.size(); ++i) {
    auto text = tokens[i].in(content);
    depth += text == "(" ? 1 : 0;
    if (text == ")" && --depth == 0)
      break;
  }
  if (i == tokens.size())
    return std::nullopt;
  result.close = result.const_end = tokens[i].end;
  for (++i; i < tokens.size(); ++i) {
    auto text = tokens[i].in(content);
    if (text == ";" || text == "{" || text == "=" || text == "->")
      break;
    if (text == "const") {
      result.is_const = true;
      result.const_end = tokens[i].end;
    }
    result.is_noexcept = result.is_noexcept || text == "noexcept";
  }
  return result;
}

/// Where the type of a parameter stands in the list.
struct parameter {
  size_t begin = 0;
  size_t end = 0;
};

/// None where a text is more than types and names: defaults, functions, arrays.
std::optional<std::vector<parameter>> parameters_in(std::string_view text) {
  static const std::set<std::string_view> built_in
    = {"char",     "int",    "long", "short",   "bool",  "float",   "double",
       "unsigned", "signed", "auto", "wchar_t", "const", "volatile"};
  std::vector<parameter> result;
  auto tokens = scan(text);
  int depth = 0;
  size_t first = 0;
  auto take = [&](size_t end) {
    if (first == end)
      return;
    auto last = end - 1;
    auto previous = last > first ? tokens[last - 1].in(text)
                                 : std::string_view{};
    auto is_named = tokens[last].kind == toolchain::token_kind::name
                    && last > first && previous != "::"
                    && !built_in.contains(tokens[last].in(text))
                    && previous != "const" && previous != "struct"
                    && previous != "class" && previous != "enum";
    result.push_back({tokens[first].begin,
                      is_named ? tokens[last - 1].end : tokens[last].end});
  };
  for (size_t i = 0; i < tokens.size(); ++i) {
    auto sign = tokens[i].in(text);
    if (sign == "(" || sign == "[" || sign == "=" || sign == "{")
      return std::nullopt;
    depth += sign == "<" ? 1 : sign == ">" ? -1 : 0;
    if (sign == "," && depth == 0) {
      take(i);
      first = i + 1;
    }
  }
  take(tokens.size());
  return result;
}

/// Its tokens, whatever stands between them.
std::string squeezed(std::string_view text) {
  std::string result;
  for (auto& token : scan(text)) {
    result += token.in(text);
    result += ' ';
  }
  return result;
}

/// The parameters as they are here, but with the base's types where those are
/// others. None where no type is, or one cannot tell.
std::optional<std::string> merged(std::string_view base,
                                  std::string_view derived) {
  auto theirs = parameters_in(base);
  auto own = parameters_in(derived);
  if (!theirs || !own || theirs->size() != own->size())
    return std::nullopt;
  std::string result{derived};
  auto differs = false;
  for (auto i = own->size(); i-- > 0;) {
    auto& from = (*theirs)[i];
    auto& to = (*own)[i];
    auto type = base.substr(from.begin, from.end - from.begin);
    auto here = derived.substr(to.begin, to.end - to.begin);
    if (squeezed(type) == squeezed(here))
      continue;
    differs = true;
    result.replace(to.begin, to.end - to.begin, type);
  }
  return differs ? std::optional{result} : std::nullopt;
}

void as_overridden(const error_site& where, std::string_view base_text,
                   const declaration_parts& base,
                   const declaration_parts& derived, proposal_list& out) {
  auto content = where.content();
  auto theirs = base_text.substr(base.open + 1, base.close - base.open - 2);
  auto ours = content.substr(derived.open + 1,
                             derived.close - derived.open - 2);
  if (auto text = merged(theirs, ours))
    return out.add(derived.open + 1, derived.close - 1, std::move(*text));
  if (base.is_const && !derived.is_const)
    return out.add(derived.close, derived.close, " const");
  if (!base.is_const && derived.is_const)
    return out.add(derived.const_end - 5, derived.const_end, "");
  if (base.is_noexcept && !derived.is_noexcept)
    return out.add(derived.const_end, derived.const_end, " noexcept");
  auto type = base.result_in(base_text);
  auto own = derived.result_in(content);
  if (!type.empty() && !own.empty() && squeezed(type) != squeezed(own))
    out.add(derived.result, derived.result + own.size(), std::string{type});
}

bool is_about_overridden(std::string_view message) {
  return message.find("hidden overloaded virtual function") != message.npos
         || message.find("overridden virtual function is") != message.npos
         || message.find("overridden function is") != message.npos;
}

} // namespace

void overridden(const error_site& where, const file_source& files,
                proposal_list& out) {
  if (!files)
    return;
  auto content = where.content();
  for (auto& note : where.error().notes()) {
    if (!is_about_overridden(note.message()))
      continue;
    auto* base_text = files(note.location().file());
    auto there = base_text == nullptr ? std::nullopt
                                      : error_site::find(note, *base_text);
    if (!there)
      continue;
    auto name = there->name_at_place();
    auto base = parts_of(*base_text, name.text, name.begin);
    auto derived = parts_of(content, name.text, where.end());
    if (base && derived && derived->name >= where.begin())
      as_overridden(where, *base_text, *base, *derived, out);
  }
}

void needless_override(const error_site& where, const symbol_source& symbols,
                       proposal_list& out) {
  auto& error = where.error();
  auto is_nothing = says(error, "only virtual member functions can be marked");
  if (!is_nothing && !says(error, "marked 'override', but does not override")
      && !says(error, "marked 'override' but does not override"))
    return;
  for (auto& [begin, text] : where.words()) {
    if (text != "override")
      continue;
    if (!has_bases(where.content(), begin)) {
      out.add(begin, begin + text.size(), "");
    } else if (auto function = function_before(where.content(), begin)) {
      for (auto& name : near_members(function->text, symbols))
        out.add(function->begin, function->begin + function->text.size(), name);
    }
  }
}

std::optional<std::string>
refuse_lost_override(const pb::Fix& fix, const pb::Edit& edit,
                     std::string_view content, const symbol_source& symbols) {
  auto text = content.substr(edit.begin(), edit.end() - edit.begin());
  if (!edit.replacement().empty() || squeezed(text) != "override "
      || !has_bases(content, edit.begin()))
    return std::nullopt;
  if (fix.message().find("only virtual member functions") == std::string::npos)
    return "it may be meant to override what a base class declares otherwise";
  constexpr size_t shortest = 3; // Anything is near to less.
  auto function = function_before(content, edit.begin());
  if (!function || function->text.size() < shortest)
    return "nobody knows whether it is meant to override something";
  auto near = near_members(function->text, symbols);
  if (near.empty())
    return std::nullopt;
  return "it may be meant to override " + *near.begin();
}

} // namespace cohort::runtime::execution::rules
