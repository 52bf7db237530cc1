#pragma once

#include <vector>

#include <sys/types.h>

#include "runtime/process/descriptor.hpp"

/// The direct children of a single-threaded process, and their end. With
/// PR_SET_CHILD_SUBREAPER set, a descendant whose parent died is one of them.
namespace cohort::runtime::process {

class child_list {
public:
  child_list();

  /// Returns whether the kernel lists children (CONFIG_PROC_CHILDREN).
  [[nodiscard]] bool usable() const noexcept {
    return static_cast<bool>(file_);
  }

  /// Returns the children, not yet reaped ones included. Nobody is missed: only
  /// reaping takes a child off the kernel's list, and only the caller reaps.
  [[nodiscard]] const std::vector<pid_t>& read();

private:
  descriptor file_;
  std::vector<pid_t> pids_;
};

/// Kills and reaps until this process has no child left. A child's own children
/// become ours as it dies, so that trees of any depth end.
void end_all_children(child_list& children);

} // namespace cohort::runtime::process
