#include "runtime/fixes/diff_syntax.hpp"

#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "runtime/fixes/lines.hpp"
#include "runtime/fixes/proposing.hpp"

/// Source: "Detailed Description of Unified Format" in the manual of GNU
/// diffutils, and git-diff(1). Not libgit2's parser, which knows git's own
/// headers only.
namespace cohort::runtime::fixes {

namespace {

/// A name in quotes, as git writes those with unusual bytes.
std::string unquoted(std::string_view name) {
  if (name.size() < 2 || !name.starts_with('"') || !name.ends_with('"'))
    return std::string{name};
  name = name.substr(1, name.size() - 2);
  std::string result;
  while (!name.empty()) {
    if (name.front() != '\\' || name.size() == 1) {
      result += name.front();
      name.remove_prefix(1);
      continue;
    }
    name.remove_prefix(1);
    unsigned char code = 0;
    auto digits = name.substr(0, 3);
    auto [end, failed]
      = std::from_chars(digits.data(), digits.data() + digits.size(), code, 8);
    if (failed == std::errc{}) {
      result += static_cast<char>(code);
      name.remove_prefix(static_cast<size_t>(end - digits.data()));
      continue;
    }
    auto c = name.front();
    result += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    name.remove_prefix(1);
  }
  return result;
}

/// Takes "7" or "7,2" off the front; without a count it is 1.
bool take_range(std::string_view& text, size_t& begin, size_t& count) {
  auto take = [&](size_t& number) {
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(),
                                         number);
    if (failed != std::errc{})
      return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
  };
  if (!take(begin))
    return false;
  count = 1;
  if (!text.starts_with(','))
    return true;
  text.remove_prefix(1);
  return take(count);
}

bool skip_text(std::string_view& text, std::string_view wanted) {
  if (!text.starts_with(wanted))
    return false;
  text.remove_prefix(wanted.size());
  return true;
}

struct diff_counts {
  size_t old_lines = 0;
  size_t new_lines = 0;
};

class diff_parser {
public:
  diff_parser(std::string_view text, const std::string& source)
    : lines_{lines_of(text)}, source_{source} {
    // nop
  }

  expected<std::vector<file_diff>> parse() {
    while (at_ < lines_.size()) {
      auto line = without_end(lines_[at_]);
      if (line.starts_with("diff --git "))
        begin_git(line);
      else if (line.starts_with("--- ") && at_ + 1 < lines_.size()
               && lines_[at_ + 1].starts_with("+++ "))
        begin_names(line);
      else if (line.starts_with("@@ -")) {
        if (auto read = read_hunk(line); !read)
          return read.error();
        continue;
      } else if (is_open_ && result_.back().hunks.empty()) {
        note_header(line);
      }
      ++at_;
    }
    return std::move(result_);
  }

private:
  /// Between "diff --git" and its first hunk.
  void note_header(std::string_view line) {
    auto& file = result_.back();
    for (auto [word, what] : {std::pair{"rename from ", "renames"},
                              {"copy from ", "copies"},
                              {"new file mode ", "makes"},
                              {"deleted file mode ", "removes"},
                              {"old mode ", "changes the mode of"},
                              {"GIT binary patch", "replaces the bytes of"},
                              {"Binary files ", "replaces the bytes of"}})
      if (line.starts_with(word))
        file.beyond = what;
  }

  void begin_git(std::string_view line) {
    auto& file = result_.emplace_back();
    file.line = at_ + 1;
    file.is_git = true;
    // Names of files without hunks, for messages only.
    file.old_name = file.new_name = line.substr(line.rfind(' ') + 1);
    is_open_ = true;
  }

  void begin_names(std::string_view line) {
    if (!is_open_ || !result_.back().hunks.empty() || !result_.back().is_git) {
      result_.emplace_back().line = at_ + 1;
      is_open_ = true;
    }
    auto& file = result_.back();
    auto name_of = [&](std::string_view text) {
      text.remove_prefix(4);
      auto tab = text.find('\t');
      file.has_time |= tab != std::string_view::npos;
      return unquoted(text.substr(0, tab));
    };
    file.old_name = name_of(line);
    file.new_name = name_of(without_end(lines_[++at_]));
    if (file.old_name == "/dev/null")
      file.beyond = "makes";
    else if (file.new_name == "/dev/null")
      file.beyond = "removes";
  }

  expected<void> read_hunk(std::string_view header) {
    auto line = at_ + 1;
    hunk result;
    result.line = line;
    diff_counts left;
    size_t new_begin = 0;
    if (!skip_text(header, "@@ -")
        || !take_range(header, result.old_begin, left.old_lines)
        || !skip_text(header, " +")
        || !take_range(header, new_begin, left.new_lines)
        || !skip_text(header, " @@"))
      return bad_line(source_, line,
                      "is no header of a hunk: expected @@ -LINE,COUNT "
                      "+LINE,COUNT @@");
    if (!is_open_)
      return bad_line(source_, line,
                      "a hunk without a file: --- and +++ are missing");
    for (++at_; left.old_lines > 0 || left.new_lines > 0; ++at_)
      if (at_ == lines_.size() || !add_line(result, left))
        return bad_line(source_, at_ + 1,
                        "the hunk of line " + std::to_string(line)
                          + " has fewer lines than it says");
    // It belongs to a line that was counted already.
    if (at_ < lines_.size() && add_no_end(result))
      ++at_;
    result_.back().hunks.push_back(std::move(result));
    return {};
  }

  bool add_no_end(hunk& to) {
    if (!lines_[at_].starts_with('\\') || to.lines.empty())
      return false;
    to.lines.back().has_end = false;
    return true;
  }

  bool add_line(hunk& to, diff_counts& left) {
    auto line = lines_[at_];
    if (line.ends_with('\n'))
      line.remove_suffix(1);
    // Editors take the blank of an empty line away.
    auto kind = line.empty() ? ' ' : line.front();
    if (kind == '\\')
      return add_no_end(to);
    auto is_old = kind != '+';
    auto is_new = kind != '-';
    if ((kind != ' ' && is_old && is_new) || (is_old && left.old_lines == 0)
        || (is_new && left.new_lines == 0))
      return false;
    left.old_lines -= is_old ? 1 : 0;
    left.new_lines -= is_new ? 1 : 0;
    to.lines.push_back({kind, line.substr(line.empty() ? 0 : 1), true});
    return true;
  }

  std::vector<std::string_view> lines_;
  const std::string& source_;
  size_t at_ = 0;
  bool is_open_ = false; // A file has begun.
  std::vector<file_diff> result_;
};

} // namespace

expected<std::vector<file_diff>> parse_diff(std::string_view text,
                                            const std::string& source) {
  return diff_parser{text, source}.parse();
}

} // namespace cohort::runtime::fixes
