#include "runtime/mutation/mutators.hpp"

#include <algorithm>
#include <array>
#include <regex>

namespace cohort::runtime::mutation {

namespace {

struct rule {
  std::string_view operation;
  change to;
};

constexpr std::array rules{
  rule{"==", {"relational", "!="}}, rule{"!=", {"relational", "=="}},
  rule{"<", {"boundary", "<="}},    rule{"<", {"relational", ">="}},
  rule{"<=", {"boundary", "<"}},    rule{"<=", {"relational", ">"}},
  rule{">", {"boundary", ">="}},    rule{">", {"relational", "<="}},
  rule{">=", {"boundary", ">"}},    rule{">=", {"relational", "<"}},
  rule{"+", {"arithmetic", "-"}},   rule{"-", {"arithmetic", "+"}},
  rule{"*", {"arithmetic", "/"}},   rule{"/", {"arithmetic", "*"}},
  rule{"%", {"arithmetic", "*"}},   rule{"+=", {"arithmetic", "-="}},
  rule{"-=", {"arithmetic", "+="}}, rule{"*=", {"arithmetic", "/="}},
  rule{"/=", {"arithmetic", "*="}}, rule{"%=", {"arithmetic", "*="}},
  rule{"&&", {"logical", "||"}},    rule{"||", {"logical", "&&"}},
  rule{"&", {"bitwise", "|"}},      rule{"|", {"bitwise", "&"}},
  rule{"^", {"bitwise", "&"}},      rule{"<<", {"bitwise", ">>"}},
  rule{">>", {"bitwise", "<<"}},    rule{"&=", {"bitwise", "|="}},
  rule{"|=", {"bitwise", "&="}},    rule{"^=", {"bitwise", "&="}},
  rule{"<<=", {"bitwise", ">>="}},  rule{">>=", {"bitwise", "<<="}},
};

/// Without digit separators, suffix and zeros that mean nothing.
std::string plain_value(std::string_view digits) {
  std::string result;
  for (auto c : digits)
    if (c != '\'')
      result += c;
  auto is_float = result.find('.') != std::string::npos;
  while (is_float && (result.back() == '0' || result.back() == '.')) {
    auto last = result.back();
    result.pop_back();
    if (last == '.' || result.empty())
      break;
  }
  result.erase(0, std::min(result.find_first_not_of('0'), result.size()));
  return result.empty() ? "0" : result;
}

template <size_t Size>
bool holds(const std::array<std::string_view, Size>& all,
           std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

} // namespace

std::vector<change> changes_of(std::string_view operation) {
  std::vector<change> result;
  for (auto& one : rules)
    if (one.operation == operation)
      result.push_back(one.to);
  return result;
}

std::optional<std::string> other_number(std::string_view literal) {
  static const std::regex decimal{"([0-9][0-9']*)([uUlL]*)"};
  static const std::regex based{"0[xXbB][0-9a-fA-F']+[uUlL]*"};
  static const std::regex floating{
    "([0-9][0-9']*\\.[0-9']*|\\.[0-9']+)([fFlL]?)"};
  static const std::regex scientific{
    "[0-9']*\\.?[0-9']*[eE][+-]?[0-9]+[fFlL]?"};
  std::string text{literal};
  std::smatch parts;
  auto one_more = '(' + text + " + 1)";
  if (std::regex_match(text, parts, decimal)) {
    auto value = plain_value(parts[1].str());
    return value == "0"   ? "1" + parts[2].str()
           : value == "1" ? "0" + parts[2].str()
                          : one_more;
  }
  if (std::regex_match(text, parts, floating)) {
    auto value = plain_value(parts[1].str());
    return value == "0"   ? "1.0" + parts[2].str()
           : value == "1" ? "0.0" + parts[2].str()
                          : one_more;
  }
  if (std::regex_match(text, based) || std::regex_match(text, scientific))
    return one_more;
  return std::nullopt;
}

bool is_neutral(std::string_view operation, std::string_view right) {
  static constexpr std::array<std::string_view, 8> with_zero{
    "+", "-", "<<", ">>", "+=", "-=", "<<=", ">>="};
  static constexpr std::array<std::string_view, 4> with_one{"*", "/",
                                                            "*=", "/="};
  auto changed = other_number(right);
  // What becomes 1 is a zero, and what becomes 0 a one.
  auto is_zero = changed && changed->starts_with('1');
  auto is_one = changed && changed->starts_with('0');
  return (is_zero && holds(with_zero, operation))
         || (is_one && holds(with_one, operation));
}

} // namespace cohort::runtime::mutation
