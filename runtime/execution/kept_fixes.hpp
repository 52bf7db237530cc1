#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/execution/trial.hpp"

namespace cohort::runtime::execution {

/// A fix that stands in the worktree, and how it is taken back.
struct kept_fix {
  struct lines {
    uint32_t first = 0;
    uint32_t last = 0;
  };

  candidate what;
  std::string unit;                    // That judged it.
  std::string file;                    // Of the error that it answers.
  std::map<std::string, lines> places; // By file, as they are now.
  std::map<std::string, std::vector<pb::Edit>> inverse; // By file, sorted.
  std::vector<pb::Diagnostic> gone; // Errors of that unit, as they were.
  int attempt = 0;                  // Its place in the session's report.
};

/// The fixes of one session, in the order in which they were kept.
///
/// Pure. A fix can be taken back when all later ones were.
class kept_fixes {
public:
  /// Notes what `done` edited and which errors of `unit` went, and moves the
  /// places of earlier fixes along.
  void add(const trial& done, const std::string& unit,
           std::vector<pb::Diagnostic> gone, int attempt);

  /// The newest whose edits lie at most `distance` lines from there.
  [[nodiscard]] std::optional<size_t>
  near(const std::string& file, uint32_t line, uint32_t distance) const;

  [[nodiscard]] std::set<std::string> files() const;

  [[nodiscard]] size_t size() const {
    return list_.size();
  }

  /// Takes the newest off the list. REQUIRES: there is one, and `moved` is what
  /// its inverse edits do.
  kept_fix pop(const shifts& moved);

  /// REQUIRES: there is one.
  [[nodiscard]] const kept_fix& newest() const {
    return list_.back();
  }

private:
  void move_places(const shifts& moved);

  std::vector<kept_fix> list_;
};

} // namespace cohort::runtime::execution
