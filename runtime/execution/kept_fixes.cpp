#include "runtime/execution/kept_fixes.hpp"

#include <algorithm>
#include <utility>

namespace cohort::runtime::execution {

namespace {

/// What undoes `edits`, which are sorted, in the text that they make.
std::vector<pb::Edit> inverse_of(const std::vector<pb::Edit>& edits,
                                 const std::string& before) {
  std::vector<pb::Edit> result;
  int64_t delta = 0;
  for (auto& edit : edits) {
    auto& back = result.emplace_back();
    auto begin = static_cast<int64_t>(edit.begin()) + delta;
    auto length = static_cast<int64_t>(edit.replacement().size());
    back.set_file(edit.file());
    back.set_begin(static_cast<uint64_t>(begin));
    back.set_end(static_cast<uint64_t>(begin + length));
    back.set_replacement(
      before.substr(edit.begin(), edit.end() - edit.begin()));
    delta += length - static_cast<int64_t>(edit.end() - edit.begin());
  }
  return result;
}

} // namespace

void kept_fixes::add(const trial& done, const std::string& unit,
                     std::vector<pb::Diagnostic> gone, int attempt) {
  move_places(done.moved);
  auto& fix = list_.emplace_back();
  fix.what = done.what;
  fix.unit = unit;
  fix.file = done.what.targets.empty() ? done.what.fix.target_file()
                                       : done.what.targets.front().file;
  fix.gone = std::move(gone);
  fix.attempt = attempt;
  std::map<std::string, std::vector<pb::Edit>> edits;
  for (auto& edit : done.what.fix.edits())
    edits[edit.file()].push_back(edit);
  for (auto& [file, list] : edits) {
    std::sort(list.begin(), list.end(), [](auto& a, auto& b) {
      return std::pair{a.begin(), a.end()} < std::pair{b.begin(), b.end()};
    });
    fix.inverse[file] = inverse_of(list, done.before.at(file));
    auto& shift = done.moved.at(file);
    fix.places[file] = {shift.first_line(), shift.last_line()};
  }
}

std::optional<size_t> kept_fixes::near(const std::string& file, uint32_t line,
                                       uint32_t distance) const {
  for (auto i = list_.size(); i-- > 0;) {
    auto place = list_[i].places.find(file);
    if (place != list_[i].places.end() && line + distance >= place->second.first
        && line <= place->second.last + distance)
      return i;
  }
  return std::nullopt;
}

std::set<std::string> kept_fixes::files() const {
  std::set<std::string> result;
  for (auto& fix : list_)
    for (auto& [file, place] : fix.places)
      result.insert(file);
  return result;
}

kept_fix kept_fixes::pop(const shifts& moved) {
  auto result = std::move(list_.back());
  list_.pop_back();
  move_places(moved);
  return result;
}

void kept_fixes::move_places(const shifts& moved) {
  for (auto& fix : list_)
    for (auto& [file, place] : fix.places)
      place = {map_line(moved, file, place.first),
               map_line(moved, file, place.last)};
}

} // namespace cohort::runtime::execution
