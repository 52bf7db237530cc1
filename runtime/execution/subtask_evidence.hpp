#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/result.pb.h"
#include "runtime/execution/checker.hpp"
#include "runtime/expected.hpp"
#include "runtime/toolchain/cxx.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Whether a report is still true after a change of `files` (sorted). One
/// without a verdict may have read anything.
[[nodiscard]] bool holds_after(const pb::UnitReport& report,
                               const std::vector<std::string>& files);

/// What every check of a subtask says of the worktree as it is now: its units
/// by the compilers, and its files by the tools that judge them.
///
/// A copy goes its own way: so a change is compared with what was before.
/// Errors: those of the checker.
class subtask_evidence {
public:
  /// REQUIRES: all arguments outlive it.
  subtask_evidence(const pb::RepairUnit& unit,
                   const toolchain::project& project,
                   const pb::ToolchainRequest& request, unit_checker& checker);

  /// Makes the checks about whose answer nothing is known; only those of
  /// `tools`, where some are named.
  expected<void> complete(const std::set<std::string>& tools = {});

  /// After a change of `files` (sorted): what read them is forgotten, and
  /// `fresh`, about the worktree as it is now, holds.
  void changed(const std::vector<std::string>& files,
               const std::vector<pb::UnitReport>& fresh);

  /// What is known, by unit and tool.
  [[nodiscard]] std::vector<pb::UnitReport> reports() const;

  /// Of that, what was checked here and gives a verdict.
  [[nodiscard]] std::vector<pb::UnitReport> checked() const;

  /// Errors in the subtask's files, one a line, units without a verdict, and
  /// files of which the tool that judges them says nothing.
  /// Only those of `tools`, where some are named.
  [[nodiscard]] std::vector<pb::Leftover>
  left(const std::string& reason,
       const std::set<std::string>& tools = {}) const;

  /// Tools other than compilers that judge something of the subtask.
  [[nodiscard]] std::set<std::string> file_tools() const;

  /// Each check, as unit and tool.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> checks() const;

  /// Why `later`, about the same checks, is no progress; "" where it is:
  /// nothing that was accepted is refused, and there are fewer errors.
  [[nodiscard]] std::string
  why_no_progress(const subtask_evidence& later) const;

private:
  struct entry {
    pb::UnitReport report;
    bool is_known = false;
    bool is_made_here = false;
  };
  using check = std::pair<std::string, std::string>; // Unit and tool.

  struct totals {
    int own = 0; // Errors in the subtask's files.
    int all = 0;
  };
  [[nodiscard]] totals count() const;

  const pb::RepairUnit& unit_;
  unit_checker& checker_;
  std::set<std::string> files_; // Of the subtask.
  std::set<std::string> file_tools_;
  std::map<check, entry> checks_;
};

} // namespace cohort::runtime::execution
