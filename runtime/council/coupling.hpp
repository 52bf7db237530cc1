#pragma once

#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/decomposition.pb.h"

/// Which files of a subtask belong together, because some unit reads them both:
/// their errors mask each other, so that they cannot be split.
///
/// Pure. One pass over what the units read.
namespace cohort::runtime::council {

namespace pb = messages::v1;

/// Files of one subtask that stay together.
struct file_group {
  std::vector<int> files;            // Indices into Subtask.files. Ascending.
  std::vector<uint32_t> diagnostics; // That the subtask owns in these files.
};

/// For each subtask of the plan, its groups; each file is in one, by its first
/// file. Of a file that two subtasks write, the first subtask has it.
std::vector<std::vector<file_group>> file_groups(const pb::Decomposition& plan,
                                                 const pb::Evidence& evidence);

/// Share of the subtask's effort that a group takes: by its diagnostics.
double share_of(const file_group& group, const pb::Subtask& subtask);

} // namespace cohort::runtime::council
