#include "runtime/execution/line_shift.hpp"

#include <algorithm>

namespace cohort::runtime::execution {

namespace {

int64_t newlines(std::string_view text) {
  return std::count(text.begin(), text.end(), '\n');
}

} // namespace

line_shift::line_shift(std::string_view content,
                       const std::vector<pb::Edit>& edits) {
  int64_t delta = 0;
  uint32_t line = 1; // Of `offset`.
  size_t offset = 0;
  for (auto& edit : edits) {
    auto begin = std::min<size_t>(edit.begin(), content.size());
    auto end = std::clamp<size_t>(edit.end(), begin, content.size());
    line += static_cast<uint32_t>(
      newlines(content.substr(offset, begin - offset)));
    auto first = static_cast<uint32_t>(line + delta);
    auto added = newlines(edit.replacement());
    auto removed = newlines(content.substr(begin, end - begin));
    line += static_cast<uint32_t>(removed);
    offset = end;
    delta += added - removed;
    ranges_.push_back({first, static_cast<uint32_t>(first + added)});
    // A line moves when its first byte lies behind the edit.
    auto at_start = end == 0 || content[end - 1] == '\n';
    steps_.push_back({at_start ? line : line + 1, delta});
  }
}

uint32_t line_shift::map(uint32_t line) const {
  int64_t delta = 0;
  for (auto& change : steps_)
    if (line >= change.from)
      delta = change.delta;
  return static_cast<uint32_t>(std::max<int64_t>(1, line + delta));
}

bool line_shift::is_near(uint32_t line, uint32_t distance) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const range& x) {
    return line + distance >= x.first && line <= x.last + distance;
  });
}

uint32_t line_shift::first_line() const {
  return ranges_.empty() ? 0 : ranges_.front().first;
}

uint32_t line_shift::last_line() const {
  return ranges_.empty() ? 0 : ranges_.back().last;
}

uint32_t map_line(const shifts& moved, const std::string& file, uint32_t line) {
  auto shift = moved.find(file);
  return shift == moved.end() ? line : shift->second.map(line);
}

} // namespace cohort::runtime::execution
