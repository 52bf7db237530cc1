#pragma once

#include <utility>

#include "runtime/process/confinement.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"

namespace cohort::runtime::process {

/// Passes commands on, confined: for programs that a workspace has a say in.
/// Files that grow beyond the settings' limit, and processes beyond theirs, are
/// not to be had, be there a sandbox or not.
///
/// Threads: any.
class confined_runner final : public runner {
public:
  confined_runner(runner& next, const process_settings& settings,
                  confinement to)
    : next_{next},
      file_limit_bytes_{settings.file_limit_bytes},
      process_limit_{settings.process_limit},
      to_{std::move(to)} {
    // nop
  }

  void start(command what, std::stop_token stop, completion done) override {
    what.confined = to_;
    what.file_limit_bytes = file_limit_bytes_;
    what.process_limit = process_limit_;
    next_.start(std::move(what), std::move(stop), std::move(done));
  }

private:
  runner& next_;
  uint64_t file_limit_bytes_;
  uint64_t process_limit_;
  confinement to_;
};

} // namespace cohort::runtime::process
