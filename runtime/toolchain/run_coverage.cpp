#include "runtime/toolchain/run_coverage.hpp"

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/toolchain/coverage_report.hpp"
#include "runtime/toolchain/line_counter.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::toolchain {

namespace fs = std::filesystem;

namespace {

/// Counts that several threads make at once must add up: those of other lines
/// are computed from them.
constexpr std::string_view instrumentation = R"(# Written by cohort.
function(cohort_note_lines language)
  set(gnu "COMPILE_LANG_AND_ID:${language},GNU")
  set(clang "COMPILE_LANG_AND_ID:${language},Clang,AppleClang")
  add_compile_options(
    $<$<${gnu}>:--coverage>
    $<$<${clang}>:-fprofile-instr-generate>
    $<$<${clang}>:-fcoverage-mapping>
    $<$<OR:$<${gnu}>,$<${clang}>>:-fprofile-update=prefer-atomic>)
  add_link_options(
    $<$<LINK_LANG_AND_ID:${language},GNU>:--coverage>
    $<$<LINK_LANG_AND_ID:${language},Clang,AppleClang>:-fprofile-instr-generate>)
endfunction()
cohort_note_lines(C)
cohort_note_lines(CXX)
)";

pb::CoverageReport failed(std::string why) {
  pb::CoverageReport result;
  result.set_available(true);
  result.set_failure(std::move(why));
  return result;
}

/// The bytes of the last file that was asked for.
file_reader files_below(const fs::path& root) {
  return [root, last = std::string{}](const std::string& file) mutable {
    // What a test made may be anything: a pipe would never end.
    std::error_code failed;
    auto path = root / file;
    auto bytes = fs::is_regular_file(path, failed) ? workspace::read_file(path)
                                                   : error{errc::not_found, ""};
    if (bytes)
      last = std::move(*bytes);
    return bytes ? &last : nullptr;
  };
}

} // namespace

expected<prepare_request> instrument(prepare_request request,
                                     const fs::path& folder) {
  auto file = folder / "cohort-coverage.cmake";
  // Written anew it would have all configured anew.
  auto there = workspace::read_file(file);
  if (!there || *there != instrumentation) {
    auto written = workspace::write_file(file, instrumentation, {});
    if (!written)
      return written.error();
  }
  request.toolchain.add_configure_args("-DCMAKE_PROJECT_INCLUDE="
                                       + file.string());
  return request;
}

pb::CoverageReport
run_coverage(const project& project, const pb::CoverageUnit& what,
             const toolchain_settings& settings,
             const process::process_settings& limits,
             process::runner& processes, std::stop_token stop) {
  build_steps steps{project.build_dir, limits, processes, std::move(stop)};
  auto counter = make_counter(project, steps);
  auto built = steps.run({settings.cmake, "--build", project.build_dir.string(),
                          "-j", steps.jobs()});
  if (!built.ok())
    return failed(failure_text("the build failed", built));
  counter->forget();
  auto tested = steps.run({settings.ctest, "-j", steps.jobs()},
                          counter->environment());
  // ctest exits with an error when a test fails.
  if (tested.status != process::status::exited)
    return failed(failure_text("ctest gave no verdict", tested));
  auto lines = counter->read();
  if (!lines)
    return failed(lines.error().message);
  if (lines->empty())
    return failed("no line was counted: the project's build drops the options "
                  "that it is given");
  return report_coverage(*lines, project.source_root.string(),
                         files_below(project.source_root), what,
                         counter->counting());
}

} // namespace cohort::runtime::toolchain
