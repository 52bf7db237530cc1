#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/event.pb.h"
#include "messages/v1/result.pb.h"
#include "messages/v1/workspace.pb.h"
#include "runtime/quality/culprit_search.hpp"

/// Which changes make tests fail that passed before.
///
/// Pure, and deterministic.
namespace cohort::runtime::quality {

namespace pb = messages::v1;

struct blame_settings {
  unsigned runs = 5; // Of a test, before its word counts for or against.
  size_t max_trials = 500;
};

/// A tree to build and test: the whole change without `out`.
struct blame_trial {
  std::vector<pb::FilePart> out; // By file; all changes of a file: the file.
  std::vector<std::string> tests;
  uint32_t runs = 1;
};

/// Finds the smallest set of changes without which `tests` pass again, as
/// culprit_search does: first those of one subtask together, then file by file,
/// then single changes.
///
/// A test that fails now and then must blame nobody. So each test first shows,
/// `runs` times, that it always passes without the change and never with it;
/// and in the end what is kept, and every culprit on top of it, is put to the
/// same proof. A test that contradicts itself in this is flaky: it is not asked
/// any more, and the search begins again without it. A culprit with which
/// nothing fails comes back. So for a test that fails with probability p
/// whatever changes to blame somebody wrongly, it must fail in all runs of two
/// trees and pass in all runs of two others: (p (1 - p))^(2 runs), with 5 runs
/// at most 10^-6.
class blame {
public:
  /// `changed` is how the tree differs from its base; `subtasks` tell who
  /// changed which file.
  blame(std::vector<pb::ChangedFile> changed,
        const std::vector<pb::SubtaskResult>& subtasks,
        const std::vector<std::string>& tests, blame_settings settings = {});

  /// What to try next; nothing: it is over.
  [[nodiscard]] std::optional<blame_trial> next() const;

  /// The tests' answer to `next`.
  void answer(const pb::TestReport& report);

  /// What was found out. `tree` is not set. No culprits: nothing is proved
  /// against any change, or it would have taken more than `max_trials`.
  /// REQUIRES: it is over.
  [[nodiscard]] pb::CulpritsFound found() const;

  /// What to take back to leave the culprits out. REQUIRES: it is over.
  [[nodiscard]] std::vector<pb::FilePart> taken_back() const;

private:
  enum class stage : uint8_t {
    without, // The change: all must pass.
    with,    // None may.
    search,
    kept, // All must pass.
    culprits,
    over,
  };

  /// One change of a file.
  struct site {
    uint32_t file;
    uint32_t change;
  };

  void begin_search();
  void end_search();
  void prove_kept(const pb::TestReport& report);
  void prove_culprit(const pb::TestReport& report);
  void leave_out(const std::vector<std::string>& flaky);
  /// Leaves out those of the tests that `report` contradicts. Returns whether
  /// there was none.
  bool are_steady(const pb::TestReport& report, bool pass);
  [[nodiscard]] std::vector<std::vector<change_set>>
  levels(const std::vector<pb::SubtaskResult>& subtasks) const;
  [[nodiscard]] change_set tried() const;
  [[nodiscard]] std::vector<pb::FilePart> all_but(const change_set& in) const;

  std::vector<pb::ChangedFile> changed_;
  std::vector<site> leaves_;
  std::vector<std::vector<change_set>> levels_;
  std::map<std::string, std::vector<std::string>> owners_; // Of each file.
  blame_settings settings_;
  std::vector<std::string> tests_; // Sorted.
  std::set<std::string> flaky_;
  stage stage_ = stage::without;
  std::optional<culprit_search> search_;
  change_set kept_;
  std::vector<culprit> culprits_;
  std::vector<std::vector<std::string>> failing_; // With each that is proved.
  size_t trials_ = 0;
};

} // namespace cohort::runtime::quality
