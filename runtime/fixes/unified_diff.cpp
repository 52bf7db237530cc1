#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "runtime/fixes/diff_syntax.hpp"
#include "runtime/fixes/lines.hpp"
#include "runtime/fixes/proposing.hpp"

namespace cohort::runtime::fixes {

namespace {

/// How far away from its place a hunk is looked for, in lines.
constexpr size_t hunk_moves_max = 200;

bool is_same_line(const hunk_line& wanted, std::string_view line) {
  auto has_end = line.ends_with('\n');
  line.remove_suffix(has_end ? 1 : 0);
  return has_end == wanted.has_end && line == wanted.text;
}

/// Finds the hunks of one file in it, each behind the one before.
class hunk_finder {
public:
  explicit hunk_finder(const std::string& bytes) : lines_{lines_of(bytes)} {
    size_t offset = 0;
    for (auto& line : lines_) {
      offsets_.push_back(offset);
      offset += line.size();
    }
    offsets_.push_back(offset);
  }

  /// Index of the line where the old lines of `what` begin; an objection when
  /// they are not there, or at two places that are as near.
  std::variant<size_t, objection> find(const hunk& what) {
    std::vector<const hunk_line*> old;
    auto has_context = false;
    for (auto& line : what.lines) {
      if (line.kind != '+')
        old.push_back(&line);
      has_context |= line.kind == ' ';
    }
    if (old.empty() && !lines_.empty())
      return objection{refusal::misplaced,
                       hunk_name(what)
                         + " has no line that tells where it goes; make the "
                           "diff with context"};
    // Its line is the first of the old ones; without any, the one before.
    auto last = lines_.size() + hunk_moves_max;
    auto said = static_cast<int64_t>(std::min(what.old_begin, last))
                - (old.empty() ? 0 : 1);
    auto wanted = said + drift_;
    auto moves_max = has_context ? hunk_moves_max : size_t{0};
    for (size_t move = 0; move <= moves_max; ++move) {
      auto up = wanted - static_cast<int64_t>(move);
      auto down = wanted + static_cast<int64_t>(move);
      auto is_up = matches(old, up);
      auto is_down = matches(old, down);
      if (is_up && is_down && move > 0)
        return objection{refusal::ambiguous,
                         hunk_name(what) + " fits at two places, lines "
                           + std::to_string(up + 1) + " and "
                           + std::to_string(down + 1)};
      if (!is_up && !is_down)
        continue;
      auto found = is_up ? up : down;
      drift_ = found - said;
      next_ = static_cast<size_t>(found) + old.size();
      return static_cast<size_t>(found);
    }
    return objection{refusal::misplaced,
                     hunk_name(what)
                       + " does not fit: its old lines are not there"};
  }

  /// Where a line begins, in bytes.
  [[nodiscard]] size_t offset(size_t line) const {
    return offsets_[line];
  }

private:
  static std::string hunk_name(const hunk& what) {
    return "the hunk at line " + std::to_string(what.line) + " of the diff";
  }

  [[nodiscard]] bool matches(const std::vector<const hunk_line*>& old,
                             int64_t place) const {
    if (place < static_cast<int64_t>(next_)
        || place > static_cast<int64_t>(lines_.size()))
      return false;
    auto begin = static_cast<size_t>(place);
    if (old.size() > lines_.size() - begin)
      return false;
    for (size_t i = 0; i < old.size(); ++i)
      if (!is_same_line(*old[i], lines_[begin + i]))
        return false;
    return true;
  }

