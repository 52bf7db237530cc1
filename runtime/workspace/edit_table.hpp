#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/workspace/proposals.hpp"

/// What has been chosen of one file. Private to workspace/.
namespace cohort::runtime::workspace {

/// What an edit conflicts with.
struct collision {
  refusal why = refusal::overlap;
  size_t owner = 0;
};

/// Whether a text is one line of #include: it may be inserted at a place where
/// others are, and once is enough for all that need it.
[[nodiscard]] bool is_include_line(std::string_view text);

/// The edits of one file, none of which conflict. Every call is logarithmic in
/// what it holds.
class edit_table {
public:
  /// What `edit`, of a fix with these voters (sorted; producer and check),
  /// conflicts with.
  [[nodiscard]] std::optional<collision>
  find_collision(const pb::Edit& edit,
                 const std::vector<std::string>& voters) const;

  /// REQUIRES: no collision.
  void add(const pb::Edit& edit, const std::vector<std::string>& voters,
           size_t owner);

  /// All of it, by place, with one insertion at most at each.
  [[nodiscard]] std::vector<pb::Edit> edits() const;

private:
  struct range {
    pb::Edit edit;
    size_t owner = 0;
  };
  struct insertion {
    pb::Edit edit; // The first.
    size_t owner = 0;
    size_t times = 0;                // How many fixes insert that same text.
    std::vector<std::string> voters; // Who proposed each of them.
    std::set<std::string> includes;  // Lines of #include, the first among them.
  };

  [[nodiscard]] std::optional<collision>
  collide_insertion(const pb::Edit& edit,
                    const std::vector<std::string>& voters) const;
  [[nodiscard]] std::optional<collision>
  collide_range(const pb::Edit& edit) const;

  std::map<uint64_t, range> ranges_; // By begin; disjoint, none is empty.
  std::map<uint64_t, insertion> insertions_; // None inside of a range.
};

} // namespace cohort::runtime::workspace
