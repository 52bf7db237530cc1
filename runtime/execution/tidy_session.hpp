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
#include "runtime/expected.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// One run of the `clang_tidy` executor: which fixes are tried together, and
/// what is kept. See tidy_fixes.hpp.
class tidy_session {
public:
  /// `tools`: all that judge a unit, clang-tidy among them.
  tidy_session(const pb::RepairUnit& unit, std::vector<std::string> tools,
               editable_files& files, unit_checker& checker,
               std::stop_token stop, pb::ExecutionMetrics& metrics);

  expected<pb::RepairReport> run();

private:
  using report_key = std::pair<std::string, std::string>; // Unit, tool.
  using reports = std::map<report_key, pb::UnitReport>;
  using contents = std::map<std::string, std::string>; // File -> bytes.
  /// A fix by what it does, wherever its lines are by now.
  using fix_name = std::tuple<std::string, std::string, std::string>;

  expected<void> learn();
  expected<bool> pass();
  expected<void> attempt(const std::vector<pb::Fix>& candidates);
  expected<void> attempt_parts(const std::vector<pb::Fix>& candidates);
  /// Why the candidates do not hold together; empty when they do, and then
  /// they are kept.
  expected<std::string> try_out(const std::vector<pb::Fix>& candidates);
  expected<void> renew(const std::vector<std::string>& units);
  expected<contents> with(const std::vector<pb::Fix>& fixes);
  expected<void> write(const contents& what);
  expected<reports> check(const std::vector<std::string>& units);

  std::vector<pb::Fix> proposed();
  std::vector<std::string> judges(const std::vector<pb::Fix>& candidates);
  [[nodiscard]] std::string harm(const pb::UnitReport& after) const;
  fix_name name_of(const pb::Fix& fix);
  void record(const pb::Fix& fix, bool kept, const std::string& reason);
  void forget_readers(const std::set<std::string>& changed);
  void list_left();

  const pb::RepairUnit& unit_;
  std::vector<std::string> tools_;
  editable_files& files_;
  unit_checker& checker_;
  std::stop_token stop_;
  pb::ExecutionMetrics& metrics_;

  reports reports_;            // Of the worktree with what was kept.
  std::set<report_key> stale_; // They may say something else by now.
  contents base_;              // The files as this pass began.
  std::vector<pb::Fix> kept_;  // In this pass.
  std::map<fix_name, std::set<std::string>> reporters_; // Units that show it.
  std::map<fix_name, std::string> rejected_;            // And why.
  std::set<report_key> made_here_;
  pb::RepairReport report_;
};

} // namespace cohort::runtime::execution
