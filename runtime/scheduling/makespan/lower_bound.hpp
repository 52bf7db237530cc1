#pragma once

#include <cstddef>

#include "runtime/scheduling/makespan/task_graph.hpp"

namespace cohort::runtime::scheduling {

/// A time that no schedule of the graph can beat.
///
/// The largest of: the longest chain; all work, shared evenly; and for sets of
/// tasks that begin late or end early their work, together with the least that
/// workers must be idle before it and after it. Where all times are whole
/// numbers of a decimal fraction of a second (down to microseconds), so is the
/// bound.
///
/// Pure. REQUIRES: workers >= 1.
/// Units:   seconds.
/// Costs:   O(64 n log n), and O(n log n) for graphs of a million tasks.
/// Source:  Carlier, "Scheduling jobs with release dates and tails on identical
///          machines to minimize the makespan", 1987.
double lower_bound(const task_graph& graph, size_t workers);

} // namespace cohort::runtime::scheduling
