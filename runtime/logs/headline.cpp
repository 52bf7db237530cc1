#include "runtime/logs/headline.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/logs/line_parts.hpp"
#include "runtime/logs/summaries.hpp"
#include "runtime/toolchain/diagnostics.hpp"

namespace cohort::runtime::logs {

namespace {

/// Takes a number off the end of `text`, and the character before it, which
/// must be one of `marks`.
std::optional<uint32_t> take_last_number(std::string_view& text,
                                         std::string_view marks) {
  auto last = text.find_last_not_of("0123456789");
  if (last == text.npos || last + 1 == text.size()
      || marks.find(text[last]) == marks.npos)
    return std::nullopt;
  uint32_t value = 0;
  auto [end, failed] = std::from_chars(text.data() + last + 1,
                                       text.data() + text.size(), value);
  if (failed != std::errc{})
    return std::nullopt;
  text = text.substr(0, last);
  return value;
}

/// What other programs print before a place ("ERROR: a.c") is no part of it.
std::string_view without_speaker(std::string_view file) {
  if (auto colon = file.rfind(": "); colon != file.npos)
    file = file.substr(colon + 2);
  auto blank = file.find_last_of(" \t");
  if (blank != file.npos
      && file.substr(0, blank).find_first_of("/\\") == file.npos)
    file = file.substr(blank + 1);
  return file;
}

struct severity_word {
  std::string_view text;
  pb::Severity severity;
};

constexpr auto severity_words = std::to_array<severity_word>({
  {"fatal error", pb::SEVERITY_FATAL},
  {"Fatal error", pb::SEVERITY_FATAL},
  {"internal compiler error", pb::SEVERITY_FATAL},
  {"error", pb::SEVERITY_ERROR},
  {"Error", pb::SEVERITY_ERROR},
  {"ERROR", pb::SEVERITY_ERROR},
  {"sorry, unimplemented", pb::SEVERITY_ERROR},
  {"warning", pb::SEVERITY_WARNING},
  {"Warning", pb::SEVERITY_WARNING},
  {"Fehler", pb::SEVERITY_ERROR},
  {"schwerwiegender Fehler", pb::SEVERITY_FATAL},
  {"erreur fatale", pb::SEVERITY_FATAL},
  {"erreur", pb::SEVERITY_ERROR},
  {"ошибка", pb::SEVERITY_ERROR},
  {"фатальная ошибка", pb::SEVERITY_FATAL},
  {"致命错误", pb::SEVERITY_FATAL},
  {"错误", pb::SEVERITY_ERROR},
  {"致命的エラー", pb::SEVERITY_FATAL},
  {"エラー", pb::SEVERITY_ERROR},
  {"오류", pb::SEVERITY_ERROR},
  {"Warnung", pb::SEVERITY_WARNING},
  {"attention", pb::SEVERITY_WARNING},
  {"предупреждение", pb::SEVERITY_WARNING},
  {"警告", pb::SEVERITY_WARNING},
  {"경고", pb::SEVERITY_WARNING},
  {"Anmerkung", pb::SEVERITY_NOTE},
  {"замечание", pb::SEVERITY_NOTE},
  {"附注", pb::SEVERITY_NOTE},
  {"備考", pb::SEVERITY_NOTE},
  {"note", pb::SEVERITY_NOTE},
  {"help", pb::SEVERITY_NOTE},
  {"remark", pb::SEVERITY_NOTE},
});

bool is_code(std::string_view text) {
  auto letters = std::min(text.find_first_of("0123456789"), text.size());
  return letters > 0 && letters < text.size()
         && text.find_first_not_of("0123456789", letters) == text.npos
         && std::all_of(text.begin(),
                        text.begin() + static_cast<ptrdiff_t>(letters),
                        [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// "error: text", "fatal error C1083: text", "error[E0425]: text".
struct announcement {
  pb::Severity severity = pb::SEVERITY_UNSPECIFIED;
  std::string_view code;
  std::string_view text;
  bool is_bracketed = false; // As rustc writes its codes.
};

std::optional<announcement> read_announcement(std::string_view text) {
  auto word
    = std::find_if(severity_words.begin(), severity_words.end(),
                   [&](auto& row) { return text.starts_with(row.text); });
  if (word == severity_words.end())
    return std::nullopt;
  announcement result;
  result.severity = word->severity;
  text.remove_prefix(word->text.size());
  if (text.starts_with('[') || text.starts_with(' ')) {
    auto end = text.find_first_of("]:", 1);
    if (end == text.npos)
      return std::nullopt;
    result.code = without_blanks(text.substr(1, end - 1));
    // "error[clippy::name]" is no number.
    result.is_bracketed = text.front() == '[';
    if (result.is_bracketed ? text[end] != ']' : !is_code(result.code))
      return std::nullopt;
    text.remove_prefix(end + (text[end] == ']' ? 1 : 0));
  }
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (!text.starts_with(':'))
    return std::nullopt;
  result.text = without_blanks(text.substr(1));
  return result;
}

/// Takes " [-Wformat]" or " [b.vcxproj]" off the end of a message. Of
/// "[-Werror,-Wformat]" and "[-Werror=format]" the name counts.
std::string take_option_of_line(std::string_view& message) {
  auto open = message.rfind(" [");
  if (!message.ends_with(']') || open == message.npos)
    return "";
  auto inside = message.substr(open + 2, message.size() - open - 3);
  auto is_option = inside.starts_with("-W") || inside.starts_with("-f");
  if (!is_option && !inside.ends_with("proj"))
    return "";
  message = message.substr(0, open);
  if (!is_option)
    return "";
  if (inside.starts_with("-Werror,"))
    inside.remove_prefix(8);
  if (inside.starts_with("-Werror="))
    return "-W" + analysis::valid_utf8(inside.substr(8));
  return analysis::valid_utf8(inside.substr(0, inside.find(',')));
}

std::string message_of(std::string_view text) {
  return analysis::valid_utf8(toolchain::plain_quotes(text));
}

std::string tool_of(const announcement& said) {
  if (said.code.empty())
    return "log";
  if (said.is_bracketed)
    return "rustc";
  if (said.code.starts_with("LNK"))
    return "ld";
  auto is_cl = said.code.front() == 'C' && said.code.size() == 5;
  return is_cl ? "msvc" : "log"; // Those of TypeScript and C# are longer.
}

pb::Diagnostic to_diagnostic(const announcement& said) {
  pb::Diagnostic result;
  auto text = said.text;
  result.set_option(take_option_of_line(text));
  if (!said.code.empty())
    result.set_option(analysis::valid_utf8(said.code));
  result.set_tool(tool_of(said));
  result.set_severity(said.severity);
  result.set_message(message_of(text));
  return result;
}

/// "PLACE: SEVERITY: text", "PLACE(3): error C1: text", "NAME : error C1: ..."
std::optional<pb::Diagnostic> read_placed(std::string_view line) {
  for (auto colon = line.find(':'); colon != line.npos;
       colon = line.find(':', colon + 1)) {
    auto rest = line.substr(colon + 1);
    auto blanks = std::min(rest.find_first_not_of(' '), rest.size());
    if (blanks == 0)
      continue;
    auto said = read_announcement(rest.substr(blanks));
    if (!said)
      continue;
    auto name = without_blanks(line.substr(0, colon));
    auto place = read_place(name);
    if (!place && said->code.empty() && !name.ends_with("error"))
      return std::nullopt;
    auto result = to_diagnostic(*said);
    if (place)
      *result.mutable_location() = std::move(*place);
    else if (name != "LINK" && name != "cl")
      result.mutable_location()->set_file(
        analysis::valid_utf8(without_speaker(name)));
    return result;
  }
  return std::nullopt;
}

/// TypeScript's "a.ts:3:7 - error TS2304: text".
std::optional<pb::Diagnostic> read_dashed(std::string_view line) {
  constexpr std::string_view dash = " - ";
  auto at = line.find(dash);
  if (at == line.npos)
    return std::nullopt;
  auto place = read_place(line.substr(0, at));
  auto said = read_announcement(line.substr(at + dash.size()));
  if (!place || !said || said->code.empty())
    return std::nullopt;
  auto result = to_diagnostic(*said);
  *result.mutable_location() = std::move(*place);
  return result;
}

/// "error: text", "cc1: error: text", "/usr/bin/ld: error: text".
std::optional<pb::Diagnostic> read_placeless(std::string_view line) {
  if (auto said = read_announcement(line))
    return to_diagnostic(*said);
  auto colon = line.find(": ");
  if (colon == line.npos || line.find_first_of(" \t") < colon)
    return std::nullopt;
  auto said = read_announcement(line.substr(colon + 2));
  return said ? std::optional{to_diagnostic(*said)} : std::nullopt;
}

/// "Error C2065 text ...", and the same with tabs, project, file and line: what
/// Visual Studio's list of errors gives when it is copied.
std::optional<pb::Diagnostic> read_error_list(std::string_view line) {
  constexpr std::string_view head = "Error";
  if (!line.starts_with(head) || line.find_first_of(" \t") != head.size())
    return std::nullopt;
  line = without_blanks(line.substr(head.size()));
  auto code = line.substr(0, line.find_first_of(" \t"));
  if (!is_code(code) || code.size() == line.size())
    return std::nullopt;
  line.remove_prefix(code.size() + 1);
  std::array<std::string_view, 4> fields; // Text, project, file, line.
  for (auto& field : fields) {
    auto end = std::min(line.find('\t'), line.size());
    field = without_blanks(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  announcement said;
  said.severity = pb::SEVERITY_ERROR;
  said.code = code;
  said.text = fields[0];
  auto result = to_diagnostic(said);
  auto place = std::string{fields[2]} + ':' + std::string{fields[3]};
  if (auto where = read_place(place))
    *result.mutable_location() = std::move(*where);
  return result;
}

/// "CMake Error at a.cmake:3 (find_package):" and "CMake Error in a.txt:",
/// after which lines say what is wrong; "CMake Error: text".
std::optional<pb::Diagnostic> read_cmake(std::string_view line) {
  pb::Diagnostic result;
  result.set_tool("cmake");
  result.set_severity(pb::SEVERITY_ERROR);
  if (take_prefix(line, "CMake Error: ")) {
    result.set_message(message_of(without_blanks(line)));
  } else if (take_prefix(line, "CMake Error in ")) {
    line.remove_suffix(line.ends_with(':') ? 1 : 0);
    result.mutable_location()->set_file(analysis::valid_utf8(line));
    result.set_message("CMake error");
  } else if (take_prefix(line, "CMake Error at ")) {
    auto place = read_place(line.substr(0, line.find(" (")));
    if (!place)
      return std::nullopt;
    *result.mutable_location() = std::move(*place);
    auto command = line.rfind('(');
    result.set_message(
      message_of(command == line.npos ? "CMake error" : line.substr(command)));
  } else {
    return std::nullopt;
  }
  return result;
}

/// "make: *** No rule to make target 'a.o', needed by 'b'.  Stop."
std::optional<pb::Diagnostic> read_make(std::string_view line) {
  auto at = line.find("*** No rule to make target");
  if (at == line.npos)
    return std::nullopt;
  pb::Diagnostic result;
  result.set_tool("make");
  result.set_severity(pb::SEVERITY_ERROR);
  result.set_message(message_of(line.substr(at + 4)));
  return result;
}

/// "a.go:3:7: text"
std::optional<pb::Diagnostic> read_go(std::string_view line) {
  auto end = line.find(": ");
  auto at = line.find(".go:");
  if (at == line.npos || end == line.npos || at > end)
    return std::nullopt;
  auto place = read_place(without_blanks(line.substr(0, end)));
  if (!place || !place->file().ends_with(".go"))
    return std::nullopt;
  pb::Diagnostic result;
  result.set_tool("go");
  result.set_severity(pb::SEVERITY_ERROR);
  *result.mutable_location() = std::move(*place);
  result.set_message(message_of(line.substr(end + 2)));
  return result;
}

} // namespace

std::optional<pb::Location> read_place(std::string_view text) {
  text = without_blanks(text);
  std::optional<uint32_t> first;
  std::optional<uint32_t> second;
  if (auto open = text.rfind('('); text.ends_with(')') && open != text.npos) {
    // "a.cpp(3,7,3,12)" is a range.
    auto inside = text.substr(open, text.size() - open - 1);
    text = text.substr(0, open);
    while (auto number = take_last_number(inside, "(,"))
      second = std::exchange(first, number);
    if (!inside.empty())
      return std::nullopt;
  } else {
    first = take_last_number(text, ":");
    if (auto before = take_last_number(text, ":"))
      second = std::exchange(first, before);
  }
  text = without_speaker(text);
  if (!first || text.empty() || text.find_first_of("<>|\"") == 0)
    return std::nullopt;
  pb::Location result;
  result.set_file(analysis::valid_utf8(text));
  result.set_line(*first);
  result.set_byte_column(second.value_or(0));
  return result;
}

bool announces_link(const pb::Diagnostic& said) {
  std::string_view message{said.message()};
  return message.starts_with("linking with `")
         && message.find("` failed") != message.npos;
}

std::optional<pb::Diagnostic> read_headline(std::string_view line) {
  line = without_blanks(line);
  for (auto read : {read_cmake, read_error_list, read_placed, read_dashed,
                    read_placeless, read_make, read_go}) {
    auto found = read(line);
    if (!found)
      continue;
    if (found->message().empty()
        || (found->severity() != pb::SEVERITY_NOTE && sums_up(*found)))
      return std::nullopt;
    if (announces_link(*found))
      found->set_tool("ld");
    return found;
  }
  return std::nullopt;
}

} // namespace cohort::runtime::logs
