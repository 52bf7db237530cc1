#pragma once

#include <string>
#include <vector>

#include "messages/v1/decomposition.pb.h"
#include "messages/v1/learning.pb.h"
#include "messages/v1/result.pb.h"

/// How long subtasks take, against what the model of the workload predicts.
///
/// Pure. Learnt is a factor, not a time: a project whose units compile slowly
/// is predicted to be slow by the model already, and what one project taught
/// holds for the next.
///
/// Source: what is far from the mean counts as less far, so that one hanging
/// compiler does not spoil a record: Huber, "Robust Estimation of a Location
/// Parameter", 1964.
namespace cohort::runtime::learning {

namespace pb = messages::v1;

/// 0 for no error, else the bits of their number: 1, 2 to 3, 4 to 7, ...
uint32_t size_class_of(const pb::Subtask& subtask);

/// What the ended subtasks of the first round add, each for its specialty with
/// its error type and size, with its error type, and with neither; one record a
/// kind. Only what was merged counts, with the time that known answers
/// saved.
std::vector<pb::DurationRecord> durations_of(const pb::TaskResult& result);

/// Record plus record. REQUIRES: both are of the same kind. The last 64 that
/// ended count most.
pb::DurationRecord sum(const pb::DurationRecord& known,
                       const pb::DurationRecord& more);

/// By what the model's prediction for the subtask is multiplied: what the
/// closest kind took, against one imagined subtask that took what wider kinds
/// did, and those against one that took what the model said. 1 when nothing is
/// known.
double factor_for(const pb::Subtask& subtask,
                  const std::vector<pb::DurationRecord>& known);

/// Corrects the subtasks' efforts, and keeps what the model said beside them.
/// Returns how many changed by a tenth or more.
int correct_efforts(pb::Decomposition& plan,
                    const std::vector<pb::DurationRecord>& known);

} // namespace cohort::runtime::learning
