#include "runtime/execution/executors/executor.hpp"

namespace cohort::runtime::execution {

std::unique_ptr<executor> make_executor(const pb::Executor& what) {
  switch (what.how_case()) {
    case pb::Executor::kFixit:
      return make_fixit_executor();
    case pb::Executor::kClangTidy:
      return make_clang_tidy_executor();
    case pb::Executor::kCommand:
      return make_command_executor(what);
    default:
      return nullptr;
  }
}

} // namespace cohort::runtime::execution
