#include <algorithm>
#include <array>

#include "runtime/analysis/text.hpp"
#include "runtime/logs/headline.hpp"
#include "runtime/logs/line_parts.hpp"
#include "runtime/toolchain/diagnostics.hpp"

namespace cohort::runtime::logs {

namespace {

struct linker_phrase {
  std::string_view said;
  std::string_view meant;
};

/// The first that stands in the line counts.
constexpr auto linker_phrases = std::to_array<linker_phrase>({
  {"undefined reference to symbol", "undefined reference to"},
  {"undefined reference to", "undefined reference to"},
  {"undefined hidden symbol:", "undefined reference to"},
  {"undefined symbol:", "undefined reference to"},
  {"multiple definition of", "multiple definition of"},
  {"duplicate symbol:", "multiple definition of"},
  {"duplicate symbol", "multiple definition of"},
  {"library not found for -l", "cannot find -l"},
  {"unable to find library -l", "cannot find -l"},
  {"cannot find -l", "cannot find -l"},
  {"ld: library '", "cannot find -l"},
});

/// The name at the begin of `text`, without its quotes.
std::string_view name_at(std::string_view text) {
  auto begin = std::min(text.find_first_not_of(" `'\""), text.size());
  auto is_quoted = text.substr(0, begin).find_first_of("`'\"") != text.npos;
  text.remove_prefix(begin);
  auto name = text.substr(0, is_quoted ? text.find_first_of("'\"")
                                       : std::min(text.find(": "),
                                                  text.find_first_of(";'")));
  return without_blanks(name);
}

/// "a.c:3: ", "a.o: ", "a.c:(.text+0x1): " before what is said.
void set_place(std::string_view before, pb::Diagnostic& to) {
  before = without_blanks(before);
  while (before.ends_with(' ') || before.ends_with(':'))
    before.remove_suffix(1);
  for (auto speaker : {"error", "ld: error", "ld.lld: error"})
    if (before.ends_with(speaker))
      return;
  if (auto section = before.find(":(."); section != before.npos)
    before = before.substr(0, section);
  if (auto place = read_place(before)) {
    *to.mutable_location() = std::move(*place);
    return;
  }
  if (auto speaker = before.rfind(": "); speaker != before.npos)
    before = before.substr(speaker + 2);
  if (before.find(' ') == before.npos && !before.ends_with("ld"))
    to.mutable_location()->set_file(analysis::valid_utf8(before));
}

pb::Diagnostic linker_error(std::string_view message) {
  pb::Diagnostic result;
  result.set_tool("ld");
  result.set_severity(pb::SEVERITY_ERROR);
  result.set_message(analysis::valid_utf8(message));
  return result;
}

/// Apple's `  "_f", referenced from:`
std::optional<pb::Diagnostic> read_referenced(std::string_view line) {
  auto begin = line.find_first_not_of(' ');
  auto end = line.find("\", referenced from:");
  if (begin == line.npos || line[begin] != '"' || end == line.npos
      || end <= begin)
    return std::nullopt;
  return linker_error("undefined reference to '"
                      + std::string{line.substr(begin + 1, end - begin - 1)}
                      + '\'');
}

/// Compilers say of enumerations that there is a "multiple definition of" them.
/// What has a column before its "error:" is theirs, and what is about a type.
bool is_of_compiler(std::string_view before, std::string_view name) {
  for (std::string_view kind : {"enum ", "struct ", "class ", "union "})
    if (name.starts_with(kind))
      return true;
  for (std::string_view severity : {": error: ", ": warning: ", ": note: "})
    if (auto at = before.find(severity); at != before.npos)
      if (auto place = read_place(before.substr(0, at));
          place && place->byte_column() > 0)
        return true;
  return false;
}

/// "/usr/bin/ld: /lib/libz.so.1: error adding symbols: DSO missing from ..."
std::optional<pb::Diagnostic> read_input_error(std::string_view line) {
  constexpr std::string_view said = "error adding symbols: ";
  auto at = line.find(said);
  if (at == line.npos || at + said.size() == line.size())
    return std::nullopt;
  auto result = linker_error(line.substr(at));
  set_place(line.substr(0, at), result);
  return result;
}

} // namespace

std::optional<pb::Diagnostic> read_linker_line(std::string_view line) {
  if (auto found = read_referenced(line))
    return found;
  if (auto found = read_input_error(line))
    return found;
  for (auto& phrase : linker_phrases) {
    auto at = line.find(phrase.said);
    if (at == line.npos)
      continue;
    auto plain = toolchain::plain_quotes(line.substr(at + phrase.said.size()));
    auto name = name_at(plain);
    if (name.empty() || is_of_compiler(line.substr(0, at), name))
      return std::nullopt;
    std::string_view quote = phrase.meant.ends_with("-l") ? "" : "'";
    std::string message{phrase.meant};
    message += quote.empty() ? "" : " ";
    message += quote;
    message += name;
    message += quote;
    auto result = linker_error(message);
    set_place(line.substr(0, at), result);
    return result;
  }
  return std::nullopt;
}

bool ends_link(std::string_view line) {
  constexpr auto phrases = std::to_array<std::string_view>(
    {"ld returned", "linker command failed", "unresolved externals",
     "symbol(s) not found", "error: linking with `"});
  return std::any_of(phrases.begin(), phrases.end(), [&](auto phrase) {
    return line.find(phrase) != line.npos;
  });
}

} // namespace cohort::runtime::logs
