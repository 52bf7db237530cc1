#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/toolchain/cxx.hpp"
#include "tests/runtime/toolchain/workspace_folder.hpp"
#include "tests/support/fake_processes.hpp"

namespace cohort::tests::check_command_test {

using namespace cohort::runtime;
using namespace cohort::runtime::toolchain;
using namespace cohort::tests;

using words = std::vector<std::string>;

namespace {

/// A project whose unit "src/a.cc" is compiled in /ws/build by `arguments`.
project one_unit(words arguments, const std::string& unit = "src/a.cc",
                 const std::string& directory = "/ws/build") {
  project result;
  result.source_root = "/ws";
  result.build_dir = "/ws/build";
  result.entries.push_back({unit, directory, std::move(arguments)});
  return result;
}

process::command check_of(const project& project,
                          const std::string& compiler = "gcc",
                          const toolchain_settings& settings = {}) {
  auto result = check_command(project, project.entries.front().unit, compiler,
                              "/slot/tree", settings, {}, {});
  REQUIRE(result);
  return *result;
}

bool has(const words& argv, const words& wanted) {
  return std::search(argv.begin(), argv.end(), wanted.begin(), wanted.end())
         != argv.end();
}

/// The arguments that come from the project.
words kept(const words& arguments, const std::string& compiler = "gcc") {
  auto argv = check_of(one_unit(arguments), compiler).argv;
  auto begin = argv.begin() + 1;
  if (*begin == "-std=gnu++17")
    ++begin;
  auto end = std::find_if(begin, argv.end(), [](auto& argument) {
    return argument.starts_with("-fdiagnostics-");
  });
  return {begin, end};
}

} // namespace

TEST_CASE("a check reads the slot's file, syntax only, within the limits") {
  process::process_settings limits;
  limits.check_timeout = std::chrono::seconds{7};
  limits.output_limit_bytes = 1000;
  limits.memory_limit_bytes = 2000;
  auto project = one_unit({"/usr/bin/c++", "-c", "../src/a.cc", "-o", "a.o"});
  auto result = check_command(project, "src/a.cc", "gcc", "/slot/tree", {},
                              limits, {});
  REQUIRE(result);
  CHECK(result->argv.front() == "g++");
  CHECK(result->argv.back() == "/slot/tree/src/a.cc");
  CHECK(
    std::count(result->argv.begin(), result->argv.end(), "/slot/tree/src/a.cc")
    == 1);
  CHECK(has(result->argv, {"-fdiagnostics-format=json", "-fmax-errors=0"}));
  CHECK(has(result->argv, {"-fsyntax-only"}));
  CHECK(result->deadline == std::chrono::seconds{7});
  CHECK(result->output_limit_bytes == 1000);
  CHECK(result->memory_limit_bytes == 2000);
  CHECK(result->cpu_bound);
  auto clang = check_of(project, "clang").argv;
  CHECK(clang.front() == "clang++");
  CHECK(has(clang, {"-fdiagnostics-parseable-fixits"}));
  CHECK(has(clang, {"-ferror-limit=0"}));
  CHECK_FALSE(has(clang, {"-fno-caret-diagnostics"})); // It drops the fix-its.
}

TEST_CASE("no check names /dev/stdout, which gcc would remove") {
  for (auto compiler : {"gcc", "clang"})
    CHECK_FALSE(
      has(check_of(one_unit({"g++"}), compiler).argv, {"/dev/stdout"}));
}

TEST_CASE("unknown units and compilers are errors") {
  auto project = one_unit({"g++"});
  auto unit = check_command(project, "b.cc", "gcc", "/slot", {}, {}, {});
  REQUIRE_FALSE(unit);
  CHECK(unit.error().code == errc::not_found);
  auto compiler = check_command(project, "src/a.cc", "icc", "/slot", {}, {},
                                {});
  REQUIRE_FALSE(compiler);
  CHECK(compiler.error().code == errc::invalid_request);
}

TEST_CASE("what is for output or for make is dropped, with its value") {
  CHECK(kept({"g++",
              "-c",
              "-o",
              "x.o",
              "-ox.o",
              "-MD",
              "-MMD",
              "-MP",
              "-MF",
              "x.d",
              "-MFx.d",
              "-MT",
              "x",
              "-MQ",
              "x",
              "-Wp,-MD,x.d",
              "-g",
              "-g3",
              "-ggdb",
              "--coverage",
              "-save-temps=obj",
              "-pipe",
              "-fprofile-arcs",
              "-ftest-coverage",
              "-fdiagnostics-color=always",
              "-fmax-errors=1",
              "-Wfatal-errors",
              "-Werror",
              "-DX=1",
              "--",
              "../src/a.cc",
              "b.o",
              "libc.a"})
        == words{"-DX=1"});
}

TEST_CASE("errors that the project makes of single warnings stay errors") {
  CHECK(kept({"g++", "-Wall", "-Werror", "-Werror=format", "-Wno-error=shadow",
              "-pedantic-errors"})
        == words{"-Wall", "-Werror=format", "-Wno-error=shadow",
                 "-pedantic-errors"});
}

TEST_CASE("paths of the workspace are the slot's, those of the build are not") {
  CHECK(kept({"g++", "-I/ws/include", "-I", "../src", "-I/ws/build/gen", "-I.",
              "-I/usr/x", "-iquote", "/ws/q", "-include", "/ws/force.h",
              "-I/wsx", "-I/ws", "-idirafter/ws/later"})
        == words{"-I",         "/slot/tree/include",
                 "-I",         "/slot/tree/src",
                 "-I",         "/ws/build/gen",
                 "-I",         "/ws/build",
                 "-I",         "/usr/x",
                 "-iquote",    "/slot/tree/q",
                 "-include",   "/slot/tree/force.h",
                 "-I",         "/wsx",
                 "-I",         "/slot/tree",
                 "-idirafter", "/slot/tree/later"});
}

TEST_CASE("texts that hold a path are not touched") {
  CHECK(kept({"g++", "-DPATH=\"/ws/x\"", "-D", "/ws/y", "-I=/usr/z"})
        == words{"-DPATH=\"/ws/x\"", "-D", "/ws/y", "-I", "=/usr/z"});
}

TEST_CASE("only inside the workspace is -isystem an -I") {
  CHECK(kept({"g++", "-isystem", "/ws/lib", "-isystem/ws/b", "-isystem",
              "/usr/c", "-isystem", "/ws/build/d"})
        == words{"-I", "/slot/tree/lib", "-I", "/slot/tree/b", "-isystem",
                 "/usr/c", "-isystem", "/ws/build/d"});
}

TEST_CASE(
  "a forced header that is not in the folder is left to the include path") {
  CHECK(kept({"g++", "-include", "config.h"}) == words{"-include", "config.h"});
}

TEST_CASE("launchers before the compiler are left out") {
  words wanted{"-DX"};
  CHECK(kept({"ccache", "/usr/bin/g++", "-DX"}) == wanted);
  CHECK(kept({"env", "A=b", "ccache", "g++", "-DX", "../src/a.cc"}) == wanted);
  CHECK(kept({"g++", "../src/a.cc", "-DX"}) == wanted);
}

TEST_CASE("a standard that nobody states is gcc's default for both") {
  for (auto compiler : {"gcc", "clang"}) {
    CHECK(has(check_of(one_unit({"g++"}), compiler).argv, {"-std=gnu++17"}));
    CHECK(
      has(check_of(one_unit({"gcc"}, "a.c"), compiler).argv, {"-std=gnu17"}));
    auto stated = check_of(one_unit({"g++", "-std=c++20"}), compiler).argv;
    CHECK(has(stated, {"-std=c++20"}));
    CHECK_FALSE(has(stated, {"-std=gnu++17"}));
  }
  CHECK_FALSE(
    has(check_of(one_unit({"gcc", "-ansi"}, "a.c")).argv, {"-std=gnu17"}));
}

TEST_CASE("a C unit is checked by the C driver of the same family and folder") {
  toolchain_settings settings;
  auto program = [&](const std::string& gcc, const std::string& clang,
                     const std::string& compiler) {
    settings.gcc = gcc;
    settings.clang = clang;
    return check_of(one_unit({"cc"}, "a.c"), compiler, settings).argv.front();
  };
  CHECK(program("g++", "", "gcc") == "gcc");
  CHECK(program("/opt/g++/bin/g++-12", "", "gcc") == "/opt/g++/bin/gcc-12");
  CHECK(program("x86_64-linux-gnu-g++", "", "gcc") == "x86_64-linux-gnu-gcc");
  CHECK(program("", "clang++", "clang") == "clang");
  CHECK(program("", "/usr/bin/clang++-14", "clang") == "/usr/bin/clang-14");
  CHECK(program("/usr/bin/c++", "", "gcc") == "/usr/bin/cc");
  CHECK(program("my-compiler", "", "gcc") == "my-compiler");
}

TEST_CASE("clang gets of gcc's options those that it knows") {
  words arguments{"g++",
                  "-fconcepts",
                  "-fno-var-tracking-assignments",
                  "-fno-rtti",
                  "-fPIC",
                  "-march=native",
                  "-mavx2",
                  "-mno-avx256-split-unaligned-load",
                  "-Wlogical-op",
                  "-Werror=format",
                  "--param",
                  "x=1",
                  "-O2",
                  "-fvisibility=hidden"};
  CHECK(kept(arguments, "clang")
        == words{"-fno-rtti", "-fPIC", "-march=native", "-mavx2",
                 "-Wlogical-op", "-Werror=format", "-O2",
                 "-fvisibility=hidden"});
  CHECK(kept(arguments, "gcc").size() == arguments.size() - 1);
}

TEST_CASE("gcc gets of clang's options those that it knows") {
  words arguments{"/usr/bin/clang++-14",
                  "-Weverything",
                  "-Wno-c++98-compat",
                  "-Wno-error=foo",
                  "-Wall",
                  "-stdlib=libc++",
                  "-Xclang",
                  "-foo",
                  "--target=x86_64-linux-gnu",
                  "-fcoroutines-ts",
                  "-DX"};
  CHECK(kept(arguments) == words{"-Wno-c++98-compat", "-Wall", "-DX"});
  CHECK(kept(arguments, "clang").size() == arguments.size() - 1);
}

TEST_CASE("a check runs where the build does, mapped to the slot, if there is "
          "such a folder") {
  workspace_folder root;
  auto at = [&](const std::string& directory) {
    project project;
    project.source_root = root / "ws";
    project.build_dir = root / "ws/build";
    project.entries.push_back({"a.cc", (root / directory).string(), {"g++"}});
    auto result = check_command(project, "a.cc", "gcc", root / "tree", {}, {},
                                {});
    REQUIRE(result);
    return std::filesystem::path{result->working_directory};
  };
  root.write("ws/build/x", "");
  root.write("ws/src/x", "");
  root.write("tree/src/x", "");
  CHECK(at("ws/build") == root / "ws/build");
  CHECK(at("ws/src") == root / "tree/src");
  CHECK(at("ws/gone") == root / "tree");
}

TEST_CASE("of a build in the source folder everything is the slot's") {
  project project;
  project.source_root = "/ws";
  project.build_dir = "/ws";
  project.entries.push_back({"a.cc", "/ws", {"g++", "-Iinclude", "-I/ws/gen"}});
  auto argv = check_of(project).argv;
  CHECK(has(argv, {"-I", "/slot/tree/include", "-I", "/slot/tree/gen"}));
}

TEST_CASE("an option that lacks its value, and empty ones, harm nothing") {
  for (auto last : {"-I", "-o", "-D", "-isystem", "-Xclang", "-x", ""})
    CHECK(check_of(one_unit({"g++", last})).argv.back()
          == "/slot/tree/src/a.cc");
}

TEST_CASE("of several entries the first counts, and the others are at hand") {
  auto project = one_unit({"g++", "-DFIRST"});
  project.entries.push_back({"src/a.cc", "/ws/build", {"g++", "-DSECOND"}});
  project.entries.push_back({"src/b.cc", "/ws/build", {"g++"}});
  CHECK(has(check_of(project).argv, {"-DFIRST"}));
  auto others = other_builds_of(project, "src/a.cc");
  REQUIRE(others.size() == 1);
  CHECK(has(check_of(others[0]).argv, {"-DSECOND"}));
  CHECK(other_builds_of(project, "src/b.cc").empty());
  CHECK(other_builds_of(project, "src/none.cc").empty());
}

TEST_CASE(
  "the project's own compiler is asked first, one that does not run never") {
  fake_processes processes;
  processes.on_program("g++", fake_processes::exits(0));
  processes.on_program("clang++", fake_processes::exits(0));
  toolchain_settings settings;
  CHECK(installed_compilers(one_unit({"/usr/bin/c++"}), settings, processes)
        == words{"gcc", "clang"});
  CHECK(installed_compilers(one_unit({"ccache", "/usr/bin/clang++"}), settings,
                            processes)
        == words{"clang", "gcc"});
  CHECK(installed_compilers({}, settings, processes) == words{"gcc", "clang"});
  settings.clang = "clang++-99";
  CHECK(installed_compilers(one_unit({"clang++"}), settings, processes)
        == words{"gcc"});
  settings.compilers = {"icc", "gcc"};
  CHECK(installed_compilers(one_unit({"icc"}), settings, processes)
        == words{"gcc"});
}

} // namespace cohort::tests::check_command_test
