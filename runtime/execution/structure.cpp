#include "runtime/execution/structure.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/toolchain/tokens.hpp"

namespace cohort::runtime::execution {

namespace {

using toolchain::line_begin;
using toolchain::line_end;
using toolchain::line_number;
using toolchain::scan;
using toolchain::token;
using toolchain::token_kind;

/// With more, the text is not indented by its structure.
constexpr size_t missing_max = 4;
constexpr size_t choices_max = 8;

bool is_one_of(std::string_view word,
               std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// A text with its tokens and what stands where on the lines.
class layout {
public:
  explicit layout(std::string_view content)
    : content_{content}, tokens_{scan(content)} {
    indents_.reserve(tokens_.size());
    for (size_t i = 0; i < tokens_.size(); ++i)
      indents_.push_back(is_first_of_line(i) ? find_indent(i)
                                             : indents_.back());
  }

  [[nodiscard]] const std::vector<token>& tokens() const {
    return tokens_;
  }
  [[nodiscard]] std::string_view text(size_t i) const {
    return tokens_[i].in(content_);
  }
  [[nodiscard]] bool is(size_t i, std::string_view text_) const {
    return i < tokens_.size() && text(i) == text_;
  }
  [[nodiscard]] bool is_first_of_line(size_t i) const {
    return i == 0
           || content_
                  .substr(tokens_[i - 1].end,
                          tokens_[i].begin - tokens_[i - 1].end)
                  .find('\n')
                != std::string_view::npos;
  }
  /// The blanks that the line of token `i` begins with.
  [[nodiscard]] std::string_view indent(size_t i) const {
    return indents_[i];
  }
  [[nodiscard]] uint32_t line(size_t i) const {
    return line_number(content_, tokens_[i].begin);
  }
  [[nodiscard]] size_t end_of_line(size_t i) const {
    auto end = line_end(content_, tokens_[i].end);
    return end > 0 && end < content_.size() && content_[end - 1] == '\r'
             ? end - 1
             : end;
  }
  /// How its lines end.
  [[nodiscard]] std::string line_break() const {
    auto end = content_.find('\n');
    return end != std::string_view::npos && end > 0 && content_[end - 1] == '\r'
             ? "\r\n"
             : "\n";
  }

private:
  [[nodiscard]] std::string_view find_indent(size_t i) const {
    auto begin = line_begin(content_, tokens_[i].begin);
    auto end = content_.find_first_not_of(" \t", begin);
    return content_.substr(begin, end - begin);
  }

  std::string_view content_;
  std::vector<token> tokens_;
  std::vector<std::string_view> indents_; // Of each token's line.
};

/// Columns of an indentation.
size_t width(std::string_view blanks) {
  size_t result = 0;
  for (auto c : blanks)
    result = c == '\t' ? (result / 8 + 1) * 8 : result + 1;
  return result;
}

struct open_block {
  size_t statement = 0; // Token that begins the statement with the brace.
  size_t brace = 0;
  size_t indent = 0;               // Columns, of that statement.
  std::optional<bool> is_indented; // Its content is; not known before there is
                                   // some.
};

class brace_finder {
public:
  explicit brace_finder(const layout& text) : text_{text} {
    // nop
  }

  std::vector<missing_bracket> run() && {
    size_t statement = 0;
    int parens = 0;
    for (size_t i = 0;
         i < text_.tokens().size() && found_.size() <= missing_max; ++i) {
      if (text_.tokens()[i].kind == token_kind::directive) {
        if (statement == i)
          ++statement;
        continue;
      }
      auto token = text_.text(i);
      if (text_.is_first_of_line(i) && parens == 0)
        close_by_indent(i);
      if (token == "{") {
        blocks_.push_back(
          {statement, i, width(text_.indent(std::min(statement, i))), {}});
        parens_.push_back(std::exchange(parens, 0));
        statement = i + 1;
      } else if (token == "}") {
        if (!blocks_.empty())
          blocks_.pop_back();
        parens = parens_.empty() ? 0 : parens_.back();
        if (!parens_.empty())
          parens_.pop_back();
        statement = i + 1;
      } else if (token == "(") {
        ++parens;
      } else if (token == ")") {
        parens = std::max(0, parens - 1);
      } else if (token == ";" && parens == 0) {
        statement = i + 1;
      } else if (token == ":" && i > 0
                 && is_one_of(text_.text(i - 1),
                              {"public", "private", "protected"})) {
        statement = i + 1;
      }
    }
    if (found_.size() > missing_max)
      found_.clear();
    return std::move(found_);
  }

private:
  /// A line that is indented no more than the block which it stands in shows
  /// that the block has ended.
  void close_by_indent(size_t i) {
    auto here = width(text_.indent(i));
    auto token = text_.text(i);
    while (!blocks_.empty()) {
      auto& block = blocks_.back();
      if (!block.is_indented && token != "}")
        block.is_indented = here > block.indent;
      if (!block.is_indented.value_or(false))
        return;
      auto has_ended = token == "}" ? here < block.indent
                                    : here <= block.indent;
      if (!has_ended || token == "{" || is_goto_label(i))
        return;
      // A label stands where its block begins, or further in.
      if (is_label(i) && here == block.indent && !is_case(block))
        return;
      if (token == "}" && !closes_outer(here))
        return;
      report(block, i);
      pop();
    }
  }

  /// Whether a block further out is indented like that.
  [[nodiscard]] bool closes_outer(size_t here) const {
    return std::any_of(blocks_.rbegin() + 1, blocks_.rend(),
                       [&](auto& block) { return block.indent == here; });
  }

  /// "case 1: {", which the next case ends.
  [[nodiscard]] bool is_case(const open_block& block) const {
    return is_one_of(text_.text(std::min(block.statement, block.brace)),
                     {"case", "default"});
  }

  [[nodiscard]] bool is_label(size_t i) const {
    return is_one_of(text_.text(i), {"public", "private", "protected", "case",
                                     "default", "signals", "slots"});
  }

  /// One that may stand anywhere.
  [[nodiscard]] bool is_goto_label(size_t i) const {
    return !is_label(i) && text_.tokens()[i].kind == token_kind::name
           && text_.is(i + 1, ":");
  }

  void pop() {
    blocks_.pop_back();
    if (!parens_.empty())
      parens_.pop_back();
  }

  void report(const open_block& block, size_t i) {
    if (i == 0)
      return;
    auto& missing = found_.emplace_back();
    missing.first_line = text_.line(block.brace);
    missing.last_line = text_.line(i);
    auto is_type = std::any_of(
      text_.tokens().begin() + static_cast<std::ptrdiff_t>(block.statement),
      text_.tokens().begin() + static_cast<std::ptrdiff_t>(block.brace),
      [&](auto& token) {
        auto index = static_cast<size_t>(&token - text_.tokens().data());
        return is_one_of(text_.text(index),
                         {"class", "struct", "union", "enum"});
      });
    auto statement = std::min(block.statement, block.brace);
    auto add = [&](const char* brace) {
      missing.choices.push_back(
        {text_.end_of_line(i - 1),
         text_.line_break() + std::string{text_.indent(statement)} + brace});
    };
    add(is_type ? "};" : "}");
    add(is_type ? "}" : "};");
  }

  const layout& text_;
  std::vector<open_block> blocks_;
  std::vector<int> parens_; // Open ones outside of each block.
  std::vector<missing_bracket> found_;
};

class paren_finder {
public:
  explicit paren_finder(const layout& text) : text_{text} {
    // nop
  }

  std::vector<missing_bracket> run() && {
    for (size_t i = 0; i < text_.tokens().size(); ++i) {
      if (text_.tokens()[i].kind == token_kind::directive)
        continue;
      auto token = text_.text(i);
      if (token == "(" || token == "{") {
        open_.push_back(i);
      } else if (token == ")" && !open_.empty()
                 && text_.is(open_.back(), "(")) {
        open_.pop_back();
      } else if (token == "}" || (token == ";" && !is_in_for())) {
        for (; !open_.empty() && text_.is(open_.back(), "(");
             open_.pop_back()) {
          if (found_.size() == missing_max)
            return {};
          report(open_.back(), i);
        }
        if (token == "}" && !open_.empty())
          open_.pop_back();
      }
    }
    return std::move(found_);
  }

private:
  [[nodiscard]] bool is_in_for() const {
    return !open_.empty() && open_.back() > 0 && text_.is(open_.back(), "(")
           && text_.is(open_.back() - 1, "for");
  }

  /// Where a parenthesis may end: before the statement's end or the block that
  /// follows it; before a colon; before some other sign, the last one first.
  void report(size_t open, size_t end) {
    auto last = end_of_statement(open, end);
    auto& missing = found_.emplace_back();
    missing.first_line = text_.line(open);
    missing.last_line = text_.line(end);
    auto add = [&](size_t i) {
      auto at = text_.tokens()[i - 1].end;
      auto is_known
        = std::any_of(missing.choices.begin(), missing.choices.end(),
                      [&](auto& choice) { return choice.at == at; });
      if (!is_known && missing.choices.size() < choices_max)
        missing.choices.push_back({at, ")"});
    };
    // One of a constructor's initialisers, before the next one.
    auto is_initialiser = open >= 2
                          && is_one_of(text_.text(open - 2), {":", ","});
    for (auto i = open + 1; is_initialiser && i + 2 < last; ++i)
      if (text_.is(i, ",") && text_.tokens()[i + 1].kind == token_kind::name
          && text_.is(i + 2, "(") && text_.is(last, "{"))
        add(i);
    // What follows a function's parameters.
    for (auto i = open + 1; i < last; ++i)
      if (is_one_of(text_.text(i), {"override", "const", "noexcept", "final"})
          && i + 1 < text_.tokens().size()
          && is_one_of(text_.text(i + 1), {"{", ";", "=", ":", "override",
                                           "const", "noexcept", "final"}))
        add(i);
    add(last);
    // A colon begins what a constructor initialises, or what follows a label.
    for (auto i = last; i > open + 1; --i)
      if (text_.is(i, ":") || text_.is(i, "?"))
        add(i);
    for (auto i = last; i > open + 1; --i)
      if (may_end(i))
        add(i);
  }

  /// The first ";" or "{" that is no part of an argument in braces.
  [[nodiscard]] size_t end_of_statement(size_t open, size_t end) const {
    size_t depth = 0;
    for (auto i = open + 1; i < end; ++i)
      if (text_.is(i, "{")
          && (depth > 0 || is_one_of(text_.text(i - 1), {"(", ","})))
        ++depth;
      else if (text_.is(i, "}") && depth > 0)
        --depth;
      else if (depth == 0 && (text_.is(i, "{") || text_.is(i, ";")))
        return i;
    return end;
  }

  /// Whether a parenthesis may end before token `i`.
  [[nodiscard]] bool may_end(size_t i) const {
    auto is_end = text_.tokens()[i - 1].kind != token_kind::sign
                  || is_one_of(text_.text(i - 1), {")", "]", "}"});
    return is_end && text_.tokens()[i].kind == token_kind::sign
           && !is_one_of(text_.text(i), {"(", "::", ".", "->", "["});
  }

  const layout& text_;
  std::vector<size_t> open_; // "(" and "{".
  std::vector<missing_bracket> found_;
};

} // namespace

std::vector<missing_bracket> missing_braces(std::string_view content) {
  layout text{content};
  return brace_finder{text}.run();
}

std::vector<missing_bracket> missing_parentheses(std::string_view content) {
  layout text{content};
  return paren_finder{text}.run();
}

} // namespace cohort::runtime::execution
