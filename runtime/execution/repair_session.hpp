#pragma once

#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/checker.hpp"
#include "runtime/execution/editable_files.hpp"
#include "runtime/execution/kept_fixes.hpp"
#include "runtime/execution/leftovers.hpp"
#include "runtime/execution/report_book.hpp"
#include "runtime/execution/rules/rule_book.hpp"
#include "runtime/execution/trial.hpp"
#include "runtime/execution/tried_fixes.hpp"
#include "runtime/expected.hpp"

namespace cohort::runtime::execution {

/// What a session works with.
struct session_context {
  editable_files& files;
  unit_checker& checker;
  std::stop_token stop;
  symbol_source symbols; // May be empty.
};

/// One repair: which error is attempted next with what, until nothing helps.
///
/// The same unit, files and checker answers give the same edits.
/// Errors: cancelled, crashed, storage_failed; then no transaction is half
/// done.
class repair_session {
public:
  /// `compilers`: the primary one first.
  repair_session(const pb::RepairUnit& unit, std::vector<std::string> compilers,
                 session_context context, pb::ExecutionMetrics& metrics);

  expected<pb::RepairReport> run();

private:
  using error_name = std::tuple<std::string, uint32_t, std::string>;
  using error_names = std::set<error_name>;

  expected<void> learn();
  expected<void> refresh(const std::string& unit);
  expected<bool> repair_file(const std::string& file);
  expected<std::optional<std::string>> next_judge(const std::string& file,
                                                  const error_names& seen);
  error_names errors_in(const std::string& unit, const std::string& file) const;
  expected<bool> attempt(const std::string& file, const std::string& unit);
  expected<bool> attempt_place(const std::string& file, const std::string& unit,
                               const error_place& place);
  expected<trial> try_fix(const candidate& what, const std::string& unit);
  std::optional<std::string>
  refuse(const pb::Fix& fix, const pb::Diagnostic* behind,
         const std::vector<const pb::Diagnostic*>& errors);
  std::vector<std::string> files_in_order();
  [[nodiscard]] bool is_used_up(const std::string& file) const;
  void keep(trial& done, const std::string& unit);
  expected<bool> take_back_harm();
  [[nodiscard]] std::vector<std::string> readers_not_asked() const;
  struct harm {
    std::optional<size_t> culprit; // Of the kept fixes, where it is known.
    std::string unit;
    std::string tool; // That says so.
    std::string why;
  };
  [[nodiscard]] std::optional<harm>
  harm_to(const std::string& unit,
          const std::vector<pb::UnitReport>& before) const;
  expected<void> take_back(const harm& done);
  expected<bool> heals(const kept_fix& undone, const harm& done);
  expected<void> ban(const kept_fix& culprit, const std::string& why);
  expected<void> ask_again(const std::set<std::string>& files,
                           std::set<std::string> units);
  expected<kept_fix> undo_newest();
  void record(const trial& done, bool kept, const std::string& reason);

  const pb::RepairUnit& unit_;
  session_context context_;
  pb::ExecutionMetrics& metrics_;
  report_book book_;
  trial_runner trials_;
  tried_fixes tried_;
  kept_fixes kept_;
  /// File and message of what fixes mended that were taken back: no news.
  std::set<std::pair<std::string, std::string>> back_again_;
  std::set<std::string> excused_; // Units that no fix made worse.
  place_notes notes_;
  pb::RepairReport report_;
  std::map<std::string, unsigned> tries_; // By file.
};

} // namespace cohort::runtime::execution
