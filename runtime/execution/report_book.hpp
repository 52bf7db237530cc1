#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/execution/line_shift.hpp"

/// What the compilers are known to say about the worktree as it is now.
///
/// A report is current, or old: one whose unit reads a file that was edited
/// since. An old one keeps its errors as a guess (their lines moved along,
/// those that went away elsewhere left out), so that units which need no second
/// look get none; its fixes are worthless, because their byte offsets are.
namespace cohort::runtime::execution {

namespace pb = messages::v1;

class report_book {
public:
  /// `compilers`: the primary one first. `files`: those that may be edited.
  report_book(std::vector<std::string> compilers,
              const std::vector<std::string>& files);

  /// Takes in a current report, made here or `known` before. One of an unknown
  /// compiler is left out.
  void store(pb::UnitReport report, bool known = false);

  /// Takes a report in that is old already.
  void store_old(pb::UnitReport report);

  /// Notes that `unit` exists, even if nothing is known about it.
  void add_unit(const std::string& unit);

  /// After edits that were kept. `rechecked`: units whose reports about the new
  /// content are stored next; `gone`: errors, as they were worded and placed
  /// before, that are no more.
  void edited(const shifts& moved, const std::set<std::string>& rechecked,
              const std::vector<pb::Diagnostic>& gone);

  /// The report of `compiler` on `unit`, or nullptr when there is none.
  [[nodiscard]] const pb::UnitReport* find(const std::string& unit,
                                           const std::string& compiler) const;

  /// Reports on `unit` by compilers that give verdicts, the primary one first.
  [[nodiscard]] std::vector<const pb::UnitReport*>
  verdicts(const std::string& unit) const;

  /// Compilers whose report on `unit` is missing or old.
  [[nodiscard]] std::vector<std::string> missing(const std::string& unit) const;

  /// Compilers that give verdicts on `unit`.
  [[nodiscard]] std::vector<std::string> voices(const std::string& unit) const;

  /// Units that read `file` (one that may be edited), sorted.
  [[nodiscard]] std::vector<std::string> readers(const std::string& file) const;

  /// Readers with an error in `file`: its own unit first, then those that read
  /// the fewest files.
  [[nodiscard]] std::vector<std::string>
  failing_readers(const std::string& file) const;

  /// Files that may be edited and have errors: headers in the order in which
  /// units come upon them, then sources by name.
  [[nodiscard]] std::vector<std::string> broken_files() const;

  /// `unit`'s first error, when every compiler that refuses the unit comes upon
  /// an error elsewhere before one in `file`; nullptr otherwise. Valid until
  /// the book changes.
  [[nodiscard]] const pb::Diagnostic*
  hidden_behind(const std::string& unit, const std::string& file) const;

  /// The current reports that were made here and give a verdict.
  [[nodiscard]] std::vector<pb::UnitReport> made_here() const;

  /// How much of the workspace a check of the unit reads: stands for its cost.
  /// What it took would not do, since two runs must try things in one order.
  [[nodiscard]] int files_read(const std::string& unit) const;

  [[nodiscard]] const std::vector<std::string>& compilers() const {
    return compilers_;
  }
  [[nodiscard]] std::vector<std::string> units() const;

private:
  struct entry {
    pb::UnitReport report;
    bool current = true;
    bool known = false;           // Before this book was opened.
    std::set<std::string> broken; // Editable files with errors.
  };
  using unit_entries = std::map<std::string, entry>; // By compiler.

  void index(const std::string& unit, entry& what);

  std::vector<std::string> compilers_;
  std::set<std::string> files_;
  std::map<std::string, unit_entries> units_;
  std::map<std::string, std::set<std::string>> readers_;
};

} // namespace cohort::runtime::execution
