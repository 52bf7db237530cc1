#include <filesystem>
#include <fstream>
#include <string>

#include "runtime/toolchain/file_tool.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using namespace cohort;

/// A tree of two files.
const std::filesystem::path& tree() {
  static const tests::temp_folder folder = [] {
    tests::temp_folder made;
    std::filesystem::create_directories(made.path() / "src");
    std::ofstream{made.path() / "src" / "a.py"} << "a\n";
    std::ofstream{made.path() / "b.py"} << "b\n";
    return made;
  }();
  return folder.path();
}

} // namespace

/// What a program that judges a file printed on standard output, then on
/// standard error.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cohort::tests;
  auto text = input_text(data, size);
  runtime::process::outcome ended;
  ended.status = runtime::process::status::exited;
  ended.exit_code = 1;
  ended.out = take_part(text);
  ended.err = text;
  pb::FileTool tool;
  tool.set_name("judge");
  auto report = runtime::toolchain::read_check(tool, "src/a.py", tree(), ended);
  require(!report.ok() && report.failure().empty(), "it is a verdict");
  require(report.diagnostics_size() > 0, "what fails says why");
  for (auto& error : report.diagnostics()) {
    auto& file = error.location().file();
    require(file == "src/a.py" || file == "b.py",
            "a finding is in a file of the tree");
    require(is_utf8(error.message()) && !error.message().empty(),
            "a finding has words, in UTF-8");
  }
  require(report.reads_size() >= 1 && report.reads_size() <= 2,
          "only files of the tree are read");
  return 0;
}
