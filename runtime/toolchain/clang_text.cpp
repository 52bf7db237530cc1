#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/text_lines.hpp"
#include "runtime/toolchain/diagnostics.hpp"
#include "runtime/toolchain/fix_builder.hpp"

/// Clang's text: "Formatting of Diagnostics" and -fdiagnostics-parseable-fixits
/// in the Clang user's manual.
namespace cohort::runtime::toolchain {

namespace {

/// Takes a number off the front of `text`.
std::optional<uint32_t> take_number(std::string_view& text) {
  uint32_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(),
                                       value);
  if (failed != std::errc{})
    return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Takes the character after a backslash, an octal number among them.
char take_escaped(std::string_view& text) {
  auto is_octal = [&] {
    return !text.empty() && text.front() >= '0' && text.front() <= '7';
  };
  unsigned value = 0;
  auto digits = 0;
  for (; digits < 3 && is_octal(); ++digits, text.remove_prefix(1))
    value = value * 8 + static_cast<unsigned>(text.front() - '0');
  if (digits > 0)
    return static_cast<char>(value);
  auto c = text.front();
  text.remove_prefix(1);
  return c == 'n' ? '\n' : c == 't' ? '\t' : c;
}

/// A C string literal: quotes and escapes.
std::optional<std::string> take_string(std::string_view& text) {
  if (!skip(text, "\""))
    return std::nullopt;
  std::string result;
  while (!text.empty()) {
    auto c = text.front();
    text.remove_prefix(1);
    if (c == '"')
      return result;
    if (c == '\\' && text.empty())
      break;
    result += c == '\\' ? take_escaped(text) : c;
  }
  return std::nullopt;
}

/// Of the word "error"; what clang quotes has no escape sequences.
constexpr std::string_view error_color = "\x1b[0;1;31m";

struct plain_line {
  std::string text;
  bool is_bold = false; // As the places of diagnostics are.
};

/// A line without its escape sequences.
plain_line without_colors(std::string_view line) {
  plain_line result;
  if (line.find('\x1b') == std::string_view::npos) {
    result.text = line;
    return result;
  }
  while (!line.empty()) {
    auto at = std::min(line.find("\x1b["), line.size());
    result.text += line.substr(0, at);
    line.remove_prefix(at);
    auto end = line.find_first_not_of("\x1b[0123456789;:?");
    auto sequence = line.substr(0, end);
    if (result.text.empty() && (sequence == "\x1b[1" || sequence == "\x1b[01"))
      result.is_bold = true;
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return result;
}

struct kind_name {
  std::string_view text;
  pb::Severity severity;
};

constexpr kind_name kinds[] = {
  {"error: ", pb::SEVERITY_ERROR},
  {"fatal error: ", pb::SEVERITY_FATAL},
  {"warning: ", pb::SEVERITY_WARNING},
  {"note: ", pb::SEVERITY_NOTE},
};

/// "file:line:column" or "file:line". The file may hold colons.
std::optional<pb::Location> read_place(std::string_view text) {
  uint32_t numbers[2] = {0, 0};
  size_t count = 0;
  for (; count < 2; ++count) {
    auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
      break;
    auto digits = text.substr(colon + 1);
    auto number = take_number(digits);
    if (!number || !digits.empty())
      break;
    numbers[count] = *number;
    text = text.substr(0, colon);
  }
  if (count == 0 || text.empty())
    return std::nullopt;
  pb::Location result;
  result.set_file(analysis::valid_utf8(text));
  result.set_line(numbers[count - 1]);
  result.set_byte_column(count == 2 ? numbers[0] : 0);
  return result;
}

/// Takes " [-Wformat]" off the end of a message; of "[-Werror,-Wformat]" the
/// second counts.
std::string take_option(std::string_view& message) {
  auto open = message.rfind(" [-");
  if (!message.ends_with(']') || open == std::string_view::npos)
    return "";
  auto option = message.substr(open + 2, message.size() - open - 3);
  message = message.substr(0, open);
  if (!skip(option, "-Werror,"))
    skip(option, "-Wpedantic,");
  return analysis::valid_utf8(option.substr(0, option.find(',')));
}

/// "PLACE: KIND: MESSAGE"; the first that could be one counts.
std::optional<pb::Diagnostic> read_line(std::string_view line) {
  for (auto at = line.find(": "); at != std::string_view::npos;
       at = line.find(": ", at + 1)) {
    auto rest = line.substr(at + 2);
    auto* kind = std::find_if(std::begin(kinds), std::end(kinds), [&](auto& x) {
      return rest.starts_with(x.text);
    });
    if (kind == std::end(kinds))
      continue;
    auto place = read_place(line.substr(0, at));
    if (!place)
      return std::nullopt;
    pb::Diagnostic result;
    result.set_tool("clang");
    result.set_severity(kind->severity);
    *result.mutable_location() = std::move(*place);
    rest.remove_prefix(kind->text.size());
    result.set_option(take_option(rest));
    result.set_message(analysis::valid_utf8(plain_quotes(rest)));
    return result;
  }
  return std::nullopt;
}

class clang_reader {
public:
  explicit clang_reader(const file_reader& files) : fixes_{files} {
    // nop
  }

  void add_line(std::string_view raw) {
    auto [line, is_bold] = without_colors(raw);
    if (line.starts_with("fix-it:\"")) {
      add_fixit(std::string_view{line}.substr(7));
      return;
    }
    auto diagnostic = read_line(line);
    // Where there are colours, a line without is source text.
    is_colored_ |= is_bold && diagnostic;
    if (!diagnostic || is_bold != is_colored_) {
      ++result_.ignored_lines;
      if (!is_colored_ || raw.find(error_color) != std::string_view::npos)
        note_crash(line);
      return;
    }
    close_fix();
    if (diagnostic->severity() != pb::SEVERITY_NOTE)
      result_.diagnostics.push_back(std::move(*diagnostic));
    else if (!result_.diagnostics.empty())
      *result_.diagnostics.back().add_notes() = std::move(*diagnostic);
  }

  parsed_diagnostics take() {
    close_fix();
    return std::move(result_);
  }

private:
  /// The words of the driver, which outlives the compiler proper.
  void note_crash(const std::string& line) {
    for (auto words :
         {"error: clang frontend command failed",
          "error: unable to execute command", "internal compiler error: "})
      if (line.find(words) != std::string::npos && result_.crash.empty())
        result_.crash = analysis::valid_utf8(line);
  }

  /// "file":{l:c-l:c}:"text"
  void add_fixit(std::string_view text) {
    auto file = take_string(text);
    std::optional<uint32_t> numbers[4];
    bool ok = file && skip(text, ":{");
    const char* separators[] = {":", "-", ":", "}:"};
    for (int i = 0; ok && i < 4; ++i) {
      numbers[i] = take_number(text);
      ok = numbers[i] && skip(text, separators[i]);
    }
    auto replacement = ok ? take_string(text) : std::nullopt;
    auto edit = replacement
                  ? fixes_.edit(*file, *numbers[0], *numbers[1], *numbers[2],
                                *numbers[3], std::move(*replacement))
                  : std::nullopt;
    if (!replacement)
      ++result_.ignored_lines;
    if (edit)
      *open_.add_edits() = std::move(*edit);
    else
      is_broken_ = true;
  }

  /// The fix-its since the last diagnostic are one set: of the error, or of its
  /// last note.
  void close_fix() {
    auto fix = std::exchange(open_, {});
    auto is_broken = std::exchange(is_broken_, false);
    if (is_broken || fix.edits().empty() || result_.diagnostics.empty())
      return;
    auto& error = result_.diagnostics.back();
    auto on_note = !error.notes().empty();
    auto message = on_note ? error.notes(error.notes_size() - 1).message()
                           : error.message();
    add_complete_fix(std::move(fix), message, on_note, error);
  }

  fix_builder fixes_;
  parsed_diagnostics result_;
  pb::Fix open_;
  bool is_broken_ = false;
  bool is_colored_ = false;
};

} // namespace

parsed_diagnostics read_clang(std::string_view text, const file_reader& files) {
  clang_reader reader{files};
  for_each_line(text, [&](std::string_view line) {
    if (!line.empty())
      reader.add_line(line);
  });
  auto result = reader.take();
  result.understood = text.empty() || !result.diagnostics.empty();
  return result;
}

} // namespace cohort::runtime::toolchain
