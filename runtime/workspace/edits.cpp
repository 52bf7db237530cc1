#include "runtime/workspace/edits.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace cohort::runtime::workspace {

namespace {

auto key(const pb::Edit& edit) {
  return std::tuple{edit.begin(), edit.end(),
                    std::string_view{edit.replacement()}};
}

std::string range(const pb::Edit& edit) {
  return '[' + std::to_string(edit.begin()) + ", " + std::to_string(edit.end())
         + ')';
}

} // namespace

bool conflicts(const pb::Edit& a, const pb::Edit& b) {
  if (key(a) == key(b))
    return false;
  if (a.begin() == a.end() && b.begin() == b.end())
    return a.begin() == b.begin();
  // An insertion at the border of a replacement is before or after it.
  return a.begin() < b.end() && b.begin() < a.end();
}

expected<std::string> apply_edits(std::string_view content,
                                  const std::vector<pb::Edit>& edits) {
  std::vector<const pb::Edit*> sorted;
  sorted.reserve(edits.size());
  for (auto& edit : edits) {
    if (edit.begin() > edit.end() || edit.end() > content.size())
      return error{errc::invalid_request,
                   "edit " + range(edit) + " leaves the file's "
                     + std::to_string(content.size()) + " bytes"};
    sorted.push_back(&edit);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](auto* a, auto* b) { return key(*a) < key(*b); });
  sorted.erase(std::unique(sorted.begin(), sorted.end(),
                           [](auto* a, auto* b) { return key(*a) == key(*b); }),
               sorted.end());
  std::string result;
  auto size = content.size();
  for (auto* edit : sorted)
    size += edit->replacement().size();
  result.reserve(size);
  size_t next = 0;
  const pb::Edit* last = nullptr;
  for (auto* edit : sorted) {
    // In this order neighbours are the only ones that can overlap.
    if (last && conflicts(*last, *edit))
      return error{errc::invalid_request, "edits " + range(*last) + " and "
                                            + range(*edit) + " overlap"};
    result.append(content, next, edit->begin() - next);
    result += edit->replacement();
    next = edit->end();
    last = edit;
  }
  result.append(content, next);
  return result;
}

line_index::line_index(std::string_view content)
  : content_{content}, starts_{0} {
  for (auto at = content.find('\n'); at != std::string_view::npos;
       at = content.find('\n', at + 1))
    starts_.push_back(at + 1);
}

expected<size_t> line_index::offset(uint32_t line, uint32_t byte_column) const {
  if (line == 0 || line > starts_.size())
    return error{errc::invalid_request, "line " + std::to_string(line)
                                          + " is not among the file's "
                                          + std::to_string(starts_.size())};
  auto begin = starts_[line - 1];
  auto end = content_.size();
  if (line < starts_.size()) {
    end = starts_[line] - 1;
    if (end > begin && content_[end - 1] == '\r')
      --end;
  }
  auto column = byte_column == 0 ? 0 : byte_column - 1;
  return std::min<size_t>(begin + column, end);
}

uint32_t line_index::line_of(size_t offset) const {
  auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return static_cast<uint32_t>(next - starts_.begin());
}

uint32_t line_index::lines() const {
  return static_cast<uint32_t>(starts_.size());
}

} // namespace cohort::runtime::workspace
