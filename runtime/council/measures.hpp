#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/council.pb.h"

/// What can be measured of a plan. The judges found their verdicts on it, and
/// the chair checks by it what an objection says.
///
/// Pure and deterministic; any plan, any evidence, any record. Indices are
/// those of Decomposition.subtasks. Nearly linear in plan and evidence, but for
/// the pairs of subtasks that one unit reads.
namespace cohort::runtime::council {

namespace pb = messages::v1;

// -- conflict
// ------------------------------------------------------------------

/// Two subtasks change what one unit reads, and nobody sees to it that the
/// right one comes first.
struct clash {
  size_t first = 0; // Is to come first, unless `is_mutual`.
  size_t second = 0;
  bool is_mutual = false;   // Units of others read both: neither comes first.
  bool is_reversed = false; // `first` waits for `second`.
  int reports = 0;          // Of units that read both.
  std::string unit;         // One of them.
};

/// Sorted by the smaller, then by the larger index of the two. Looks at two
/// million meetings of two subtasks in a unit, and at no more.
std::vector<clash> find_clashes(const pb::ReviewRequest& request);

/// In [0.5, 0.9]: the more of all units' reports meet in the clash.
double severity_of(const clash& found, const pb::ReviewRequest& request);

// -- balance
// ------------------------------------------------------------------

struct balance_measure {
  double predicted = 0;      // Seconds, by list scheduling.
  double possible = 0;       // If each subtask were split as far as it goes.
  double fair_share = 0;     // Of a worker: effort / workers.
  size_t heaviest = 0;       // Subtask with the most effort.
  std::vector<size_t> heavy; // More than a fair share, and can be split.

  /// It takes a quarter more than is possible.
  [[nodiscard]] bool is_uneven() const {
    return predicted > 1.25 * possible;
  }
};

balance_measure measure_balance(const pb::ReviewRequest& request);

// -- granularity
// ------------------------------------------------------------------

struct granularity_measure {
  double lost_share = 0;     // Overhead of the subtasks in all that they take.
  std::vector<size_t> small; // Hardly more than their own overhead.
};

/// What dispatching, a slot and a merge take of each subtask: seconds.
double subtask_overhead();

granularity_measure measure_granularity(const pb::ReviewRequest& request);

// -- regression
// ------------------------------------------------------------------

/// A file that a subtask may write, though much depends on it.
struct file_risk {
  size_t subtask = 0;
  std::string_view file;    // Of the request.
  double severity = 0;      // In [0.3, 1]; 0.95 if `is_needless`.
  double read_share = 0;    // Of the reports that have no error now.
  bool is_needless = false; // Decides how all is built, and has no error.
};

std::vector<file_risk> find_risks(const pb::ReviewRequest& request);

// -- history
// ------------------------------------------------------------------

/// What the record says of subtasks of this kind and error type; of this kind
/// with any error type where it says nothing of that; null when of neither.
const pb::KindRecord* record_of(const pb::Specialty& specialty,
                                const std::string& error_type,
                                const pb::ReviewRequest& request);

/// That the next one fails: Laplace's rule of succession, (failed + 1) / (all +
/// 2).
double failure_probability(const pb::KindRecord& record);

/// At least four ended, and the next one fails with at least 0.6.
bool mostly_fails(const pb::KindRecord& record);

} // namespace cohort::runtime::council
