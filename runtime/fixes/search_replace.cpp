#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/fixes/lines.hpp"
#include "runtime/fixes/proposing.hpp"

/// The format of aider's "diff" answers, which many agents write:
/// https://aider.chat/docs/more/edit-formats.html
namespace cohort::runtime::fixes {

namespace {

constexpr std::string_view search_marker = "<<<<<<< SEARCH";
constexpr std::string_view middle_marker = "=======";
constexpr std::string_view replace_marker = ">>>>>>> REPLACE";

struct answer_block {
  size_t line = 0; // Of its first marker, from 1.
  std::string file;
  std::string search;
  std::string replace;
};

std::string_view trimmed(std::string_view text, std::string_view what) {
  auto begin = std::min(text.find_first_not_of(what), text.size());
  auto end = text.find_last_not_of(what) + 1;
  return text.substr(begin, end > begin ? end - begin : 0);
}

bool is_marker(std::string_view line, std::string_view marker) {
  return trimmed(without_end(line), " ") == marker;
}

class answer_parser {
public:
  answer_parser(std::string_view text, const std::string& source)
    : lines_{lines_of(text)}, source_{source} {
    // nop
  }

  expected<std::vector<answer_block>> parse() {
    std::vector<answer_block> result;
    std::string file;
    for (; at_ < lines_.size(); ++at_) {
      auto line = without_end(lines_[at_]);
      if (!is_marker(line, search_marker)) {
        // The last line of text before the block names its file.
        if (!trimmed(line, " \t").empty() && !line.starts_with("```"))
          file = trimmed(line, " \t`*#:");
        continue;
      }
      answer_block block{at_ + 1, file, "", ""};
      if (file.empty())
        return bad_line(source_, at_ + 1,
                        "a block without a file: its name goes on a line "
                        "before it");
      if (!take_until(middle_marker, block.search)
          || !take_until(replace_marker, block.replace))
        return bad_line(source_, block.line,
                        "the block does not end: ======= and >>>>>>> REPLACE "
                        "must follow");
      file = block.file;
      result.push_back(std::move(block));
    }
    return result;
  }

private:
  bool take_until(std::string_view marker, std::string& into) {
    for (++at_; at_ < lines_.size(); ++at_) {
      if (is_marker(lines_[at_], marker))
        return true;
      if (is_marker(lines_[at_], search_marker))
        return false;
      into += lines_[at_];
    }
    return false;
  }

  std::vector<std::string_view> lines_;
  const std::string& source_;
  size_t at_ = 0;
};

/// The same with "\r\n" at the ends of lines.
std::string with_carriage_returns(const std::string& text) {
  std::string result;
  for (auto line : lines_of(text)) {
    result += without_end(line);
    result += line.ends_with('\n') ? "\r\n" : "";
  }
  return result;
}

/// Finds whole lines in a file. Counts up to two.
class line_finder {
public:
  line_finder(std::string_view bytes, std::string_view wanted)
    : bytes_{bytes}, wanted_{wanted} {
    // nop
  }

  [[nodiscard]] size_t count() {
    size_t result = 0;
    for (auto at = next(0); at != std::string_view::npos && result < 2;
         at = next(at + 1)) {
      place_ = result == 0 ? at : place_;
      ++result;
    }
    return result;
  }

  /// Of the first, in bytes.
  [[nodiscard]] size_t place() const {
    return place_;
  }

private:
  [[nodiscard]] size_t next(size_t from) const {
    for (auto at = find(from); at != std::string_view::npos; at = find(at + 1))
      if (at == 0 || bytes_[at - 1] == '\n')
        return at;
    return std::string_view::npos;
  }

  /// string_view's own is quadratic where lines repeat.
  [[nodiscard]] size_t find(size_t from) const {
    if (from >= bytes_.size())
      return std::string_view::npos;
    auto* found = memmem(bytes_.data() + from, bytes_.size() - from,
                         wanted_.data(), wanted_.size());
    return found ? static_cast<size_t>(static_cast<const char*>(found)
                                       - bytes_.data())
                 : std::string_view::npos;
  }

  std::string_view bytes_;
  std::string_view wanted_;
  size_t place_ = 0;
};

void add_block(proposal& to, answer_block block, const base_file& file) {
  auto& bytes = file.bytes;
  if (auto end = bytes.find('\n');
      end != std::string::npos && end > 0 && bytes[end - 1] == '\r') {
    block.search = with_carriage_returns(block.search);
    block.replace = with_carriage_returns(block.replace);
  }
  // The file's last line may have no end.
  auto text = bytes;
  if (!text.empty() && !text.ends_with('\n'))
    text += '\n';
  line_finder finder{text, block.search};
  auto count = file.closed || block.search.empty() ? 0 : finder.count();
  auto begin = finder.place();
  auto end = std::min(begin + block.search.size(), bytes.size());
  if (count == 1 && begin + block.search.size() > bytes.size()
      && block.replace.ends_with('\n'))
    block.replace.pop_back();
  if (count != 1)
    begin = end = 0;
  add_edit(to, file, begin, end, std::move(block.replace));
  if (count != 1)
    object(to, count == 0 ? refusal::misplaced : refusal::ambiguous,
           "the block at line " + std::to_string(block.line) + ": its lines "
             + (count == 0 ? "are not in " : "are more than once in ")
             + file.path);
}

} // namespace

read_result read_search_replace(std::string_view text,
                                const std::string& source,
                                const file_lookup& files) {
  auto blocks = answer_parser{text, source}.parse();
  if (!blocks)
    return blocks.error();
  proposal whole;
  whole.fix.set_tool("agent");
  whole.fix.add_voters("agent " + source);
  for (auto& block : *blocks) {
    auto& file = files(block.file);
    add_block(whole, std::move(block), file);
  }
  std::vector<proposal> result;
  if (whole.fix.edits_size() > 0)
    result.push_back(std::move(whole));
  return result;
}

} // namespace cohort::runtime::fixes
