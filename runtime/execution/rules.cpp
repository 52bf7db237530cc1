#include "runtime/execution/rules.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include "runtime/execution/spelling.hpp"

namespace cohort::runtime::execution {

namespace {

/// An error's line in its file.
struct place {
  std::string_view content;
  size_t begin = 0; // Of the line.
  size_t end = 0;
  size_t at = 0; // The error's own column.

  [[nodiscard]] std::string_view line() const {
    return content.substr(begin, end - begin);
  }
};

struct word {
  size_t begin = 0; // In the file.
  std::string_view text;
};

std::optional<place> place_of(const pb::Diagnostic& error,
                              std::string_view content) {
  place result;
  result.content = content;
  for (uint32_t line = 1; line < error.location().line(); ++line) {
    auto end = content.find('\n', result.begin);
    if (end == std::string_view::npos)
      return std::nullopt;
    result.begin = end + 1;
  }
  result.end = std::min(content.find('\n', result.begin), content.size());
  auto column = std::max(1U, error.location().byte_column());
  result.at = result.begin + column - 1;
  if (result.at > result.end || result.end - result.begin > 10'000)
    return std::nullopt;
  return result;
}

std::vector<word> words_of(const place& where) {
  std::vector<word> result;
  auto line = where.line();
  for (size_t i = 0; i < line.size();) {
    if (!is_word_char(line[i])) {
      ++i;
      continue;
    }
    auto begin = i;
    while (i < line.size() && is_word_char(line[i]))
      ++i;
    auto text = line.substr(begin, i - begin);
    if (is_identifier(text))
      result.push_back({where.begin + begin, text});
  }
  return result;
}

/// The identifiers between quotes in a message, in order.
std::vector<std::string> quoted_names(std::string_view message) {
  std::vector<std::string> result;
  for (auto open = message.find('\''); open != std::string_view::npos;) {
    auto close = message.find('\'', open + 1);
    if (close == std::string_view::npos)
      break;
    auto text = message.substr(open + 1, close - open - 1);
    if (is_identifier(text))
      result.emplace_back(text);
    open = message.find('\'', close + 1);
  }
  return result;
}

bool says(const pb::Diagnostic& error, std::string_view words) {
  return error.message().find(words) != std::string::npos;
}

/// Collects proposals for one error.
class proposals {
public:
  proposals(const pb::Diagnostic& error, const place& where)
    : error_{error}, where_{where} {
    // nop
  }

  std::vector<pb::Fix> take() && {
    return std::move(fixes_);
  }

  void keyword() {
    for (auto& [begin, text] : words_of(where_)) {
      if (text.size() < 4 || is_keyword(text)
          || occurrences(where_.content, text, 2) > 1)
        continue;
      for (auto& keyword : similar_keywords(text))
        add(begin, begin + text.size(), std::string{keyword});
    }
  }

  void standard_name() {
    if (!is_undeclared())
      return;
    auto names = quoted_names(error_.message());
    if (names.empty() || !is_standard(names.front()))
      return;
    for (auto& [begin, text] : words_of(where_))
      if (text == names.front() && !is_qualified(begin))
        add(begin, begin, "std::");
  }

  void member_access() {
    auto wants_arrow = says(error_, "which is of pointer type")
                       || says(error_, "*' is not a structure or union")
                       || says(error_, "*' is a pointer");
    auto lacks_member = says(error_, "no member named")
                        || says(error_, "which is of non-class type");
    if (!wants_arrow && !lacks_member)
      return;
    auto sign = sign_before_member();
    if (!sign)
      return;
    if (where_.content[*sign] == '.')
      add(*sign, *sign + 1, "->");
    else
      add(*sign, *sign + 2, ".");
  }

  void single_colon() {
    auto line = where_.line();
    for (size_t i = 1; i + 1 < line.size(); ++i)
      if (line[i] == ':' && is_word_char(line[i - 1])
          && is_word_char(line[i + 1])
          && std::isdigit(static_cast<unsigned char>(line[i + 1])) == 0)
        add(where_.begin + i, where_.begin + i, ":");
  }

  void declaration() {
    if (!is_undeclared() || !says(error_, "did you mean"))
      return;
    auto names = quoted_names(error_.message());
    if (names.size() < 2)
      return;
    auto& used = names.front();
    auto& declared = names.back();
    if (is_keyword(declared) || occurrences(where_.content, declared, 2) != 1)
      return;
    auto at = find_name(where_.content, declared);
    if (at != std::string_view::npos)
      add(at, at + declared.size(), used);
  }

  void missing_typename() {
    if (says(error_, "missing 'typename'") && where_.at < where_.end
        && is_word_char(where_.content[where_.at]))
      add(where_.at, where_.at, "typename ");
  }

private:
  [[nodiscard]] bool is_undeclared() const {
    return says(error_, "undeclared identifier") || says(error_, "not declared")
           || says(error_, "unknown type name")
           || says(error_, "does not name a type")
           || says(error_, "has not been declared")
           || says(error_, "no template named");
  }

  static bool is_standard(std::string_view name) {
    static constexpr std::string_view names
      = " any array atomic back_inserter begin bitset cerr chrono cin clog "
        "cout "
        "deque end endl exception find find_if forward function future get "
        "getline hash ifstream initializer_list int16_t int32_t int64_t int8_t "
        "invalid_argument istream istringstream list lock_guard logic_error "
        "make_pair make_shared make_tuple make_unique map max min move "
        "multimap "
        "multiset mutex numeric_limits ofstream optional ostream ostringstream "
        "out_of_range pair priority_queue promise ptrdiff_t queue "
        "runtime_error "
        "set shared_ptr size_t sort span stack string string_view stringstream "
        "swap thread to_string tuple uint16_t uint32_t uint64_t uint8_t "
        "unique_lock unique_ptr unordered_map unordered_set variant vector "
        "weak_ptr wstring ";
    return names.find(' ' + std::string{name} + ' ') != std::string_view::npos;
  }

  [[nodiscard]] bool is_qualified(size_t begin) const {
    auto before = where_.content.substr(0, begin);
    auto ends_with = [&](std::string_view end) {
      return before.size() >= end.size()
             && before.substr(before.size() - end.size()) == end;
    };
    return ends_with("::") || ends_with(".") || ends_with("->");
  }

  /// GCC points at the member, clang at the sign or at the member.
  [[nodiscard]] std::optional<size_t> sign_before_member() const {
    auto is_sign = [&](size_t at) {
      return where_.content.substr(at, 1) == "."
             || where_.content.substr(at, 2) == "->";
    };
    if (where_.at < where_.end && is_sign(where_.at))
      return where_.at;
    auto at = where_.at;
    while (at > where_.begin && where_.content[at - 1] == ' ')
      --at;
    for (size_t length : {1, 2})
      if (at >= where_.begin + length && is_sign(at - length)
          && (length == 2 || where_.content[at - 1] == '.'))
        return at - length;
    return std::nullopt;
  }

  void add(size_t begin, size_t end, std::string replacement) {
    auto& fix = fixes_.emplace_back();
    fix.set_tool("rule");
    fix.set_on_note(true); // A compiler's own proposal goes first.
    fix.set_message(error_.message());
    fix.set_target_file(error_.location().file());
    fix.set_target_line(error_.location().line());
    auto& edit = *fix.add_edits();
    edit.set_file(error_.location().file());
    edit.set_begin(begin);
    edit.set_end(end);
    edit.set_replacement(std::move(replacement));
  }

  const pb::Diagnostic& error_;
  const place& where_;
  std::vector<pb::Fix> fixes_;
};

} // namespace

std::vector<pb::Fix> rule_fixes(const pb::Diagnostic& error,
                                std::string_view content) {
  auto where = place_of(error, content);
  if (!where)
    return {};
  proposals all{error, *where};
  all.missing_typename();
  all.standard_name();
  all.member_access();
  all.declaration();
  all.single_colon();
  all.keyword();
  return std::move(all).take();
}

} // namespace cohort::runtime::execution
