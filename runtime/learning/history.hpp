#pragma once

#include <vector>

#include "messages/v1/council.pb.h"
#include "messages/v1/learning.pb.h"
#include "messages/v1/result.pb.h"

/// What tasks taught: how kinds of subtasks end, how long they take, and how
/// well judges predict.
///
/// Pure. Old experience fades: a record that gets long is halved, so that what
/// has changed shows.
namespace cohort::runtime::learning {

namespace pb = messages::v1;

struct history {
  std::vector<pb::KindRecord> kinds;
  std::vector<pb::JudgeRecord> judges;
  std::vector<pb::DurationRecord> durations;
};

/// What a task that has ended adds, of its first round: each subtask counts for
/// its specialty with its error type, and for its specialty with any. What
/// neither was merged nor failed, because nothing could be repaired, counts for
/// nothing.
history lessons_of(const pb::TaskResult& result);

/// All of it as a message, of no task.
pb::HistoryReport report_of(const history& known);

/// What is left of a record after so many tasks that said nothing of it. The
/// ends of a kind lose half of their number with every 20: what mostly failed,
/// and is therefore not tried, is tried again some day.
pb::KindRecord aged(const pb::KindRecord& record, uint64_t tasks);

/// Record plus record. REQUIRES: both are of the same kind, or judge.
pb::KindRecord sum(const pb::KindRecord& known, const pb::KindRecord& more);
pb::JudgeRecord sum(const pb::JudgeRecord& known, const pb::JudgeRecord& more);

} // namespace cohort::runtime::learning
