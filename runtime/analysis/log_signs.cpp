#include "runtime/analysis/log_signs.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "runtime/analysis/workload.hpp"

namespace cohort::runtime::analysis {

namespace {

struct fault_of_type {
  std::string_view type;
  fault kind;
};

/// What the error types of config/error_types.yaml are. One that is not listed
/// is a wrong use.
constexpr auto faults = std::to_array<fault_of_type>({
  {"deprecated", fault::local},
  {"expected_token", fault::syntax},
  {"format_mismatch", fault::local},
  {"incomplete_type", fault::incomplete},
  {"linker", fault::link},
  {"linker_duplicate", fault::link},
  {"linker_undefined", fault::link},
  {"missing_include", fault::stopper},
  {"missing_namespace", fault::missing},
  {"missing_return", fault::local},
  {"missing_return_type", fault::syntax},
  {"missing_semicolon", fault::syntax},
  {"no_member", fault::member},
  {"other", fault::other},
  {"preprocessor", fault::stopper},
  {"single_colon", fault::syntax},
  {"unclosed_brace", fault::syntax},
  {"undeclared_name", fault::missing},
  {"uninitialized", fault::local},
  {"unknown_type", fault::missing},
  {"unterminated", fault::syntax},
  {"unused", fault::local},
});

fault kind_of(const pb::Diagnostic& error) {
  auto found = std::find_if(faults.begin(), faults.end(), [&](auto& row) {
    return row.type == error.error_type();
  });
  auto kind = found == faults.end() ? fault::use : found->kind;
  if (error.tool() == "ld")
    return fault::link;
  // What is a warning otherwise is about its place.
  auto is_promoted = error.option().starts_with("-W")
                     && error.error_type() == "other";
  return is_promoted ? fault::local : kind;
}

bool is_name_byte(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// What stands between quotes (' or `), in order; at most a few.
std::vector<std::string_view> quoted_parts(std::string_view text) {
  constexpr size_t parts_max = 6;
  std::vector<std::string_view> result;
  for (size_t begin = 0; result.size() < parts_max;) {
    begin = text.find_first_of("'`\"", begin);
    if (begin == text.npos)
      break;
    // "don't" quotes nothing.
    if (text[begin] == '\'' && begin > 0 && is_name_byte(text[begin - 1])) {
      ++begin;
      continue;
    }
    auto end = text.find_first_of(text[begin] == '"' ? "\"" : "'`", begin + 1);
    if (end == text.npos)
      break;
    if (end > begin + 1)
      result.push_back(text.substr(begin + 1, end - begin - 1));
    begin = end + 1;
  }
  return result;
}

/// "int A::f<T>(int) const" -> "A::f", "std::foo::bar" as it is.
std::string_view callee_of(std::string_view text) {
  auto end = text.find('(');
  if (end == text.npos)
    return text;
  auto name = text.substr(0, end);
  if (name.ends_with('>')) // Template arguments.
    name = name.substr(0, name.find('<'));
  auto blank = name.rfind(' ');
  return blank == name.npos ? name : name.substr(blank + 1);
}

std::string_view without_scopes(std::string_view name) {
  for (std::string_view scope : {"::", "."})
    if (auto at = name.rfind(scope);
        at != name.npos && at + scope.size() < name.size())
      name = name.substr(at + scope.size());
  while (name.starts_with('_')) // Apple's symbols, and "_InterlockedExchange".
    name.remove_prefix(1);
  return name;
}

/// "const struct S" -> "S".
std::string_view without_keywords(std::string_view type) {
  for (std::string_view word : {"const ", "volatile ", "struct ", "class ",
                                "union ", "enum ", "module ", "crate "})
    if (type.starts_with(word))
      type.remove_prefix(word.size());
  return type;
}

/// The name that is missing, by how compilers put it.
std::string missing_symbol(std::string_view message,
                           const std::vector<std::string_view>& quoted) {
  if (quoted.empty()) {
    // Go's "undefined: name", and MSVC's "name: undeclared identifier".
    auto colon = message.rfind(": ");
    if (colon == message.npos)
      return "";
    for (auto name : {message.substr(colon + 2), message.substr(0, colon)})
      if (std::all_of(name.begin(), name.end(),
                      [](char c) { return is_name_byte(c) || c == '.'; }))
        return std::string{without_scopes(name)};
    return "";
  }
  auto name = quoted.front();
  // clang: no type named 'x' in 'y'; MSVC: 'x': is not a member of 'y'.
  if (auto named = message.find("named '"); named != message.npos)
    name = quoted_parts(message.substr(named + 6)).empty()
             ? name
             : quoted_parts(message.substr(named + 6)).front();
  return std::string{without_scopes(callee_of(name))};
}

/// The type that lacks a member; empty for namespaces and where none is said.
std::string owner_of(std::string_view message,
                     const std::vector<std::string_view>& quoted) {
  if (quoted.size() < 2 || message.find("namespace") != message.npos)
    return "";
  auto owner = message.find("has no member") != message.npos
                   || message.find("has no non-static") != message.npos
                 ? quoted[0]
                 : quoted[1];
  owner = without_keywords(owner);
  return owner == "std" || owner == "::" ? "" : std::string{owner};
}

/// "no member named 'stack' in namespace 'std'", "'std::stack' has not ..."
bool is_of_std(std::string_view message,
               const std::vector<std::string_view>& quoted) {
  return message.find("namespace 'std'") != message.npos
         || std::any_of(quoted.begin(), quoted.end(), [](auto name) {
              return name == "std" || name.starts_with("std::");
            });
}

/// "<stdint.h>" for "<cstdint>", which declares the same.
std::string c_name_of(std::string_view header) {
  constexpr auto wrapped
    = std::to_array<std::string_view>({"<climits>", "<cmath>", "<cstdint>",
                                       "<cstdio>", "<cstdlib>", "<cstring>"});
  if (std::find(wrapped.begin(), wrapped.end(), header) == wrapped.end())
    return std::string{header};
  return '<' + std::string{header.substr(2, header.size() - 3)} + ".h>";
}

/// "<cstdint>" of "'std::uint8_t' is defined in header '<cstdint>'".
std::string header_in(std::string_view text) {
  for (std::string_view about : {"is defined in header", "#include",
                                 "include the header", "include '<"}) {
    auto at = text.find(about);
    if (at == text.npos)
      continue;
    auto open = text.find('<', at);
    auto close = text.find('>', open == text.npos ? at : open);
    if (open != text.npos && close != text.npos && close - open < 80)
      return c_name_of(text.substr(open, close - open + 1));
  }
  return "";
}

std::string place_key(std::string_view about, const pb::Location& at) {
  return std::string{about} + at.file() + ':' + std::to_string(at.line());
}

/// Digits say which argument, and nothing about what is wrong.
std::string without_numbers(std::string_view text) {
  std::string result;
  for (auto c : text)
    if (c < '0' || c > '9')
      result += c;
  return result;
}

/// What the notes have in common with those of other errors.
void add_keys_of_notes(const pb::Diagnostic& error, log_signs& to) {
  auto add_remedy = [&](std::string_view text) {
    if (auto header = header_in(text); !header.empty())
      to.keys.push_back("include " + header);
    if (auto at = text.find("only available from C++"); at != text.npos)
      to.keys.push_back("standard " + std::string{text.substr(at + 20, 5)});
  };
  add_remedy(error.message());
  for (auto& note : error.notes()) {
    std::string_view text{note.message()};
    add_remedy(text);
    auto names_cause = text.find("declared here") != text.npos
                       || text.find("defined here") != text.npos
                       || text.find("forward declaration") != text.npos
                       || text.find("previous ") != text.npos;
    if (names_cause && note.location().line() > 0)
      to.keys.push_back(place_key("declared ", note.location()));
  }
}

/// What is called at the column of an error that doesn't name it.
std::string called_at(const log_entry& entry) {
  std::string_view line{entry.source_line};
  auto column = entry.diagnostic.location().byte_column();
  if (column == 0 || column > line.size())
    return "";
  auto call = line.substr(column - 1);
  auto open = call.find('(');
  return open == 0 || open == call.npos
           ? ""
           : std::string{without_scopes(callee_of(call))};
}

void add_keys(const log_entry& entry, log_signs& to) {
  auto& error = entry.diagnostic;
  std::string_view message{error.message()};
  auto quoted = quoted_parts(message);
  auto here = [&](std::string_view about) {
    return std::string{about} + ' ' + error.location().file();
  };
  switch (to.kind) {
    case fault::stopper:
      to.keys.push_back("file " + std::string{message});
      break;
    case fault::member:
    case fault::missing: {
      auto owner = to.kind == fault::member ? owner_of(message, quoted) : "";
      if (is_of_std(message, quoted)) // One header, or one standard.
        to.keys.push_back(here("std"));
      to.symbol = owner.empty() ? missing_symbol(message, quoted) : owner;
      if (!to.symbol.empty())
        to.keys.push_back(
          (is_telling_name(to.symbol) ? std::string{"name"} : here("name"))
          + ' ' + to.symbol);
      if (auto header = c_header_of(to.symbol); !header.empty())
        to.keys.push_back("include " + std::string{header});
      break;
    }
    case fault::incomplete:
      to.keys.push_back(here("incomplete"));
      if (!quoted.empty())
        to.symbol = without_scopes(without_keywords(quoted.front()));
      break;
    case fault::use:
    case fault::other:
      if (!quoted.empty()) {
        auto name = message.find("argument ") == 0
                        || message.find("passing argument ") == 0
                      ? quoted.back()
                      : quoted.front();
        auto is_call = name.find('(') != name.npos
                       || message.find("argument") != message.npos;
        to.keys.push_back(
          is_call ? "call " + std::string{without_scopes(callee_of(name))}
                  : "said " + without_numbers(message));
      } else if (error.error_type() == "wrong_argument_count") {
        if (auto name = called_at(entry); !name.empty())
          to.keys.push_back("call " + name);
      }
      break;
    case fault::link:
      if (!quoted.empty())
        to.keys.push_back("symbol "
                          + std::string{without_scopes(quoted.front())});
      break;
    case fault::syntax:
    case fault::local:
      break;
  }
}

/// "T x;", "T *x = 0;", "std::vector<T> x[2];", and, where T is what is
/// missing, "T x(int);": x.
std::vector<std::string> declared_names(std::string_view line,
                                        std::string_view missing) {
  std::vector<std::string> result;
  for (auto name : identifiers(line)) {
    auto begin = static_cast<size_t>(name.data() - line.data());
    auto before = line.substr(0, begin);
    auto after = line.substr(begin + name.size());
    before = before.substr(0, before.find_last_not_of(' ') + 1);
    after.remove_prefix(std::min(after.find_first_not_of(' '), after.size()));
    auto ends = after.starts_with(';') || after.starts_with('[')
                || (after.starts_with('=') && !after.starts_with("=="))
                || (after.starts_with('(') && !missing.empty()
                    && before.ends_with(missing));
    auto is_typed = before.size() < begin || before.ends_with('*')
                    || before.ends_with('&') || before.ends_with('>');
    if (ends && is_typed && !before.empty() && !before.ends_with("->")
        && (is_name_byte(before.back()) || before.ends_with('*')
            || before.ends_with('&') || before.ends_with('>')))
      result.emplace_back(name);
  }
  return result;
}

/// The variable before "->" or "." at the column of an error about its type.
std::optional<std::string> dereferenced(const log_entry& entry) {
  auto column = entry.diagnostic.location().byte_column();
  std::string_view line{entry.source_line};
  if (column == 0 || column > line.size())
    return std::nullopt;
  for (auto name : identifiers(line)) {
    auto begin = static_cast<size_t>(name.data() - line.data());
    auto end = begin + name.size();
    auto rest = line.substr(end);
    if (end + 2 >= column && begin <= column
        && (rest.starts_with("->") || rest.starts_with('.')))
      return std::string{name};
  }
  return std::nullopt;
}

} // namespace

std::vector<std::string_view> identifiers(std::string_view text) {
  std::vector<std::string_view> result;
  for (size_t i = 0; i < text.size();) {
    if (!is_name_byte(text[i])) {
      ++i;
      continue;
    }
    auto begin = i;
    while (i < text.size() && is_name_byte(text[i]))
      ++i;
    if (text[begin] < '0' || text[begin] > '9')
      result.push_back(text.substr(begin, i - begin));
  }
  return result;
}

bool is_telling_name(std::string_view name) {
  constexpr size_t telling = 4;
  return name.size() >= telling
         || (!name.empty() && name.front() >= 'A' && name.front() <= 'Z');
}

std::string_view package_of(std::string_view file) {
  // ".cargo/registry/src/INDEX/PACKAGE/", "node_modules/PACKAGE/"
  for (auto [folder, depth] :
       {std::pair{"/registry/src/", 2}, std::pair{"node_modules/", 1},
        std::pair{"site-packages/", 1}}) {
    auto end = file.find(folder);
    if (end == file.npos)
      continue;
    end += std::string_view{folder}.size();
    for (int i = 0; i < depth && end != file.npos; ++i)
      end = file.find('/', end + 1);
    return file.substr(0, end);
  }
  return {};
}

bool is_foreign_file(std::string_view file) {
  constexpr auto folders = std::to_array<std::string_view>({
    "/usr/include/", "/usr/lib/",     "/usr/local/include/", "/include/c++/",
    "/mingw",        "/opt/",         "\\VC\\Tools\\",       "Windows Kits",
    "/.cargo/",      "/rustc/",       "node_modules",        "vcpkg",
    "/.conan",       "site-packages", "/nix/store/",         "/homebrew/",
    "/Cellar/",      "/MacOSX",       "/usr/src/linux",      "Microsoft Visual",
    "/bits/stl_",
  });
  return std::any_of(folders.begin(), folders.end(), [&](auto folder) {
    return file.find(folder) != file.npos;
  });
}

log_signs read_log_signs(const log_entry& entry) {
  auto& error = entry.diagnostic;
  log_signs result;
  result.kind = kind_of(error);
  result.place = error.location();
  if (entry.used_at.line() > 0 && !is_foreign_file(entry.used_at.file()))
    result.place = entry.used_at;
  result.is_foreign = is_foreign_file(result.place.file());
  add_keys(entry, result);
  if (result.kind == fault::link)
    result.keys.push_back("link " + std::to_string(entry.link));
  else
    add_keys_of_notes(error, result);
  // rustc knows of such variables, and says nothing.
  auto is_c = error.tool() != "rustc";
  if (is_c
      && (result.kind == fault::missing || result.kind == fault::member
          || result.kind == fault::incomplete))
    result.declares = declared_names(entry.source_line, result.symbol);
  if (auto name = dereferenced(entry); result.kind == fault::incomplete && name)
    result.declares.push_back(*name);
  return result;
}

} // namespace cohort::runtime::analysis
