#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "runtime/toolchain/cxx.hpp"
#include "tests/runtime/toolchain/recorded.hpp"
#include "tests/runtime/toolchain/workspace_folder.hpp"
#include "tests/support/fake_processes.hpp"

namespace cohort::tests::read_check_test {

using namespace cohort::runtime;
using namespace cohort::tests;

using process::status;
using words = std::vector<std::string>;

namespace {

process::outcome exits(int code, std::string out, std::string err) {
  return fake_processes::exits(code, std::move(out), std::move(err));
}

/// A slot's worktree with one unit.
struct slot {
  workspace_folder root;
  toolchain::project project;
  std::string unit = "src/tabs.cc";

  slot() {
    root.write("tree/src/tabs.cc", recorded("tabs.source"));
    root.write("build/x", "");
    project.source_root = root / "ws";
    project.build_dir = root / "build";
    project.entries.push_back({unit, (root / "build").string(), {"g++"}});
  }

  [[nodiscard]] pb::UnitReport read(const process::outcome& result,
                                    const std::string& compiler = "gcc") const {
    return toolchain::read_check(project, unit, compiler, root / "tree",
                                 result);
  }
};

/// What a compiler said of "tabs.cc", as it would have of `file`.
std::string about(const std::string& kind, const std::string& file) {
  auto text = recorded(kind);
  for (auto at = text.find("tabs.cc"); at != std::string::npos;
       at = text.find("tabs.cc", at + file.size()))
    text.replace(at, 7, file);
  return text;
}

words reads(const pb::UnitReport& report) {
  return {report.reads().begin(), report.reads().end()};
}

} // namespace

TEST_CASE(
  "a clean check is ok, and reads what the rule lists of the worktree") {
  slot slot;
  auto tree = (slot.root / "tree").string();
  auto report = slot.read(exits(0,
                                "unit: " + tree + "/src/tabs.cc " + tree
                                  + "/src/../include/b.h /usr/c.h \\\n " + tree
                                  + "/include/b.h ../tree/a.h gen.h\n",
                                "[]\n"));
  CHECK(report.ok());
  CHECK(report.failure().empty());
  CHECK(report.unit() == "src/tabs.cc");
  CHECK(report.tool() == "gcc");
  CHECK(reads(report) == words{"a.h", "include/b.h", "src/tabs.cc"});
}

TEST_CASE(
  "names inside the worktree become relative, in diagnostics and in fixes") {
  slot slot;
  auto tree = (slot.root / "tree").string();
  for (std::string compiler : {"gcc", "clang"})
    for (auto& file : {tree + "/src/tabs.cc", tree + "/include/../src/tabs.cc",
                       std::string{"../tree/src/tabs.cc"}}) {
      CAPTURE(compiler);
      CAPTURE(file);
      auto report = slot.read(exits(1, "", about("tabs." + compiler, file)),
                              compiler);
      CHECK_FALSE(report.ok());
      CHECK(report.failure().empty());
      REQUIRE(report.diagnostics_size() == 1);
      auto& error = report.diagnostics(0);
      CHECK(error.tool() == compiler);
      CHECK(error.location().file() == "src/tabs.cc");
      REQUIRE(error.units_size() == 1);
      CHECK(error.units(0) == "src/tabs.cc");
      REQUIRE(error.fixes_size() == 1);
      CHECK(error.fixes(0).target_file() == "src/tabs.cc");
      CHECK(error.fixes(0).edits(0).file() == "src/tabs.cc");
    }
}

TEST_CASE("names outside the worktree are absolute, invented ones stay") {
  slot slot;
  auto at = [&](const std::string& file) {
    auto report = slot.read(exits(1, "", about("tabs.gcc", file)));
    REQUIRE(report.diagnostics_size() == 1);
    return report.diagnostics(0).location().file();
  };
  CHECK(at("gen/x.h") == (slot.root / "build/gen/x.h").string());
  CHECK(at("/usr/include/../x.h") == "/usr/x.h");
  CHECK(at("<command-line>") == "<command-line>");
}

TEST_CASE("a worktree that is reached through a link has the same names") {
  slot slot;
  std::filesystem::create_directory_symlink(slot.root / "tree",
                                            slot.root / "link");
  auto real = (slot.root / "tree/src/tabs.cc").string();
  auto linked = (slot.root / "link/src/tabs.cc").string();
  for (auto& file : {real, linked}) {
    auto report = toolchain::read_check(
      slot.project, slot.unit, "gcc", slot.root / "link",
      exits(1, "unit: " + file + "\n", about("tabs.gcc", file)));
    CHECK(report.diagnostics(0).location().file() == "src/tabs.cc");
    CHECK(reads(report) == words{"src/tabs.cc"});
  }
}

TEST_CASE("after a fatal error the lines of -H say what was read") {
  slot slot;
  auto tree = (slot.root / "tree").string();
  auto report = slot.read(exits(1, "",
                                ". " + tree + "/a.h\n.. /usr/b.h\n.. " + tree
                                  + "/c d.h\n" + recorded("fatal.gcc")));
  CHECK_FALSE(report.ok());
  CHECK(report.failure().empty());
  CHECK(reads(report) == words{"a.h", "c d.h", "src/tabs.cc"});
}

TEST_CASE(
  "after a fatal error forced headers count too, with what they include") {
  slot slot;
  slot.root.write("tree/force.h",
                  "#include \"sub/one.h\"\n#if 0\n # include <two.h>\n#endif\n"
                  "#include \"gone.h\"\n#include \"force.h\"\n");
  slot.root.write("tree/sub/one.h", "#include \"../three.h\"\n");
  slot.root.write("tree/three.h", "");
  slot.root.write("tree/inc/two.h", "");
  slot.project.entries[0].arguments = {"g++", "-include",
                                       (slot.root / "ws/force.h").string(),
                                       "-I" + (slot.root / "ws/inc").string()};
  auto report = slot.read(exits(1, "", recorded("fatal.gcc")));
  CHECK(
    reads(report)
    == words{"force.h", "inc/two.h", "src/tabs.cc", "sub/one.h", "three.h"});
}

TEST_CASE(
  "warnings alone are ok and stay in the report; notes do not stand alone") {
  slot slot;
  auto report = slot.read(exits(
    0, "",
    "["
      + std::
        string{R"({"kind": "note", "message": "n", "locations": [{"caret": {"file": "/x", "line": 1}}]},)"
               R"({"kind": "warning", "message": "w", "locations": [{"caret": {"file": "/x", "line": 1}}]})"}
      + "]\n"));
  CHECK(report.ok());
  REQUIRE(report.diagnostics_size() == 1);
  CHECK(report.diagnostics(0).message() == "w");
}

TEST_CASE("a compiler that ended otherwise than by itself gives no verdict") {
  slot slot;
  for (auto how :
       {status::signalled, status::timed_out, status::output_exceeded,
        status::start_failed, status::cancelled, status::launcher_lost}) {
    auto result = fake_processes::ended_as(how, "caf\xe9");
    result.err = about("tabs.gcc", (slot.root / "tree/src/tabs.cc").string());
    auto report = slot.read(result);
    CHECK_FALSE(report.ok());
    CHECK(report.failure().starts_with("gcc: "));
    CHECK(report.failure().find('\xe9') == std::string::npos);
    CHECK(report.diagnostics_size() == 1);
  }
}

TEST_CASE(
  "an exit code without an error gives no verdict but the compiler's words") {
  slot slot;
  auto fails = [&](const std::string& compiler, const std::string& err) {
    auto report = slot.read(exits(1, "", err), compiler);
    CHECK_FALSE(report.ok());
    return report.failure();
  };
  CHECK(fails("gcc", "").find("exit code 1: it said nothing")
        != std::string::npos);
  CHECK(
    fails("gcc",
          ". a.h\nhello\ng++: fatal error: Killed signal terminated cc1plus\n")
      .ends_with("g++: fatal error: Killed signal terminated cc1plus"));
  CHECK(fails("clang", "clang: error: unknown argument: '-fx'\n")
          .ends_with("'-fx'"));
  CHECK(
    fails(
      "gcc",
      R"([{"kind": "error", "message": "no option '-Wx'", "locations": []}])")
      .ends_with("no option '-Wx'"));
  CHECK(fails("gcc", "caf\xe9 " + std::string(1000, 'x')).size() < 400);
  CHECK(fails("gcc", "\xc3").ends_with("?"));
}

TEST_CASE("a crash after errors gives no verdict") {
  slot slot;
  auto file = (slot.root / "tree/src/tabs.cc").string();
  auto report = slot.read(
    exits(
      139, "",
      about("tabs.clang-plain", file)
        + "clang: error: clang frontend command failed with exit code 139\n"),
    "clang");
  CHECK_FALSE(report.ok());
  CHECK(report.failure().find("frontend command failed") != std::string::npos);
  report = slot.read(exits(
    1, "",
    R"([{"kind": "internal compiler error", "message": "in f", "locations": []}])"));
  CHECK(report.failure().find("internal compiler error: in f")
        != std::string::npos);
}

TEST_CASE("a fix in an empty file can be placed") {
  slot slot;
  auto file = slot.root.write("tree/empty.h", "").string();
  auto report = slot.read(
    exits(1, "",
          file + ":1:1: error: no\nfix-it:\"" + file + "\":{1:1-1:1}:\"x\"\n"),
    "clang");
  REQUIRE(report.diagnostics_size() == 1);
  CHECK(report.diagnostics(0).fixes_size() == 1);
}

TEST_CASE("the time of a check is what the compiler used, or else took") {
  slot slot;
  auto result = exits(0, "", "[]\n");
  result.wall = std::chrono::duration<double>{2};
  CHECK(slot.read(result).seconds() == 2);
  result.cpu = std::chrono::duration<double>{1};
  CHECK(slot.read(result).seconds() == 1);
}

TEST_CASE("a report of a unit that nobody knows is still one") {
  slot slot;
  auto report = toolchain::read_check(slot.project, "none.cc", "gcc",
                                      slot.root / "tree", exits(0, "", "[]\n"));
  CHECK(reads(report) == words{"none.cc"});
}

TEST_CASE("whatever bytes a compiler prints, the report can be sent") {
  slot slot;
  uint32_t seed = 20240601;
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    auto text = recorded(round % 2 ? "candidate.clang" : "candidate.gcc");
    for (int i = 0; i < 20; ++i) {
      seed = seed * 1664525 + 1013904223;
      text[(seed >> 8) % text.size()] = static_cast<char>(seed >> 24);
    }
    auto report = slot.read(exits(1, text, text), round % 2 ? "clang" : "gcc");
    pb::UnitReport copy;
    CHECK(copy.ParseFromString(report.SerializeAsString()));
    CHECK_FALSE(report.ok());
  }
}

} // namespace cohort::tests::read_check_test
