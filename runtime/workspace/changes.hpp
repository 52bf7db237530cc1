#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/workspace.pb.h"
#include "runtime/expected.hpp"
#include "runtime/workspace/object_store.hpp"

/// What differs between two trees, change by change.
namespace cohort::runtime::workspace {

namespace pb = messages::v1;

/// A file that differs: nothing, where it is not there.
struct file_versions {
  std::string file;
  std::optional<std::string> before;
  std::optional<std::string> after;
};

/// How each file of `tree` that differs from `base` does. Sorted by file. Files
/// of more than 8 MiB, and those that hold a NUL byte, are taken for binary:
/// one change.
/// `look` is called with both versions of each that is text, in this order.
expected<std::vector<pb::ChangedFile>>
describe_changes(object_store& store, const tree_id& base, const tree_id& tree,
                 const std::function<void(file_versions)>& look = {});

/// `tree` with `files` as they are in `base`, and with those of `parts` as if
/// the named changes (numbered as describe_changes has them) had not been made.
/// A file that is among both is taken back.
/// Errors: invalid_request for a change that there is not, and those of the
/// store.
expected<tree_id> take_back(object_store& store, const tree_id& base,
                            const tree_id& tree,
                            const std::vector<std::string>& files,
                            const std::vector<pb::FilePart>& parts);

} // namespace cohort::runtime::workspace
