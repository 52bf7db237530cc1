#pragma once

#include <algorithm>
#include <string_view>
#include <tuple>

#include "messages/v1/analysis.pb.h"

/// The order of edits and fixes: by file, place and text. Private to
/// workspace/.
namespace cohort::runtime::workspace {

/// Refers to the edit.
inline auto place_key(const messages::v1::Edit& edit) {
  return std::tuple{std::string_view{edit.file()}, edit.begin(), edit.end(),
                    std::string_view{edit.replacement()}};
}

inline bool before(const messages::v1::Edit& a, const messages::v1::Edit& b) {
  return place_key(a) < place_key(b);
}

inline bool is_insertion(const messages::v1::Edit& edit) {
  return edit.begin() == edit.end();
}

/// REQUIRES: the edits of both are sorted.
inline bool same_edits(const messages::v1::Fix& a, const messages::v1::Fix& b) {
  return std::equal(a.edits().begin(), a.edits().end(), b.edits().begin(),
                    b.edits().end(), [](auto& x, auto& y) {
                      return place_key(x) == place_key(y);
                    });
}

/// By their edits, those being sorted; then by what is said about them.
inline bool before(const messages::v1::Fix& a, const messages::v1::Fix& b) {
  if (!same_edits(a, b))
    return std::lexicographical_compare(
      a.edits().begin(), a.edits().end(), b.edits().begin(), b.edits().end(),
      [](auto& x, auto& y) { return before(x, y); });
  return std::forward_as_tuple(a.on_note(), a.tool(), a.message())
         < std::forward_as_tuple(b.on_note(), b.tool(), b.message());
}

} // namespace cohort::runtime::workspace