  std::vector<std::string_view> lines_;
  std::vector<size_t> offsets_; // Of each line, then of the end.
  int64_t drift_ = 0;           // How far the last one was from its place.
  size_t next_ = 0;             // Line behind the last one.
};

struct byte_edit {
  size_t begin = 0;
  size_t end = 0;
  std::string text;
};

/// One for each run of lines that are taken away and added.
std::vector<byte_edit> edits_at(const hunk& what, const hunk_finder& where,
                                size_t line) {
  std::vector<byte_edit> result;
  auto is_open = false;
  for (auto& one : what.lines) {
    if (one.kind == ' ') {
      is_open = false;
      ++line;
      continue;
    }
    if (!std::exchange(is_open, true))
      result.push_back({where.offset(line), where.offset(line), ""});
    if (one.kind == '-') {
      result.back().end = where.offset(++line);
    } else {
      result.back().text += one.text;
      result.back().text += one.has_end ? "\n" : "";
    }
  }
  return result;
}

/// Without what stays at both ends, as the fix-it was before GCC made lines of
/// it: so that it is the same as another tool's.
void narrow(byte_edit& edit, std::string_view bytes) {
  auto old = bytes.substr(edit.begin, edit.end - edit.begin);
  auto most = std::min(old.size(), edit.text.size());
  size_t front = 0;
  while (front < most && old[front] == edit.text[front])
    ++front;
  size_t back = 0;
  while (back < most - front
         && old[old.size() - 1 - back]
              == edit.text[edit.text.size() - 1 - back])
    ++back;
  edit.begin += front;
  edit.end -= back;
  edit.text = edit.text.substr(front, edit.text.size() - back - front);
}

class diff_proposer {
public:
  diff_proposer(const std::string& source, const file_lookup& files)
    : source_{source}, files_{files} {
    // nop
  }

  void add(const file_diff& what) {
    auto& name = what.new_name == "/dev/null" ? what.old_name : what.new_name;
    auto& file = find(name, what.is_git);
    // GCC names the file alike on both lines, and knows no times.
    is_gcc_ = !what.is_git && !what.has_time && what.old_name == what.new_name;
    if (!what.beyond.empty() || file.closed || what.hunks.empty())
      return add_unusable(what, file);
    hunk_finder finder{file.bytes};
    for (auto& one : what.hunks) {
      auto& to = next_fix();
      auto found = finder.find(one);
      if (auto* why = std::get_if<objection>(&found)) {
        add_edit(to, file, 0, 0, "");
        object(to, why->why, file.path + ": " + why->text);
        continue;
      }
      for (auto& edit : edits_at(one, finder, std::get<size_t>(found))) {
        if (is_gcc_)
          narrow(edit, file.bytes);
        add_edit(to, file, edit.begin, edit.end, std::move(edit.text));
      }
    }
  }

  std::vector<proposal> take() {
    if (whole_.fix.edits_size() > 0)
      result_.push_back(std::move(whole_));
    return std::move(result_);
  }

private:
  /// Git's names have a folder in front that is not there.
  const base_file& find(const std::string& name, bool is_git) const {
    auto has_prefix = name.starts_with("a/") || name.starts_with("b/");
    if (!has_prefix)
      return files_(name);
    auto& stripped = files_(name.substr(2));
    auto& plain = files_(name);
    auto prefers_plain = is_git ? stripped.closed && !plain.closed
                                : !plain.closed;
    return prefers_plain ? plain : stripped;
  }

  void add_unusable(const file_diff& what, const base_file& file) {
    if (what.beyond.empty() && what.hunks.empty())
      return;
    auto& to = next_fix();
    if (!what.beyond.empty())
      object(to, refusal::unusable_file,
             "it " + what.beyond + ' ' + file.path
               + "; only lines of files that are there are changed");
    add_edit(to, file, 0, 0, "");
  }

  proposal& next_fix() {
    auto& result = is_gcc_ ? result_.emplace_back() : whole_;
    if (result.fix.voters_size() == 0) {
      result.fix.set_tool(is_gcc_ ? "gcc" : "diff");
      result.fix.add_voters(result.fix.tool() + ' ' + source_);
    }
    return result;
  }

  const std::string& source_;
  const file_lookup& files_;
  bool is_gcc_ = false;
  proposal whole_; // All that are one fix.
  std::vector<proposal> result_;
};

} // namespace

read_result read_unified_diff(std::string_view text, const std::string& source,
                              const file_lookup& files) {
  auto parsed = parse_diff(text, source);
  if (!parsed)
    return parsed.error();
  diff_proposer proposer{source, files};
  for (auto& file : *parsed)
    proposer.add(file);
  return proposer.take();
}

} // namespace cohort::runtime::fixes
