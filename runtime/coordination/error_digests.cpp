#include "runtime/coordination/error_digests.hpp"

namespace cohort::runtime::coordination {

std::map<std::string, std::string> error_digests(const pb::Evidence& evidence) {
  std::map<std::string, std::string> result;
  for (auto& diagnostic : evidence.diagnostics())
    if (diagnostic.severity() >= pb::SEVERITY_ERROR)
      result[diagnostic.location().file()] += diagnostic.tool() + ':'
                                              + diagnostic.message() + '\n';
  return result;
}

} // namespace cohort::runtime::coordination
