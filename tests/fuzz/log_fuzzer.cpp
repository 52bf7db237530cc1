#include <algorithm>
#include <string>
#include <vector>

#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/log_evidence.hpp"
#include "runtime/logs/read_log.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using namespace cohort::tests;

void check_words(const pb::Diagnostic& said) {
  require(is_utf8(said.message()) && is_utf8(said.option())
            && is_utf8(said.tool()) && is_utf8(said.location().file()),
          "what is read is UTF-8");
}

/// Each error is in one group (each warning, where there is no error).
void check_groups(const pb::Evidence& evidence) {
  auto size = static_cast<size_t>(evidence.diagnostics_size());
  std::vector<int> owners(size);
  for (auto& group : evidence.groups()) {
    require(group.diagnostics_size() > 0, "a group has errors");
    for (auto index : group.diagnostics()) {
      require(index < size, "a group's errors are there");
      ++owners[index];
    }
  }
  auto has_error = std::any_of(evidence.diagnostics().begin(),
                               evidence.diagnostics().end(),
                               cohort::runtime::analysis::is_error);
  for (size_t i = 0; i < size; ++i) {
    auto& one = evidence.diagnostics(static_cast<int>(i));
    auto is_owned = !has_error || cohort::runtime::analysis::is_error(one);
    require(owners[i] == (is_owned ? 1 : 0), "each error is in one group");
  }
}

} // namespace

/// The log of a build.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto entries = cohort::runtime::logs::read_log(input_text(data, size));
  for (auto& entry : entries) {
    check_words(entry.diagnostic);
    require(entry.diagnostic.severity() >= pb::SEVERITY_WARNING,
            "no note stands alone");
    require(is_utf8(entry.source_line) && is_utf8(entry.unit),
            "what stands around an error is UTF-8");
    for (auto& note : entry.diagnostic.notes())
      check_words(note);
  }
  check_groups(cohort::runtime::analysis::gather_log(std::move(entries)));
  return 0;
}
