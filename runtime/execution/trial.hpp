#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/execution/candidates.hpp"
#include "runtime/execution/checker.hpp"
#include "runtime/execution/editable_files.hpp"
#include "runtime/execution/line_shift.hpp"
#include "runtime/execution/report_book.hpp"
#include "runtime/execution/verdict.hpp"
#include "runtime/expected.hpp"

namespace cohort::runtime::execution {

/// A fix as a transaction: what it changes, and what came of it.
struct trial {
  candidate what;
  shifts moved;
  std::map<std::string, std::string> before; // Bytes by file.
  std::map<std::string, std::string> after;
  std::vector<pb::UnitReport> reports; // With `after` in place.
  verdict judged;
};

/// Makes and unmakes transactions. Whatever happens, the worktree holds either
/// all edits of a fix or none when a call returns.
///
/// Errors: cancelled, crashed, storage_failed.
class trial_runner {
public:
  trial_runner(editable_files& files, unit_checker& checker,
               const report_book& book);

  /// Applies the edits in memory. Errors: invalid_request as well, when they do
  /// not fit the files.
  expected<trial> plan(const candidate& what);

  /// Tries it and judges by `unit`, then by other readers of what it edits: all
  /// of them when there are few, otherwise the cheapest: the session asks the
  /// rest, once for all fixes. The edits stay only
  /// when the grade is `smaller`.
  expected<void> run(trial& what, const std::string& unit);

  /// Puts the edits of a trial in (again). REQUIRES: nothing changed since.
  expected<void> apply(const trial& what);

private:
  expected<void> write(const std::map<std::string, std::string>& contents);
  expected<void> measure(trial& what, const std::string& unit);
  expected<verdict> ask(trial& what, const std::string& unit, bool is_judge);
  expected<verdict> ask_some(trial& what, const std::string& unit,
                             bool is_judge,
                             const std::vector<std::string>& compilers);
  std::vector<std::string> other_readers(const trial& what,
                                         const std::string& unit) const;

  editable_files& files_;
  unit_checker& checker_;
  const report_book& book_;
};

} // namespace cohort::runtime::execution
