#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/toolchain/file_tool.hpp"
#include "runtime/toolchain/located_line.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::file_tool_test {

using namespace cohort::runtime;
namespace pb = cohort::messages::v1;

namespace {

pb::FileTool licence() {
  pb::FileTool tool;
  tool.set_name("licence");
  tool.add_files("**/*.cc");
  for (auto* word : {"grep", "-q", "Licence", "{file}"})
    tool.add_check(word);
  return tool;
}

process::outcome exits(int code, std::string out = {}, std::string err = {}) {
  process::outcome result;
  result.status = process::status::exited;
  result.exit_code = code;
  result.out = std::move(out);
  result.err = std::move(err);
  return result;
}

class worktree {
public:
  worktree() {
    std::filesystem::create_directories(path() / "src");
    std::ofstream{path() / "src/a.cc"} << "int a;\n";
    std::ofstream{path() / "b.cc"} << "int b;\n";
  }
  [[nodiscard]] std::filesystem::path path() const {
    return folder_.path();
  }
  [[nodiscard]] pb::UnitReport read(const process::outcome& result) const {
    return toolchain::read_check(licence(), "src/a.cc", path(), result);
  }

private:
  temp_folder folder_;
};

/// "FILE:LINE:COLUMN: MESSAGE" of each finding.
std::vector<std::string> findings(const pb::UnitReport& report) {
  std::vector<std::string> result;
  for (auto& error : report.diagnostics())
    result.push_back(error.location().file() + ':'
                     + std::to_string(error.location().line()) + ':'
                     + std::to_string(error.location().byte_column()) + ": "
                     + error.message());
  return result;
}

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("the file stands where the command wants it, and is no option") {
  process::process_settings limits;
  auto command = toolchain::check_command(licence(), "src/a.cc", "/t", limits);
  CHECK(command.argv == strings{"grep", "-q", "Licence", "src/a.cc"});
  CHECK(command.working_directory == "/t");
  CHECK(command.deadline == limits.check_timeout);
  CHECK(toolchain::check_command(licence(), "-rf.cc", "/t", limits).argv.back()
        == "./-rf.cc");
  auto tool = licence();
  tool.set_check(3, "--in={file}:{file}");
  tool.mutable_deadline()->set_seconds(7);
  command = toolchain::check_command(tool, "{file}", "/t", limits);
  CHECK(command.argv.back() == "--in={file}:{file}");
  CHECK(command.deadline == std::chrono::seconds{7});
}

TEST_CASE("exit status 0 means that nothing is to be done") {
  worktree tree;
  auto report = tree.read(exits(0, "src/a.cc:1: words\n"));
  CHECK(report.ok());
  CHECK(report.unit() == "src/a.cc");
  CHECK(report.tool() == "licence");
  CHECK(report.diagnostics().empty());
  CHECK(report.reads_size() == 1);
}

TEST_CASE("lines about files of the workspace are findings") {
  worktree tree;
  auto report = tree.read(exits(
    1, "src/a.cc:3: one\n" + tree.path().string() + "/src/a.cc:4:5: two\n",
    "./b.cc(6,7): three\n/etc/passwd:1: no\nnothing.cc:1: no\n"
    "src/a.cc:0: no\nsrc:1: no\nwords\n../x/b.cc:1: no\n"));
  CHECK_FALSE(report.ok());
  CHECK(report.failure().empty());
  CHECK(
    findings(report)
    == strings{"src/a.cc:3:0: one", "src/a.cc:4:5: two", "b.cc:6:7: three"});
  CHECK(report.diagnostics(0).severity() == pb::SEVERITY_ERROR);
  CHECK(report.diagnostics(0).tool() == "licence");
  CHECK(report.reads_size() == 2); // What it found something in it has read.
}

TEST_CASE("without such a line the first one is the finding") {
  worktree tree;
  CHECK(findings(tree.read(exits(1, "\nno licence\nmore\n")))
        == strings{"src/a.cc:1:0: no licence"});
  CHECK(findings(tree.read(exits(2, "", "grep: oops\n")))
        == strings{"src/a.cc:1:0: grep: oops"});
  CHECK(findings(tree.read(exits(1)))
        == strings{"src/a.cc:1:0: the check licence fails"});
}

TEST_CASE("a tool that cannot start or dies gives no verdict") {
  worktree tree;
  auto dead = exits(0);
  dead.status = process::status::signalled;
  dead.signal = 11;
  for (auto& result : {exits(126, "", "sh: no\n"), exits(127), dead}) {
    auto report = tree.read(result);
    CHECK_FALSE(report.ok());
    CHECK(report.failure().starts_with("licence: "));
    CHECK(report.diagnostics().empty());
  }
  CHECK(tree.read(exits(126, "", "sh: no\n")).failure()
        == "licence: exit code 126: sh: no");
}

TEST_CASE("what a tool prints may be any bytes, and a lot") {
  worktree tree;
  CHECK(findings(tree.read(exits(1, "src/a.cc:1: \xff\xfe\n")))
        == strings{"src/a.cc:1:0: ??"});
  std::string flood;
  for (int i = 1; i <= 5000; ++i)
    flood += "src/a.cc:" + std::to_string(i) + ": x\n";
  CHECK(tree.read(exits(1, flood)).diagnostics_size() == 1000);
  auto broad = tree.read(exits(1, std::string(1 << 20, ':')));
  CHECK(broad.diagnostics(0).message().size() == 1000);
}

TEST_CASE("places are read in any of the usual forms") {
  auto any = [](std::string_view name) { return std::string{name}; };
  auto read = [&](std::string_view text) -> std::string {
    auto found = toolchain::read_located_line(text, any);
    return found ? found->file + '|' + std::to_string(found->line) + '|'
                     + std::to_string(found->column) + '|'
                     + std::string{found->message}
                 : "none";
  };
  CHECK(read("a.py:1:2: words: more") == "a.py|1|2|words: more");
  CHECK(read("a.py:1: 2: words") == "a.py|1|0|2: words");
  CHECK(read("a.ts(1,2): error TS1: x") == "a.ts|1|2|error TS1: x");
  CHECK(read("a.ts(12): x") == "a.ts|12|0|x");
  CHECK(read("a:b.py:3:") == "a:b.py|3|0|");
  CHECK(read("a (copy).py:3: x") == "a (copy).py|3|0|x");
  for (auto* text : {"", ":", "a:", "a:b", "a:1", ":1: x", "a(1", "a(1,: x",
                     "a:99999999999: x", "a:-1: x"})
    CHECK(read(text) == "none");
}

TEST_CASE("tools judge the files that their globs name, where they are there") {
  worktree tree;
  pb::ToolchainRequest request;
  *request.add_file_tools() = licence();
  auto& missing = *request.add_file_tools();
  missing = licence();
  missing.set_name("missing");
  missing.set_check(0, "no-such-program-anywhere");
  auto& own = *request.add_file_tools();
  own = licence();
  own.set_name("own");
  own.set_check(0, "./check.sh");
  own.add_tests("make");
  strings files{"b.cc", "c.h", "src/a.cc"};
  auto units = toolchain::tool_units(request, files, tree.path());
  REQUIRE(units.size() == 1);
  CHECK(units[0].ShortDebugString()
        == "tool: \"licence\" units: \"b.cc\" units: \"src/a.cc\"");
  CHECK(toolchain::testing_tools(request, units).empty());
  std::ofstream{tree.path() / "check.sh"} << "#!/bin/sh\n";
  std::filesystem::permissions(tree.path() / "check.sh",
                               std::filesystem::perms::owner_all);
  units = toolchain::tool_units(request, files, tree.path());
  REQUIRE(units.size() == 2);
  CHECK(units[1].tool() == "own");
  auto testing = toolchain::testing_tools(request, units);
  REQUIRE(testing.size() == 1);
  CHECK(testing[0].name() == "own");
  CHECK(toolchain::tool_units(request, {"c.h"}, tree.path()).empty());
}

TEST_CASE("an answer depends on the files that the command names, too") {
  worktree tree;
  auto tool = licence();
  tool.add_check("b.cc");
  auto opened = toolchain::files_opened(tool, tree.path(), tree.read(exits(0)));
  CHECK(opened
        == strings{(tree.path() / "b.cc").string(),
                   (tree.path() / "src/a.cc").string()});
}

} // namespace cohort::tests::file_tool_test
