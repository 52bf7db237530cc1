#include "runtime/logs/clean_line.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "runtime/logs/line_parts.hpp"
#include "runtime/uri.hpp"

namespace cohort::runtime::logs {

namespace {

bool is_digit_of_log(char c) {
  return c >= '0' && c <= '9';
}

/// Without escape sequences ("\x1b[0;1m", "\x1b]8;;url\x07") and control
/// characters.
std::string without_controls(std::string_view line) {
  std::string result;
  result.reserve(line.size());
  for (size_t i = 0; i < line.size(); ++i) {
    auto c = line[i];
    if (c == '\x1b' && line.substr(i + 1, 1) == "[") {
      i = std::min(line.find_first_not_of("0123456789;:?", i + 2),
                   line.size() - 1);
    } else if (c == '\x1b' && line.substr(i + 1, 1) == "]") {
      i = std::min(line.find_first_of("\x07\\", i + 2), line.size() - 1);
    } else if (c == '\t' || static_cast<unsigned char>(c) >= ' ') {
      result += c;
    }
  }
  return result;
}

/// Quotes of other languages ("»x«"), and English ones that were taken for
/// Latin-1 or Windows-1252 on the way, as plain ones.
std::string with_plain_quotes(std::string text) {
  constexpr auto quotes = std::to_array<std::string_view>(
    {"\xc3\xa2\xc2\x80\xc2\x98", "\xc3\xa2\xc2\x80\xc2\x99",
     "\xc3\xa2\xe2\x82\xac\xcb\x9c", "\xc3\xa2\xe2\x82\xac\xe2\x84\xa2",
     "\xc2\xab", "\xc2\xbb", "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e"});
  if (std::all_of(text.begin(), text.end(), [](char c) { return c > 0; }))
    return text;
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    auto rest = std::string_view{text}.substr(i);
    auto quote = std::find_if(quotes.begin(), quotes.end(), [&](auto bytes) {
      return rest.starts_with(bytes);
    });
    result += quote == quotes.end() ? text[i] : '\'';
    i += quote == quotes.end() ? 1 : quote->size();
  }
  return result;
}

/// Length of what looks like `shape`, in which 0 stands for a digit; 0 when the
/// text begins otherwise.
size_t length_of_shape(std::string_view text, std::string_view shape) {
  if (text.size() < shape.size())
    return 0;
  for (size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == '0' ? !is_digit_of_log(text[i]) : text[i] != shape[i])
      return 0;
  return shape.size();
}

/// "2024-05-01T10:00:00.123+02:00", "10:00:00,5"; the length.
size_t length_of_time(std::string_view text) {
  size_t length = 0;
  for (std::string_view shape : {"0000-00-00T00:00:00", "0000-00-00 00:00:00",
                                 "0000/00/00 00:00:00", "00:00:00"})
    if (length == 0)
      length = length_of_shape(text, shape);
  if (length == 0)
    return 0;
  auto rest = text.substr(length);
  if (rest.size() > 1 && (rest[0] == '.' || rest[0] == ',')
      && is_digit_of_log(rest[1]))
    length += std::min(rest.find_first_not_of("0123456789", 1), rest.size());
  rest = text.substr(length);
  if (rest.starts_with('Z'))
    return length + 1;
  for (auto zone : {"+00:00", "-00:00", "+0000", "-0000"})
    if (auto more = length_of_shape(rest, zone); more > 0)
      return length + more;
  return length;
}

/// "[3/120] ", "[ 12%] ", "[10:00:00] "; the length.
size_t length_of_bracket(std::string_view text) {
  if (!text.starts_with('['))
    return 0;
  constexpr size_t length_max = 40;
  auto close = text.substr(0, length_max).find("] ");
  if (close == text.npos)
    return 0;
  auto inside = text.substr(1, close - 1);
  auto is_progress = inside.find_first_of("0123456789") != inside.npos
                     && inside.find_first_not_of("0123456789 /%") == inside.npos
                     && (inside.ends_with('%')
                         || inside.find('/') != inside.npos);
  return is_progress || length_of_time(inside) == inside.size() ? close + 2 : 0;
}

/// "#12 3.456 "; the length.
size_t length_of_docker(std::string_view text) {
  if (!text.starts_with('#'))
    return 0;
  auto step = std::min(text.find_first_not_of("0123456789", 1), text.size());
  if (step == 1 || text.substr(step, 1) != " ")
    return 0;
  auto time = std::min(text.find_first_not_of("0123456789.", step + 1),
                       text.size());
  if (text.substr(step + 1, time - step - 1).find('.') == text.npos)
    return 0;
  return time == text.size() ? time : time + 1;
}

/// "12>", "name> ", "service_1  | "; the length.
size_t length_of_name(std::string_view text) {
  auto is_name = [](char c) {
    return is_digit_of_log(c) || (c >= 'a' && c <= 'z')
           || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
  };
  auto begin = std::min(text.find_first_not_of(' '), text.size());
  if (text.substr(begin, 1) == "-") // rustc's "-->".
    return 0;
  auto name_end = std::find_if_not(text.begin() + static_cast<ptrdiff_t>(begin),
                                   text.end(), is_name);
  auto end = static_cast<size_t>(name_end - text.begin());
  if (end == begin)
    return 0;
  auto name = text.substr(begin, end - begin);
  auto is_number = name.find_first_not_of("0123456789") == name.npos;
  auto rest = text.substr(end);
  if (is_number)
    return rest.starts_with('>') ? end + 1 : 0;
  if (rest.starts_with("> "))
    return end + 2;
  auto bar = std::min(rest.find_first_not_of(' '), rest.size());
  return bar > 0 && rest.substr(bar, 2) == "| " ? end + bar + 2 : 0;
}

size_t length_of_mark(std::string_view text) {
  constexpr auto marks = std::to_array<std::string_view>(
    {"##[error]", "##[warning]", "##[group]", "##[section]", "##[debug]",
     "[ERROR]", "[error]", "[WARNING]", "[INFO]", "[build] ",
     "remote: ", "stderr: ", "stdout: ", "> "});
  auto found = std::find_if(marks.begin(), marks.end(),
                            [&](auto mark) { return text.starts_with(mark); });
  return found == marks.end() ? 0 : found->size();
}

size_t length_of_noise(std::string_view text) {
  if (auto length = length_of_time(text); length > 0)
    return length + (text.substr(length, 1) == " " ? 1 : 0);
  for (auto measure :
       {length_of_bracket, length_of_docker, length_of_name, length_of_mark})
    if (auto length = measure(text); length > 0)
      return length;
  return 0;
}

std::string_view property(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    auto end = std::min(list.find(','), list.size());
    auto item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    if (item.starts_with(name) && item.substr(name.size(), 1) == "=")
      return item.substr(name.size() + 1);
  }
  return {};
}

