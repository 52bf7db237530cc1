#include "runtime/toolchain/coverage_report.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/toolchain/counted_lines.hpp"
#include "runtime/toolchain/paths.hpp"
#include "runtime/toolchain/test_sources.hpp"

namespace cohort::runtime::toolchain {

namespace {

bool has_line(const pb::ChangedFile& file, uint32_t line) {
  auto range = std::lower_bound(file.lines().begin(), file.lines().end(), line,
                                [](auto& it, uint32_t number) {
                                  return it.last() < number;
                                });
  return range != file.lines().end() && range->first() <= line;
}

pb::FileCoverage count(const std::map<uint32_t, execution>& lines,
                       const counted_lines& source,
                       const pb::ChangedFile* changed, line_counting how) {
  pb::FileCoverage result;
  for (auto& [line, executed] : lines) {
    auto is_counted = executed == execution::all
                      || how == line_counting::as_llvm_cov
                      || !source.is_bare(line);
    if (!is_counted || source.is_excluded(line))
      continue;
    auto is_hit = executed != execution::none;
    result.set_lines(result.lines() + 1);
    result.set_hit(result.hit() + (is_hit ? 1 : 0));
    if (changed && has_line(*changed, line))
      (is_hit ? result.mutable_changed_hit() : result.mutable_changed_missed())
        ->Add(line);
  }
  return result;
}

} // namespace

pb::CoverageReport
report_coverage(const executed_lines& lines, const std::string& root,
                const file_reader& files, const pb::CoverageUnit& what,
                line_counting how) {
  std::map<std::string, const pb::ChangedFile*> changed;
  for (auto& file : what.changed())
    changed.emplace(file.file(), &file);
  pb::CoverageReport result;
  result.set_available(true);
  result.set_tool(how == line_counting::as_gcovr ? "gcov" : "llvm-cov");
  for (auto& [path, numbers] : lines) {
    auto file = relative_inside(root, path);
    auto* text = file.empty() ? nullptr : files(file);
    auto is_left_out = text == nullptr || is_test_source(file, *text)
                       || analysis::valid_utf8(file) != file;
    if (is_left_out)
      continue;
    auto found = changed.find(file);
    auto counts = count(numbers, counted_lines{*text},
                        found != changed.end() ? found->second : nullptr, how);
    if (counts.lines() == 0)
      continue;
    counts.set_file(std::move(file));
    *result.add_files() = std::move(counts);
  }
  return result;
}

} // namespace cohort::runtime::toolchain
