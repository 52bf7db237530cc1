#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/decomposition/decompose.hpp"
#include "runtime/execution/rules/message_names.hpp"
#include "runtime/execution/rules/rules.hpp"
#include "runtime/execution/spelling.hpp"
#include "runtime/toolchain/tokens.hpp"

namespace cohort::runtime::execution::rules {

namespace {

using toolchain::line_begin;
using toolchain::line_end;
using toolchain::scan;
using toolchain::token;
using toolchain::token_kind;

constexpr size_t types_max = 3;
constexpr size_t parameters_max = 1000; // Bytes.

/// Behind the parenthesis that closes the parameters of the function whose
/// name begins at `name`.
std::optional<size_t> end_of_parameters(std::string_view content, size_t name) {
  size_t depth = 0;
  auto end = std::min(content.size(), name + parameters_max);
  for (auto at = content.find('(', name); at < end; ++at) {
    depth += content[at] == '(' ? 1 : 0;
    if (content[at] == ')' && --depth == 0)
      return at + 1;
  }
  return std::nullopt;
}

/// The line, without what it is indented by.
std::string_view words_of_line(std::string_view content, size_t offset) {
  auto begin = line_begin(content, offset);
  auto line = content.substr(begin, line_end(content, offset) - begin);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

/// The '{' in which `offset` lies; npos when in none.
size_t block_of(const std::vector<token>& tokens, std::string_view content,
                size_t offset) {
  std::vector<size_t> open;
  for (auto& token : tokens) {
    if (token.begin >= offset)
      break;
    auto text = token.in(content);
    if (text == "{")
      open.push_back(token.begin);
    else if (text == "}" && !open.empty())
      open.pop_back();
  }
  return open.empty() ? std::string_view::npos : open.back();
}

/// Of two neighbours in one class that differ in nothing but their results, the
/// one that returns something constant is the one for constant objects: where
/// its parameters end, when the function at `name` is the other one.
std::optional<size_t> constant_neighbour(std::string_view content, size_t name,
                                         size_t end) {
  constexpr size_t lines_max = 4;
  auto signature = content.substr(name, end - name);
  if (words_of_line(content, name).starts_with("const "))
    return std::nullopt;
  auto first = line_begin(content, name);
  auto last = line_end(content, end);
  for (size_t i = 0; i < lines_max; ++i) {
    first = first == 0 ? 0 : line_begin(content, first - 1);
    last = line_end(content, std::min(last + 1, content.size()));
  }
  for (auto at = content.find(signature, first); at < last;
       at = content.find(signature, at + 1)) {
    auto behind = at + signature.size();
    if (at == name || at == 0 || toolchain::is_word_char(content[at - 1])
        || !words_of_line(content, at).starts_with("const ")
        || content.substr(behind).starts_with(" const"))
      continue;
    auto tokens = scan(content);
    if (block_of(tokens, content, at) == block_of(tokens, content, name))
      return behind;
  }
  return std::nullopt;
}

/// The types that functions of that name are declared with, the commonest
/// first.
std::vector<std::string> types_of(std::string_view name,
                                  const symbol_source& symbols) {
  std::map<std::string, size_t> known;
  auto* index = symbols ? symbols() : nullptr;
  if (index != nullptr)
    for (auto& place : index->find(name))
      if (!place.what->type.empty())
        ++known[place.what->type];
  std::vector<std::string> result;
  for (auto& [type, times] : known)
    result.push_back(type);
  std::stable_sort(result.begin(), result.end(),
                   [&](auto& a, auto& b) { return known.at(a) > known.at(b); });
  if (result.size() > types_max)
    result.resize(types_max);
  return result;
}

/// Whether `name` stands in a class's body, and in no function of it.
bool is_in_class(std::string_view content, size_t name) {
  auto tokens = scan(content);
  auto brace = block_of(tokens, content, name);
  auto at = std::find_if(tokens.begin(), tokens.end(),
                         [&](auto& token) { return token.begin == brace; });
  while (at != tokens.end() && at != tokens.begin()) {
    auto text = (--at)->in(content);
    if (text == "class" || text == "struct" || text == "union")
      return true;
    if (text == ";" || text == "{" || text == "}" || text == ")")
      return false;
  }
  return false;
}

/// Whether the token at `i` begins a lambda.
bool begins_lambda(const std::vector<token>& tokens, size_t i,
                   std::string_view content) {
  if (tokens[i].in(content) != "[")
    return false;
  auto before = i == 0 ? std::string_view{} : tokens[i - 1].in(content);
  return before != ")" && before != "]"
         && (i == 0 || tokens[i - 1].kind != token_kind::name
             || before == "return");
}

/// What the body of the function with its name at `name` shows: "void" when no
/// `return` has a value and it cannot end in a `throw`, "bool" when all of them
/// say true or false and one of them is the last statement; else, without a
/// body, with another function in it, and in a class, where it may be a
/// constructor, nothing.
std::string type_by_returns(std::string_view content, size_t name) {
  if (is_in_class(content, name))
    return {};
  auto rest = content.substr(name);
  auto tokens = scan(rest);
  size_t depth = 0;
  std::string result = "void";
  size_t last_return = 0;
  for (size_t i = 0; i + 1 < tokens.size() || depth > 0; ++i) {
    if (i == tokens.size())
      return {};
    auto text = tokens[i].in(rest);
    auto next = i + 1 < tokens.size() ? tokens[i + 1].in(rest)
                                      : std::string_view{};
    if ((depth == 0 && (text == ";" || text == "}")) || text == "throw"
        || text == "co_return" || text == "class" || text == "struct"
        || begins_lambda(tokens, i, rest))
      return {};
    depth += text == "{" ? 1 : 0;
    if (text == "return" && next != ";") {
      if (next != "true" && next != "false")
        return {};
      result = "bool";
      last_return = i;
    }
    if (text == "}" && --depth == 0)
      return result == "void" || last_return + 3 == i ? result : std::string{};
  }
  return {};
}

/// How a file uses a name: where its namespaces open around all uses.
struct name_uses {
  size_t unqualified = 0;
  size_t qualified = 0;
  std::vector<size_t> scopes; // '{' of the namespaces that hold all uses.
  size_t last_include = std::string_view::npos; // Before the first use.
};

/// Whether the '{' at `brace` opens a namespace.
bool opens_namespace(const std::vector<token>& tokens, size_t brace,
                     std::string_view content) {
  for (auto at = brace; at-- > 0;) {
    auto text = tokens[at].in(content);
    if (text == "namespace")
      return true;
    if (tokens[at].kind != token_kind::name && text != "::")
      return false;
  }
  return false;
}

name_uses uses_of(std::string_view name, std::string_view content) {
  name_uses result;
  auto tokens = scan(content);
  std::vector<size_t> open; // Namespaces; npos for what is none.
  for (size_t i = 0; i < tokens.size(); ++i) {
    auto text = tokens[i].in(content);
    auto previous = i == 0 ? std::string_view{} : tokens[i - 1].in(content);
    if (tokens[i].kind == token_kind::directive && result.unqualified == 0
        && open.empty() && text.find("include") != text.npos)
      result.last_include = tokens[i].begin;
    else if (text == "{")
      open.push_back(opens_namespace(tokens, i, content)
                       ? tokens[i].begin
                       : std::string_view::npos);
    else if (text == "}" && !open.empty())
      open.pop_back();
    else if (tokens[i].kind != token_kind::name || text != name
             || previous == "." || previous == "->")
      continue;
    else if (previous == "::")
      ++result.qualified;
    else {
      auto end = std::find(open.begin(), open.end(), std::string_view::npos);
      if (result.unqualified++ == 0)
        result.scopes.assign(open.begin(), end);
      else
        result.scopes.erase(std::mismatch(result.scopes.begin(),
                                          result.scopes.end(), open.begin(),
                                          end)
                              .first,
                            result.scopes.end());
    }
  }
  return result;
}

} // namespace

void duplicate(const error_site& where, proposal_list& out) {
  auto& error = where.error();
  if (!says(error, "redeclar") && !says(error, "redefin")
      && !says(error, "duplicate") && !says(error, "cannot be overloaded")
      && !says(error, "previously declared")
      && !says(error, "already declared"))
    return;
  auto content = where.content();
  if (where.begin() == 0 || where.end() == content.size())
    return;
  auto before = line_begin(content, where.begin() - 1);
  auto previous = content.substr(before, where.begin() - 1 - before);
  if (previous == where.line())
    out.add(where.begin(), where.end() + 1, "");
}

void constant(const error_site& where, const file_source& files,
              proposal_list& out) {
  if (!files
      || (!says(where.error(), "discards qualifiers")
          && !says(where.error(), "is not marked const")))
    return;
  for (auto& note : where.error().notes()) {
    auto function = quoted_function(note.message());
    auto* content = function.empty() ? nullptr : files(note.location().file());
    if (content == nullptr)
      continue;
    auto there = error_site::find(note, *content);
    if (!there)
      continue;
    auto name = find_name(*content, function, there->begin());
    if (name == std::string::npos || name >= there->end())
      continue;
    if (auto end = end_of_parameters(*content, name)) {
      auto& file = note.location().file();
      if (auto other = constant_neighbour(*content, name, *end))
        out.add_to(file, *other, *other, " const");
      out.add_to(file, *end, *end, " const");
    }
  }
}

void result_type(const error_site& where, const symbol_source& symbols,
                 proposal_list& out) {
  if (!says(where.error(), "requires a type specifier")
      && !says(where.error(), "with no type"))
    return;
  auto name = where.name_at_place();
  if (name.text.empty() || is_macro_name(name.text))
    return;
  auto types = types_of(name.text, symbols);
  auto shown = name.text == "main"
                 ? "int"
                 : type_by_returns(where.content(), name.begin);
  if (!shown.empty()
      && std::find(types.begin(), types.end(), shown) == types.end())
    types.push_back(shown);
  for (auto& type : types)
    out.add(name.begin, name.begin, type + ' ');
}

void using_declaration(const error_site& where, proposal_list& out) {
  auto& error = where.error();
  if (!is_undeclared(error) || !says(error, "did you mean '")
      || decomposition::is_header(error.location().file()))
    return;
  auto names = quoted_texts(error.message());
  if (names.size() < 2 || !is_identifier(names.front())
      || !names.back().ends_with("::" + std::string{names.front()}))
    return;
  auto content = where.content();
  auto uses = uses_of(names.front(), content);
  if (uses.unqualified < 2 || uses.qualified > 0)
    return;
  auto before = uses.scopes.empty() ? uses.last_include : uses.scopes.back();
  if (before == content.npos)
    return;
  auto at = line_end(content, before) + 1;
  if (content.substr(std::min(at, content.size()), 1) == "\n")
    ++at;
  if (at > where.begin())
    return;
  auto text = "using " + std::string{names.back()} + ";\n";
  if (!content.substr(at).starts_with("using "))
    text += '\n';
  out.add(at, at, std::move(text));
}

} // namespace cohort::runtime::execution::rules
