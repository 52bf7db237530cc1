#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/workspace/edits.hpp"
#include "tests/fuzz/input.hpp"

using namespace cohort::runtime::workspace;
using namespace cohort::tests;

namespace {

auto key(const pb::Edit& edit) {
  return std::tuple{edit.begin(), edit.end(),
                    std::string_view{edit.replacement()}};
}

/// Identical ones once, in the order of their places.
std::vector<pb::Edit> distinct(std::vector<pb::Edit> edits) {
  std::sort(edits.begin(), edits.end(),
            [](auto& a, auto& b) { return key(a) < key(b); });
  edits.erase(std::unique(edits.begin(), edits.end(),
                          [](auto& a, auto& b) { return key(a) == key(b); }),
              edits.end());
  return edits;
}

/// Whether every edit lies within the content, and no two conflict.
bool is_possible(std::string_view content, const std::vector<pb::Edit>& edits) {
  auto possible = true;
  for (auto& a : edits) {
    possible &= a.begin() <= a.end() && a.end() <= content.size();
    for (auto& b : edits) {
      require(conflicts(a, b) == conflicts(b, a), "conflicts are mutual");
      possible &= !conflicts(a, b);
    }
  }
  return possible;
}

/// From the last to the first, so that the places of those to come stay.
/// REQUIRES: is_possible(content, edits); `edits` are distinct.
std::string apply_backwards(std::string content,
                            const std::vector<pb::Edit>& edits) {
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit)
    content.replace(edit->begin(), edit->end() - edit->begin(),
                    edit->replacement());
  return content;
}

void check_edits(std::string_view content, std::vector<pb::Edit> edits) {
  auto result = apply_edits(content, edits);
  auto each = distinct(edits);
  require(result.has_value() == is_possible(content, each),
          "edits are applied when they can be");
  if (!result) {
    require(result.error().code == cohort::runtime::errc::invalid_request,
            "edits that cannot be applied are a bad request");
    return;
  }
  auto length = content.size();
  for (auto& edit : each)
    length += edit.replacement().size() - (edit.end() - edit.begin());
  require(result->size() == length, "the length is what the edits say");
  require(*result == apply_backwards(std::string{content}, each),
          "one by one they give the same");
  std::reverse(edits.begin(), edits.end());
  require(*apply_edits(content, edits) == *result,
          "the order of edits does not matter");
}

void check_lines(std::string_view content) {
  line_index index{content};
  for (size_t offset = 0; offset <= content.size(); ++offset) {
    auto line = index.line_of(offset);
    auto begin = index.offset(line, 1);
    require(begin && *begin <= offset, "an offset's line begins before it");
    auto column = static_cast<uint32_t>(offset - *begin + 1);
    auto back = index.offset(line, column);
    auto at_end = content.substr(offset).starts_with("\n");
    require(back && (*back == offset || (at_end && *back + 1 == offset)),
            "a column leads back to its offset");
  }
  require(!index.offset(index.lines() + 1, 1) && !index.offset(0, 1),
          "there are no other lines");
}

} // namespace

/// A file, then edits: see `read_edits`.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t edits_max = 64;
  auto rest = input_text(data, size);
  auto content = take_part(rest);
  auto edits = read_edits(rest, edits_max);
  check_edits(content, edits);
  check_lines(content);
  return 0;
}