/// "::error file=a.c,line=3,col=7::text", "::error::text"
std::optional<std::string> read_annotation(std::string_view text) {
  for (std::string_view kind : {"error", "warning"}) {
    auto rest = text;
    if (!take_prefix(rest, "::") || !take_prefix(rest, kind)
        || (!rest.starts_with(' ') && !rest.starts_with("::")))
      continue;
    auto end = rest.find("::");
    if (end == rest.npos)
      continue;
    auto list = rest.substr(0, end);
    auto place = percent_decoded(property(list, "file"));
    for (auto name : {"line", "col"})
      if (auto number = property(list, name); !place.empty() && !number.empty())
        place += ':' + std::string{number};
    auto message = percent_decoded(rest.substr(end + 2));
    std::replace(message.begin(), message.end(), '\n', ' ');
    return place + (place.empty() ? "" : ": ") + std::string{kind} + ": "
           + message;
  }
  return std::nullopt;
}

/// Maven's "[ERROR] A.java:[3,7] text"
std::optional<std::string> read_maven(std::string_view text) {
  std::string kind = "error";
  if (!take_prefix(text, "[ERROR] ")) {
    if (!take_prefix(text, "[WARNING] "))
      return std::nullopt;
    kind = "warning";
  }
  auto open = text.find(":[");
  auto close = text.find("] ", open == text.npos ? 0 : open);
  if (open == text.npos || close == text.npos)
    return std::nullopt;
  std::string numbers{text.substr(open + 2, close - open - 2)};
  if (numbers.find_first_not_of("0123456789,") != numbers.npos)
    return std::nullopt;
  std::replace(numbers.begin(), numbers.end(), ',', ':');
  return std::string{text.substr(0, open)} + ':' + numbers + ": " + kind + ": "
         + std::string{text.substr(close + 2)};
}

} // namespace

std::string clean_line(std::string_view raw) {
  auto plain = with_plain_quotes(without_controls(raw));
  std::string_view text{plain};
  constexpr int layers_max = 6;
  for (int i = 0; i < layers_max; ++i) {
    if (auto said = read_maven(text))
      return *said;
    auto length = length_of_noise(text);
    if (length == 0)
      break;
    text.remove_prefix(length);
  }
  auto annotation = read_annotation(text);
  return annotation ? *annotation : std::string{text};
}

} // namespace cohort::runtime::logs
