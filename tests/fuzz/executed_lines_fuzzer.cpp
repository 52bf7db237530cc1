#include <algorithm>
#include <string>

#include "runtime/toolchain/coverage_report.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using namespace cohort::tests;
using namespace cohort::runtime::toolchain;

void check_lines(const cohort::runtime::expected<executed_lines>& read,
                 std::string_view source) {
  if (!read)
    return;
  std::string text{source};
  auto files = [&](const std::string&) { return &text; };
  cohort::messages::v1::CoverageUnit what;
  for (auto& [file, lines] : *read) {
    require(file.starts_with('/'), "a name is absolute");
    require(lines.count(0) == 0, "there is no line 0");
    auto& changed = *what.add_changed();
    changed.set_file(file.substr(1));
    changed.add_lines()->set_last(UINT32_MAX);
  }
  for (auto how : {line_counting::as_gcovr, line_counting::as_llvm_cov}) {
    auto report = report_coverage(*read, "", files, what, how);
    for (auto& file : report.files()) {
      auto hit = static_cast<uint32_t>(file.changed_hit_size());
      auto missed = static_cast<uint32_t>(file.changed_missed_size());
      require(file.hit() <= file.lines(), "no more is hit than there is");
      require(hit == file.hit() && missed == file.lines() - file.hit(),
              "where all is changed, all is told singly");
    }
    require(!report.SerializeAsString().empty(), "it can be sent");
  }
}

} // namespace

/// A source file, then what gcov or llvm-cov told of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto text = input_text(data, size);
  auto source = take_part(text);
  check_lines(read_gcov(text), source);
  check_lines(read_lcov(text), source);
  return 0;
}
