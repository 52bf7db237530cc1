#include "runtime/execution/tried_fixes.hpp"

#include <algorithm>

namespace cohort::runtime::execution {

namespace {

constexpr size_t context_bytes = 40;
constexpr uint32_t close_lines = 10;

std::string fingerprint(const trial& what) {
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

void tried_fixes::start_pass() {
  ++pass_;
}

void tried_fixes::kept(const trial& what) {
  for (auto& [file, shift] : what.moved)
    kept_.push_back({file, shift.first_line()});
}

void tried_fixes::rejected(const trial& what) {
  auto& entry = rejected_[fingerprint(what)];
  auto& [file, shift] = *what.moved.begin();
  entry.where = {file, shift.first_line()};
  ++entry.times;
  entry.pass = pass_;
  entry.kept_before = kept_.size();
}

bool tried_fixes::is_settled(
  const trial& what,
  const std::function<bool(const std::string&)>& is_read) const {
  auto found = rejected_.find(fingerprint(what));
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
