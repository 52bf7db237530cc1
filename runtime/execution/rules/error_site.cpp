#include "runtime/execution/rules/error_site.hpp"

#include <algorithm>
#include <cctype>

#include "runtime/execution/spelling.hpp"

namespace cohort::runtime::execution::rules {

namespace {

constexpr size_t line_max = 10'000;

} // namespace

std::optional<error_site> error_site::find(const pb::Diagnostic& error,
                                           std::string_view content) {
  error_site result;
  result.error_ = &error;
  result.content_ = content;
  for (uint32_t line = 1; line < error.location().line(); ++line) {
    auto end = content.find('\n', result.begin_);
    if (end == std::string_view::npos)
      return std::nullopt;
    result.begin_ = end + 1;
  }
  result.end_ = std::min(content.find('\n', result.begin_), content.size());
  auto column = std::max(1U, error.location().byte_column());
  result.at_ = result.begin_ + column - 1;
  if (result.at_ > result.end_ || result.end_ - result.begin_ > line_max)
    return std::nullopt;
  return result;
}

std::vector<word> error_site::words() const {
  std::vector<word> result;
  for (auto i = begin_; i < end_;) {
    auto begin = i;
    while (i < end_ && is_word_char(content_[i]))
      ++i;
    auto text = content_.substr(begin, i - begin);
    if (is_identifier(text))
      result.push_back({begin, text});
    i = std::max(i, begin + 1);
  }
  return result;
}

word error_site::name_at_place() const {
  word result;
  for (auto& candidate : words()) {
    if (candidate.begin > at_)
      break;
    result = candidate;
  }
  return is_keyword(result.text) ? word{} : result;
}

bool error_site::is_qualified(const word& use) const {
  auto before = content_.substr(0, use.begin);
  return before.ends_with("::") || before.ends_with('.')
         || before.ends_with("->");
}

bool error_site::is_used(std::string_view name, bool standard) const {
  auto uses = words();
  return std::any_of(uses.begin(), uses.end(), [&](const word& use) {
    auto before = content_.substr(0, use.begin);
    auto is_member = before.ends_with('.') || before.ends_with("->");
    return use.text == name && !is_member
           && (!standard || !before.ends_with("::")
               || before.ends_with("std::"));
  });
}

bool error_site::calls_a_macro() const {
  auto uses = words();
  return std::any_of(uses.begin(), uses.end(), [&](const word& use) {
    return is_macro_name(use.text)
           && content_.substr(use.begin + use.text.size(), 1) == "(";
  });
}

bool is_macro_name(std::string_view name) {
  return std::none_of(name.begin(), name.end(),
                      [](unsigned char c) { return std::islower(c) != 0; });
}

} // namespace cohort::runtime::execution::rules
