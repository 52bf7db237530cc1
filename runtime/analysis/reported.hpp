#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include <google/protobuf/repeated_ptr_field.h>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/task.pb.h"

/// A log as a task: what it reports, beside what checks find here.
///
/// The log tells what is to be done, and only checks made here prove that it
/// is: what they do not find, or cannot look for, is told as left.
///
/// Pure and deterministic.
namespace cohort::runtime::analysis {

namespace pb = messages::v1;

/// Of a log with more causes, the first ones count.
constexpr size_t reported_causes_max = 1000;

/// The causes of a log (`gather_log`), in its order. Texts that are very long
/// are cut; the check of clang-tidy that a message ends with is its option.
std::vector<pb::ReportedCause> reported_causes(const pb::Evidence& log);

/// Why causes that somebody sent are none; "" when they may be. Files are
/// relative, normal paths, unless they are missing.
std::string
why_no_causes(const google::protobuf::RepeatedPtrField<pb::ReportedCause>& all);

/// "fix the 214 errors that ci.log reports"; warnings where it has no error.
std::string log_task(const pb::Evidence& log, const std::string& name);

/// A cause that no evidence has.
struct unseen_cause {
  pb::ReportedCause cause;
  /// Whether any check looked at its file: whoever looked found it well.
  bool is_checked = false;
};

/// A cause is seen when one of the evidences, those of a task at different
/// times, has something in its file that is of the same type or option, says
/// the same, or stands within two lines of it: trees move between a log and a
/// task.
std::vector<unseen_cause>
unseen_causes(const google::protobuf::RepeatedPtrField<pb::ReportedCause>& all,
              std::initializer_list<const pb::Evidence*> evidences);

/// Those in files that nothing checks here, as the reports of whoever wrote the
/// log, so that they can be split like others.
std::vector<pb::UnitReport> as_reports(const std::vector<unseen_cause>& unseen);

/// As a place of which something is left, with the reason and what may help.
pb::Diagnostic as_diagnostic(const pb::ReportedCause& cause);
std::string why_unseen(const unseen_cause& unseen);

} // namespace cohort::runtime::analysis
