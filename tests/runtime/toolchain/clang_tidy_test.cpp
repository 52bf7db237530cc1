#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "runtime/toolchain/clang_tidy.hpp"
#include "tests/runtime/toolchain/workspace_folder.hpp"

namespace cohort::tests::clang_tidy_test {

using namespace cohort::runtime::toolchain;
namespace pb = cohort::messages::v1;

namespace {

const std::map<std::string, std::string> sources{
  {"/ws/a.cc", "int a;\nint* p = 0;\n"}};

const std::string* read_source(const std::string& name) {
  auto found = sources.find(name);
  return found == sources.end() ? nullptr : &found->second;
}

parsed_diagnostics read(const std::string& text) {
  file_reader files = read_source;
  return read_tidy(text, "a.cc", files);
}

const std::string finding = R"(/ws/a.cc:2:10: warning: use nullptr [x]
---
MainSourceFile:  '/ws/a.cc'
Diagnostics:
  - DiagnosticName:  modernize-use-nullptr
    DiagnosticMessage:
      Message:         use nullptr
      FilePath:        '/ws/a.cc'
      FileOffset:      16
      Replacements:
        - FilePath:        '/ws/a.cc'
          Offset:          16
          Length:          1
          ReplacementText: nullptr
    Level:           Warning
    BuildDirectory:  '/ws'
...
)";

} // namespace

TEST_CASE("a finding is an error of its check, at its place, with its fix") {
  auto result = read(finding);
  REQUIRE(result.understood);
  REQUIRE(result.diagnostics.size() == 1);
  auto& one = result.diagnostics.front();
  CHECK(one.severity() == pb::SEVERITY_ERROR);
  CHECK(one.tool() == "clang-tidy");
  CHECK(one.option() == "modernize-use-nullptr");
  CHECK(one.error_type() == "modernize-use-nullptr");
  CHECK(one.location().file() == "/ws/a.cc");
  CHECK(one.location().line() == 2);
  CHECK(one.location().byte_column() == 10);
  REQUIRE(one.fixes_size() == 1);
  auto& edit = one.fixes(0).edits(0);
  CHECK(edit.begin() == 16);
  CHECK(edit.end() == 17);
  CHECK(edit.replacement() == "nullptr");
}

TEST_CASE("nothing is exported where nothing is found") {
  auto result = read("");
  CHECK(result.understood);
  CHECK(result.diagnostics.empty());
}

TEST_CASE("a compile error has no check") {
  auto text = finding;
  text.replace(text.find("modernize-use-nullptr"), 21,
               "clang-diagnostic-error");
  auto result = read(text);
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].option().empty());
  CHECK(result.diagnostics[0].error_type().empty());
}

TEST_CASE("a source line that looks like the export is none") {
  auto result = read("---\nMainSourceFile: 'x'\nwrong: [\n" + finding);
  REQUIRE(result.diagnostics.size() == 1);
}

TEST_CASE("what is cut off, or no YAML, gives no verdict") {
  auto result = read("---\nMainSourceFile:  '/ws/a.cc'\nDiagnostics: [\n");
  CHECK(!result.understood);
  CHECK(result.crash.find("clang-tidy on a.cc:") == 0);
}

TEST_CASE("places outside of a file have no line and no fix") {
  auto text = finding;
  for (auto at = text.find("16"); at != std::string::npos;
       at = text.find("16", at + 1))
    text.replace(at, 2, "99");
  auto result = read(text);
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].location().line() == 0);
  CHECK(result.diagnostics[0].fixes().empty());
}

TEST_CASE("the checks and the workspace's headers are what is asked for") {
  pb::ToolchainRequest asked;
  asked.add_tidy_checks("bugprone-*");
  asked.add_tidy_checks("-bugprone-branch-clone");
  auto arguments = tidy_arguments("clang-tidy", asked, "/w.s/a.cc",
                                  {"-std=c++20"});
  CHECK(arguments[0] == "clang-tidy");
  CHECK(arguments[2] == "--checks=-*,bugprone-*,-bugprone-branch-clone");
  CHECK(arguments[3] == "--header-filter=.*");
  asked.set_header_filter("x");
  CHECK(tidy_arguments("t", asked, "/w/a.cc", {})[3] == "--header-filter=x");
}

TEST_CASE("configurations count for every file that is read below them") {
  workspace_folder root;
  root.write("ws/.clang-tidy", "");
  root.write("ws/src/.clang-tidy", "");
  root.write("ws/include/.clang-tidy", "");
  auto found = tidy_configurations(
    {(root / "ws/src/deep/a.cc").string(), (root / "ws/include/a.h").string()});
  for (auto* name :
       {"ws/.clang-tidy", "ws/src/.clang-tidy", "ws/include/.clang-tidy"})
    CHECK(std::find(found.begin(), found.end(), (root / name).string())
          != found.end());
}

} // namespace cohort::tests::clang_tidy_test
