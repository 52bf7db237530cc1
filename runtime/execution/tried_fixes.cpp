#include "runtime/execution/tried_fixes.hpp"

#include <algorithm>

#include "runtime/toolchain/tokens.hpp"

namespace cohort::runtime::execution {

namespace {

constexpr size_t context = 40;
constexpr uint32_t close_lines = 10;

/// What is replaced by what, with so many bytes of text round it.
std::string fingerprint(const trial& what, size_t context_bytes) {
  std::string result;
  auto add = [&](std::string_view part) {
    result += std::to_string(part.size());
    result += ':';
    result += part;
  };
  for (auto& edit : what.what.fix.edits()) {
    std::string_view content = what.before.at(edit.file());
    auto begin = std::min<size_t>(edit.begin(), context_bytes);
    add(edit.file());
    add(content.substr(edit.begin() - begin, begin));
    add(content.substr(edit.begin(), edit.end() - edit.begin()));
    add(content.substr(edit.end(), context_bytes));
    add(edit.replacement());
  }
  return result;
}

} // namespace

/// Of its first edit, before it is made.
tried_fixes::place tried_fixes::place_of(const trial& what) {
  auto& edit = what.what.fix.edits(0);
  return {edit.file(),
          toolchain::line_number(what.before.at(edit.file()), edit.begin())};
}

void tried_fixes::start_pass() {
  ++pass_;
}

void tried_fixes::kept(const trial& what) {
  moved(what.moved);
  for (auto& [file, shift] : what.moved)
    kept_.push_back({file, shift.first_line()});
}

void tried_fixes::rejected(const trial& what) {
  auto& entry = rejected_[fingerprint(what, context)];
  auto& [file, shift] = *what.moved.begin();
  entry.where = {file, shift.first_line()};
  ++entry.times;
  entry.pass = pass_;
  entry.kept_before = kept_.size();
}

void tried_fixes::banned(const trial& what) {
  banned_.push_back({place_of(what), fingerprint(what, 0)});
}

void tried_fixes::moved(const shifts& by) {
  for (auto& [where, edits] : banned_)
    where.line = map_line(by, where.file, where.line);
}

bool tried_fixes::is_settled(
  const trial& what,
  const std::function<bool(const std::string&)>& is_read) const {
  auto here = place_of(what);
  auto edits = fingerprint(what, 0);
  if (std::any_of(banned_.begin(), banned_.end(), [&](const ban& one) {
        return one.where.file == here.file && one.where.line == here.line
               && one.edits == edits;
      }))
    return true;
  auto found = rejected_.find(fingerprint(what, context));
  if (found == rejected_.end())
    return false;
  auto& entry = found->second;
  if (entry.times > 1 || entry.pass == pass_)
    return true;
  auto since = kept_.begin() + static_cast<std::ptrdiff_t>(entry.kept_before);
  return std::none_of(since, kept_.end(), [&](const place& repaired) {
    if (repaired.file != entry.where.file)
      return is_read(repaired.file);
    auto [low, high] = std::minmax(repaired.line, entry.where.line);
    return high - low <= close_lines;
  });
}

} // namespace cohort::runtime::execution
