#include "runtime/toolchain/shell_words.hpp"

#include <utility>

namespace cohort::runtime::toolchain {

std::vector<std::string> shell_words(std::string_view text) {
  std::vector<std::string> result;
  std::string word;
  bool open = false; // A word has begun, perhaps an empty one ("").
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (quote == '\'') {
      if (c == '\'')
        quote = '\0';
      else
        word += c;
    } else if (c == '\\' && i + 1 < text.size()) {
      auto next = text[++i];
      // Inside double quotes a backslash is itself before most characters.
      if (quote == '"' && next != '"' && next != '\\' && next != '$'
          && next != '`')
        word += '\\';
      word += next;
      open = true;
    } else if (quote == '"') {
      if (c == '"')
        quote = '\0';
      else
        word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      open = true;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (open)
        result.push_back(std::exchange(word, {}));
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open)
    result.push_back(std::move(word));
  return result;
}

} // namespace cohort::runtime::toolchain
