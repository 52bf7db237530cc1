#include "runtime/execution/executors/executor.hpp"

namespace cohort::runtime::execution {

std::unique_ptr<executor> make_executor(const pb::Executor& what,
                                        const native_executors& natives) {
  switch (what.how_case()) {
    case pb::Executor::kFixit:
      return make_fixit_executor();
    case pb::Executor::kClangTidy:
      return make_clang_tidy_executor();
    case pb::Executor::kCommand:
      return make_command_executor(what);
    case pb::Executor::kNative: {
      auto found = natives.find(what.name());
      return found == natives.end() ? nullptr
                                    : make_native_executor(found->second);
    }
    default:
      return nullptr;
  }
}

} // namespace cohort::runtime::execution
