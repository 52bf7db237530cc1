#pragma once

#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/council.pb.h"
#include "messages/v1/decomposition.pb.h"
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

/// Headers that some unit reads together form one subtask, since they mask each
/// other's errors. Other files wait for the headers that their units read, and
/// are grouped by the strategy, big groups split into parts of like effort:
///
/// | error_type_based | by the type of their leading error                  |
/// | root_cause       | by its cause, type and missing name; files with     |
/// |                  | nothing but cascades of a header go with that one   |
/// | file_based       | not at all                                          |
/// | module_based     | by folder                                           |
///
/// What exceeds a limit of the settings is merged, the cheapest first, and
/// within a group before across groups (of file_based: within a type).
///
/// Errors: invalid_request when the strategy is not known.
expected<pb::Decomposition> decompose(const pb::ComplexTask& task,
                                      const pb::Evidence& evidence,
                                      const pb::Scope& scope, unsigned round,
                                      const decomposition_settings& settings);

/// One subtask that owns everything inside the scope: the sequential route. Its
/// files are headers first, then the others.
pb::Subtask whole_scope(const pb::ComplexTask& task,
                        const pb::Evidence& evidence, const pb::Scope& scope);

/// Names of the strategies.
std::vector<std::string> strategies();

/// What nobody can outvote: each in-scope error owned by exactly one subtask,
/// that may write its file; ids unique, dependencies known and acyclic, depth
/// and count within the limits, files inside the scope, subtasks that write the
/// same file ordered. Returns one finding for each kind of breach of each
/// subtask; none for a plan that holds.
std::vector<pb::Finding>
check_invariants(const pb::Decomposition& plan, const pb::Evidence& evidence,
                 const pb::Scope& scope,
                 const decomposition_settings& settings);

/// Whether `file` may be changed. A file outside the workspace never may, nor
/// one whose path is not in its normal form ("a/../b", "./a", "a//b").
///
/// In a glob `?` stands for a byte and `*` for any number of them, both except
/// '/'; `**` crosses folders, and `**/` also stands for no folder. A glob whose
/// last part has no wildcard names a file, or a folder with all that is below.
bool in_scope(const pb::Scope& scope, const std::string& file);

/// Whether `file` is a header, by its name.
bool is_header(const std::string& file);

/// Longest chain of dependencies, in subtasks; 0 for an empty plan. A cycle is
/// longer than any chain: the number of subtasks plus 1.
unsigned dependency_depth(const pb::Decomposition& plan);

/// For each subtask, in order: its effort plus that of the longest chain of
/// subtasks that wait for it (the upward rank of list scheduling). A subtask on
/// a cycle, or behind one, has its own effort as rank.
std::vector<double> upward_ranks(const pb::Decomposition& plan);

/// The plan as a Graphviz digraph.
std::string to_dot(const pb::Decomposition& plan);

} // namespace cohort::runtime::decomposition
