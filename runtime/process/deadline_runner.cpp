#include "runtime/process/deadline_runner.hpp"

#include <algorithm>
#include <utility>

namespace cohort::runtime::process {

void deadline_runner::start(command what, std::stop_token stop,
                            completion done) {
  using std::chrono::milliseconds;
  if (end_ != clock::time_point::max()) {
    auto left = std::max(milliseconds{1},
                         std::chrono::ceil<milliseconds>(end_ - clock::now()));
    what.deadline = what.deadline.count() > 0 ? std::min(what.deadline, left)
                                              : left;
  }
  next_.start(std::move(what), std::move(stop), std::move(done));
}

} // namespace cohort::runtime::process
