#include "runtime/execution/rules/message_names.hpp"

#include "runtime/execution/spelling.hpp"

namespace cohort::runtime::execution::rules {

bool says(const pb::Diagnostic& error, std::string_view words) {
  return error.message().find(words) != std::string::npos;
}

bool is_undeclared(const pb::Diagnostic& error) {
  return says(error, "undeclared identifier") || says(error, "not declared")
         || says(error, "unknown type name")
         || says(error, "does not name a type")
         || says(error, "has not been declared")
         || says(error, "no template named");
}

std::vector<std::string_view> quoted_texts(std::string_view message) {
  std::vector<std::string_view> result;
  for (auto open = message.find('\''); open != message.npos;) {
    auto close = message.find('\'', open + 1);
    if (close == message.npos)
      break;
    result.push_back(message.substr(open + 1, close - open - 1));
    open = message.find('\'', close + 1);
  }
  return result;
}

std::vector<std::string> quoted_names(std::string_view message) {
  std::vector<std::string> result;
  for (auto text : quoted_texts(message))
    if (is_identifier(text))
      result.emplace_back(text);
  return result;
}

std::vector<std::string> unqualified_names(std::string_view message) {
  std::vector<std::string> result;
  for (auto text : quoted_texts(message)) {
    text = text.substr(0, text.find('<'));
    if (auto colon = text.rfind("::"); colon != text.npos)
      text.remove_prefix(colon + 2);
    if (is_identifier(text))
      result.emplace_back(text);
  }
  return result;
}

std::string quoted_function(std::string_view message) {
  auto all = quoted_texts(message);
  if (all.empty())
    return {};
  auto text = all.front().substr(0, all.front().find('('));
  auto begin = text.size();
  while (begin > 0 && is_word_char(text[begin - 1]))
    --begin;
  text.remove_prefix(begin);
  return is_identifier(text) ? std::string{text} : std::string{};
}

} // namespace cohort::runtime::execution::rules
