#include "config/key_kinds.hpp"

namespace cohort::config::kinds {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

} // namespace

std::string shortest(double value) {
  char text[32];
  auto [end, failed] = std::to_chars(text, text + sizeof text, value);
  return failed == std::errc{} ? std::string{text, end} : std::to_string(value);
}

std::string yaml_word(const std::string& text) {
  auto is_inner = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '/' || c == '.'
           || c == '+' || c == '-';
  };
  auto is_plain = !text.empty() && (is_letter(text[0]) || text[0] == '/')
                  && std::all_of(text.begin(), text.end(), is_inner)
                  && text != "null" && text != "Null" && text != "NULL";
  if (is_plain)
    return text;
  std::string result = "\"";
  for (auto c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result + '"';
}

std::string yaml_list(const words& given) {
  std::string result = "[";
  for (auto& word : given)
    result += (result.size() > 1 ? ", " : "") + yaml_word(word);
  return result + "]";
}

bool is_text(const std::string& text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  });
}

} // namespace cohort::config::kinds
