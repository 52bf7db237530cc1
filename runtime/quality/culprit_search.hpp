#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

/// Which of many changes break what held without them.
///
/// Pure, and deterministic: the same answers give the same questions.
namespace cohort::runtime::quality {

/// Of a set of changes that was tried.
enum class trial_verdict : uint8_t {
  holds,
  breaks,     // What held before does not with this set.
  unresolved, // It could not be told: the set alone does not build, say.
};

/// Changes by number, sorted.
using change_set = std::vector<size_t>;

struct culprit {
  size_t change = 0;
  /// A smallest set of kept changes that does harm together with it, as far as
  /// that can be told; empty when it does harm alone.
  change_set needs;

  bool operator==(const culprit&) const = default;
};

/// Finds changes whose removal leaves a set that holds, and into which none of
/// them can be put back.
///
/// The changes stand in a fixed order. The search keeps a prefix that holds and
/// one that does not, and halves what lies between (with `width` sets at once:
/// divides it into width + 1 parts): the change at which it tips is taken out,
/// and what follows is searched again, which finds k independent culprits of n
/// in at most k (log2(n) + 2) + 1 rounds. Then each is tried once more on top
/// of all that is kept, so that one that was only waiting for a later change
/// comes back: k rounds. What a culprit needs to do harm is found by divide and
/// conquer (Junker, "QuickXplain: Preferred Explanations and Relaxations for
/// Over-Constrained Problems", AAAI 2004), 1 round where it needs nothing.
///
/// What is kept in the end has been seen to hold, whatever the answers were.
class culprit_search {
public:
  /// The changes come in groups, as many as they were made by: a group is
  /// searched as one, and one that breaks is searched again by its parts.
  /// Each level divides the groups of the one before; the last one has a change
  /// each. REQUIRES: every level holds the same changes, each once; width >= 1.
  explicit culprit_search(std::vector<std::vector<change_set>> levels,
                          size_t width = 1);

  /// The sets to try next, at most `width` and each only once in the whole
  /// search; empty: it is over. Until all are answered, the same again.
  [[nodiscard]] const std::vector<change_set>& next() const;

  /// The answers to `next`, in its order.
  void answer(const std::vector<trial_verdict>& verdicts);

  /// Changes that are kept; seen to hold. REQUIRES: the search is over.
  [[nodiscard]] change_set kept() const;

  /// Those that are not, sorted. REQUIRES: the search is over.
  [[nodiscard]] const std::vector<culprit>& culprits() const;

  [[nodiscard]] size_t rounds() const {
    return rounds_;
  }

  /// Sets that were tried.
  [[nodiscard]] size_t trials() const {
    return known_.size();
  }

private:
  enum class stage : uint8_t { locate, put_back, explain, over };

  void begin_level(const std::vector<change_set>& groups);
  void end_level();
  void advance();
  bool locate();
  bool put_back();
  bool explain();

  [[nodiscard]] change_set prefix(size_t length) const;
  [[nodiscard]] std::optional<trial_verdict> verdict(const change_set& set);

  /// A minimal part of `from` that breaks together with `with`, or nothing
  /// while a question is open. `is_new`: something was added to `with` since it
  /// was last asked about.
  [[nodiscard]] std::optional<change_set>
  needed(const change_set& with, bool is_new, const change_set& from);

  std::vector<std::vector<change_set>> levels_;
  size_t width_;
  size_t level_ = 0;
  stage stage_ = stage::locate;

  // Of the level.
  change_set good_;                // Seen to hold.
  std::vector<change_set> groups_; // Not decided yet, in order.
  size_t low_ = 0;                 // So many of them hold on top of good_.
  size_t high_ = 0; // So many don't; groups_.size() + 1: that is not known.
  std::vector<size_t> lengths_; // Prefixes that were asked about. Sorted.
  std::vector<change_set> taken_out_;
  size_t tried_ = 0; // Of taken_out_, in the stage that looks at each.

  std::vector<culprit> culprits_;
  std::map<change_set, trial_verdict> known_;
  std::vector<change_set> asked_;
  size_t rounds_ = 0;
};

} // namespace cohort::runtime::quality
