#include "runtime/toolchain/tokens.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace cohort::runtime::toolchain {

namespace {

class scanner {
public:
  explicit scanner(std::string_view content) : text_{content} {
    // nop
  }

  std::vector<token> run() && {
    auto at_line_start = true;
    while (at_ < text_.size()) {
      auto c = text_[at_];
      if (c == '\n') {
        at_line_start = true;
        ++at_;
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        ++at_;
      } else if (!skip_comment()) {
        if (c == '#' && at_line_start)
          directive();
        else
          plain();
        at_line_start = false;
      }
    }
    return std::move(tokens_);
  }

private:
  [[nodiscard]] bool follows(std::string_view what) const {
    return text_.substr(at_, what.size()) == what;
  }

  void add(token_kind kind, size_t begin) {
    if (skipped_ == 0)
      tokens_.push_back({kind, begin, at_});
  }

  bool skip_comment() {
    if (follows("//")) {
      at_ = continued_end(at_);
      return true;
    }
    if (!follows("/*"))
      return false;
    auto end = text_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + 2;
    return true;
  }

  /// The end of the line, or of the last one that a backslash appends.
  [[nodiscard]] size_t continued_end(size_t from) const {
    auto end = std::min(text_.find('\n', from), text_.size());
    while (end < text_.size() && end > from) {
      auto last = text_[end - 1] == '\r' && end - 1 > from ? end - 2 : end - 1;
      if (text_[last] != '\\')
        break;
      end = std::min(text_.find('\n', end + 1), text_.size());
    }
    return end;
  }

  void directive() {
    auto begin = at_;
    at_ = continued_end(at_);
    auto line = text_.substr(begin + 1, at_ - begin - 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    auto is = [&](std::string_view word) { return line.starts_with(word); };
    if (is("if")) {
      auto is_zero = is("if 0");
      branches_.push_back({is_zero, !is_zero});
      skipped_ += is_zero ? 1 : 0;
    } else if (is("el") && !branches_.empty()) {
      // The first branch that is not "#if 0" stands for all.
      auto& here = branches_.back();
      skipped_ -= here.is_skipped ? 1 : 0;
      here.is_skipped = std::exchange(here.had_one, true);
      skipped_ += here.is_skipped ? 1 : 0;
    } else if (is("endif") && !branches_.empty()) {
      skipped_ -= branches_.back().is_skipped ? 1 : 0;
      branches_.pop_back();
    }
    add(token_kind::directive, begin);
  }

  void plain() {
    auto begin = at_;
    auto c = text_[at_];
    if (std::isdigit(static_cast<unsigned char>(c)) != 0)
      number(begin);
    else if (is_word_char(c))
      word(begin);
    else if (c == '"' || c == '\'')
      quoted(begin);
    else {
      at_ += follows("::") || follows("->") ? 2 : 1;
      add(token_kind::sign, begin);
    }
  }

  void number(size_t begin) {
    auto is_part = [&](char c) {
      auto sign = (c == '+' || c == '-')
                  && std::string_view{"eEpP"}.find(text_[at_ - 1])
                       != std::string_view::npos;
      auto digit_separator = c == '\'' && at_ + 1 < text_.size()
                             && is_word_char(text_[at_ + 1]);
      return is_word_char(c) || c == '.' || sign || digit_separator;
    };
    ++at_;
    while (at_ < text_.size() && is_part(text_[at_]))
      ++at_;
    add(token_kind::number, begin);
  }

  void word(size_t begin) {
    while (at_ < text_.size() && is_word_char(text_[at_]))
      ++at_;
    auto word = text_.substr(begin, at_ - begin);
    auto is_quote = at_ < text_.size()
                    && (text_[at_] == '"' || text_[at_] == '\'');
    static constexpr std::string_view prefixes = " L u U u8 R LR uR UR u8R ";
    if (is_quote
        && prefixes.find(' ' + std::string{word} + ' ')
             != std::string_view::npos) {
      if (word.back() == 'R' && text_[at_] == '"')
        return raw(begin);
      return quoted(begin);
    }
    add(token_kind::name, begin);
  }

  void raw(size_t begin) {
    auto open = text_.find('(', at_);
    constexpr size_t delimiter_max = 18;
    if (open == std::string_view::npos || open - at_ > delimiter_max)
      return quoted(begin);
    auto close = ')' + std::string{text_.substr(at_ + 1, open - at_ - 1)} + '"';
    auto end = text_.find(close, open);
    at_ = end == std::string_view::npos ? text_.size() : end + close.size();
    add(token_kind::text, begin);
  }

  void quoted(size_t begin) {
    auto quote = text_[at_];
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
      at_ += text_[at_] == '\\' && at_ + 1 < text_.size() ? 2 : 1;
    at_ = std::min(at_, text_.size());
    if (at_ < text_.size() && text_[at_] == quote)
      ++at_;
    while (at_ < text_.size() && is_word_char(text_[at_]))
      ++at_; // "..."_suffix
    add(token_kind::text, begin);
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<token> tokens_;
  struct if_branch {
    bool is_skipped = false;
    bool had_one = false; // That was not skipped.
  };
  std::vector<if_branch> branches_; // Of each `#if` around this place.
  size_t skipped_ = 0;              // How many of them are.
};

} // namespace

std::vector<token> scan(std::string_view content) {
  return scanner{content}.run();
}

bool is_word_char(char c) {
  auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}

size_t line_begin(std::string_view content, size_t offset) {
  if (offset == 0)
    return 0;
  auto before = content.rfind('\n', offset - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

size_t line_end(std::string_view content, size_t offset) {
  return std::min(content.find('\n', offset), content.size());
}

uint32_t line_number(std::string_view content, size_t offset) {
  auto before = content.substr(0, offset);
  return 1
         + static_cast<uint32_t>(
           std::count(before.begin(), before.end(), '\n'));
}

} // namespace cohort::runtime::toolchain
