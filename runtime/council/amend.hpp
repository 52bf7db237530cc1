#pragma once

#include "messages/v1/analysis.pb.h"
#include "messages/v1/council.pb.h"
#include "messages/v1/decomposition.pb.h"

/// What amendments do to a plan.
///
/// Pure. MERGE: the first takes over everything of the second. ORDER: the
/// second waits for the first, and the first no longer for the second. SPLIT:
/// the first keeps a part of its work, the others become new subtasks with the
/// next free ids, of about half a worker's fair share each as long as there is
/// room; files that one unit reads together stay together, what waited for the
/// first waits for all, and a part waits for that of which its units read
/// something. DROP leaves its errors without an owner. REASSIGN: the first
/// gets another specialty.
namespace cohort::runtime::council {

namespace pb = messages::v1;

struct surroundings {
  const pb::Evidence& evidence;
  unsigned workers = 2;       // How many can run at once.
  unsigned subtasks_max = 20; // Of a plan.
};

/// Returns whether the plan changed: not when a subtask is unknown, there is
/// nothing to split, or all is so already. It may have a cycle afterwards.
bool carry_out(pb::Decomposition& plan, const pb::Amendment& amendment,
               const surroundings& around);

} // namespace cohort::runtime::council
