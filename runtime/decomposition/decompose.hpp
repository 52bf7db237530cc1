#pragma once

#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/decomposition.pb.h"
#include "messages/v1/council.pb.h"
#include "messages/v1/task.pb.h"
#include "runtime/decomposition/settings.hpp"
#include "runtime/expected.hpp"

/// Splits a task into subtasks.
///
/// Pure and deterministic. Every error inside the scope is owned by exactly one
/// subtask. A file's errors stay together, owned by the type of its leading
/// error (the first one that can be trusted), so that no two subtasks write the
/// same file. Headers with errors come before what reads them.
namespace cohort::runtime::decomposition {

namespace pb = messages::v1;

/// Errors: invalid_request when the strategy is not known.
expected<pb::Decomposition> decompose(const pb::ComplexTask& task,
                                      const pb::Evidence& evidence,
                                      const pb::Scope& scope, unsigned round,
                                      const decomposition_settings& settings);

/// One subtask that owns everything inside the scope: the sequential route.
pb::Subtask whole_scope(const pb::ComplexTask& task, const pb::Evidence& evidence,
                        const pb::Scope& scope);

/// Names of the strategies.
std::vector<std::string> strategies();

/// What nobody can outvote: each in-scope error owned by exactly one subtask,
/// ids unique, dependencies known and acyclic, depth and count within the
/// limits, files inside the scope, subtasks that write the same file ordered.
/// Returns one finding for each breach.
std::vector<pb::Finding> check_invariants(const pb::Decomposition& plan,
                                          const pb::Evidence& evidence,
                                          const pb::Scope& scope,
                                          const decomposition_settings& settings);

/// Whether `file` may be changed. A file outside the workspace never may.
bool in_scope(const pb::Scope& scope, const std::string& file);

/// Whether `file` is a header, by its name and by how units read it.
bool is_header(const std::string& file);

/// Longest chain of dependencies, in subtasks; 0 for an empty plan.
unsigned dependency_depth(const pb::Decomposition& plan);

/// For each subtask, in order: its effort plus that of the longest chain of
/// subtasks that wait for it (the upward rank of list scheduling).
std::vector<double> upward_ranks(const pb::Decomposition& plan);

/// The plan as a Graphviz digraph.
std::string to_dot(const pb::Decomposition& plan);

} // namespace cohort::runtime::decomposition
