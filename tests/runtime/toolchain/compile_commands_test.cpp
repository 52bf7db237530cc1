#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <sys/stat.h>

#include "runtime/toolchain/cxx.hpp"
#include "tests/runtime/toolchain/workspace_folder.hpp"

namespace cohort::tests::compile_commands_test {

using namespace cohort::runtime;
using namespace cohort::runtime::toolchain;
using namespace cohort::tests;

using words = std::vector<std::string>;

namespace {

/// Reads `json` as build/compile_commands.json of `root`; "ROOT" in it is the
/// root's name.
expected<project>
read(const workspace_folder& root, std::string json,
     const std::string& name = "build/compile_commands.json") {
  for (auto at = json.find("ROOT"); at != std::string::npos;
       at = json.find("ROOT"))
    json.replace(at, 4, root.path().string());
  return read_compile_commands(root.write(name, json), root.path());
}

std::string why_not(const std::string& json) {
  workspace_folder root;
  auto result = read(root, json);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::no_toolchain);
  CHECK(result.error().message.find("compile_commands.json: ")
        != std::string::npos);
  return result.error().message;
}

bool says(const std::string& json, const std::string& words_of_it) {
  auto message = why_not(json);
  CAPTURE(message);
  CHECK(message.find(words_of_it) != std::string::npos);
  return message.find(words_of_it) != std::string::npos;
}

} // namespace

TEST_CASE("entries are sorted by unit, and duplicates keep their order") {
  workspace_folder root;
  auto result = read(
    root,
    R"([{"directory": "ROOT/build", "file": "../b.cc", "arguments": ["g++", "-c", "../b.cc"]},)"
    R"( {"directory": "ROOT", "file": "a/./x/../a.cc", "command": "g++ -DX='1 2' a/a.cc"},)"
    R"( {"directory": "ROOT", "file": "ROOT/b.cc", "command": "g++ -O2 b.cc", "output": "b.o"}])");
  REQUIRE(result);
  REQUIRE(result->entries.size() == 3);
  CHECK(result->entries[0].unit == "a/a.cc");
  CHECK(result->entries[0].arguments == words{"g++", "-DX=1 2", "a/a.cc"});
  CHECK(result->entries[1].arguments == words{"g++", "-c", "../b.cc"});
  CHECK(result->entries[1].directory == root / "build");
  CHECK(result->entries[2].arguments == words{"g++", "-O2", "b.cc"});
  CHECK(result->source_root == root.path());
  CHECK(result->build_dir == root / "build");
  CHECK_FALSE(result->has_tests);
  CHECK(units_of(*result, {}).size() == 2);
}

TEST_CASE("units can be chosen by globs") {
  project project;
  for (auto unit : {"a.cc", "src/b.cc", "src/b.cc", "src/x/c.cc"})
    project.entries.push_back({unit, "/", {"g++"}});
  CHECK(units_of(project, {}) == words{"a.cc", "src/b.cc", "src/x/c.cc"});
  CHECK(units_of(project, {"src/**"}) == words{"src/b.cc", "src/x/c.cc"});
  CHECK(units_of(project, {"*.cc", "src/x/*"}) == words{"a.cc", "src/x/c.cc"});
  CHECK(units_of(project, {"none"}).empty());
}

TEST_CASE(
  "what lies outside the workspace, or in its build folder, is left out") {
  workspace_folder root;
  auto result = read(
    root,
    R"([{"directory": "ROOT", "file": "a.cc", "command": "g++ a.cc"},)"
    R"( {"directory": "ROOT", "file": "/usr/b.cc", "command": "g++ b.cc"},)"
    R"( {"directory": "ROOT", "file": "../c.cc", "command": "g++ c.cc"},)"
    R"( {"directory": "ROOT", "file": "build/moc.cc", "command": "g++ m.cc"},)"
    R"( {"directory": "ROOT", "file": "ROOT", "command": "g++ m.cc"}])");
  REQUIRE(result);
  CHECK(units_of(*result, {}) == words{"a.cc"});
}

TEST_CASE("the error names the entry and what is wrong with it") {
  auto good
    = std::string{R"([{"directory": "/", "file": "a", "command": "c"}, )"};
  CHECK(says(good + "7]", "entry 1: is not an object"));
  CHECK(says(good + R"({"file": "a", "command": "c"}])",
             "entry 1: 'directory' is missing"));
  CHECK(says(good + R"({"directory": "/", "file": 3, "command": "c"}])",
             "entry 1: 'file' is missing or not a string"));
  CHECK(says(good + R"({"directory": "/", "file": "", "command": "c"}])",
             "entry 1: 'file' is missing"));
  CHECK(says(good + R"({"directory": "/", "file": "a"}])",
             "entry 1: 'arguments' and 'command' are both missing"));
  CHECK(says(good + R"({"directory": "/", "file": "a", "arguments": "g++"}])",
             "entry 1: 'arguments' is not an array"));
  CHECK(
    says(good + R"({"directory": "/", "file": "a", "arguments": ["g++", 1]}])",
         "entry 1: 'arguments' holds something"));
  CHECK(says(good + R"({"directory": "/", "file": "a", "arguments": []}])",
             "entry 1: the command is empty"));
  CHECK(says(good + R"({"directory": "/", "file": "a", "command": "  "}])",
             "entry 1: the command is empty"));
}

TEST_CASE("a command of which nothing is left once it is expanded is empty") {
  CHECK(
    says(R"([{"directory": "/", "file": "a", "command": "-Xclang -emit-pch"}])",
         "entry 0: the command is empty"));
  workspace_folder root;
  root.write("flags.rsp", " \n");
  CHECK_FALSE(read(
    root,
    R"([{"directory": "ROOT", "file": "a.cc", "arguments": ["@flags.rsp"]}])"));
}

TEST_CASE("text that is no database says so") {
  CHECK(says("", "is not JSON"));
  CHECK(says("[{", "is not JSON"));
  CHECK(says("[{\"directory\": \"/caf\xe9\"}]", "is not JSON"));
  CHECK(says(std::string("[\0]", 3), "is not JSON"));
  CHECK(says("{}", "is not a JSON array"));
  CHECK(says("[]", "holds no compile command"));
  CHECK(says(R"([{"directory": "/", "file": "a.cc", "command": "g++ a.cc"}])",
             "no entry's file lies inside"));
}

TEST_CASE("two hundred thousand brackets are an error, not a crash") {
  constexpr size_t depth = 200'000;
  CHECK(says(std::string(depth, '['), "is not JSON"));
  CHECK(says(std::string(depth, '[') + std::string(depth, ']'),
             "entry 0: is not an object"));
}

TEST_CASE("a file that is missing, or is none, says so") {
  workspace_folder root;
  for (auto& file : {root / "none.json", root.path()}) {
    auto result = read_compile_commands(file, root.path());
    REQUIRE_FALSE(result);
    CHECK(result.error().message.find("cannot be read") != std::string::npos);
  }
  auto pipe = root / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_FALSE(read_compile_commands(pipe, root.path()));
}

TEST_CASE("response files are read, one in another too, and never for ever") {
  workspace_folder root;
  root.write("build/flags.rsp", "-DA='x y' @more.rsp @gone.rsp");
  root.write("build/more.rsp", "-DB\n");
  root.write("build/loop.rsp", "-DC @loop.rsp");
  REQUIRE(mkfifo((root / "build/pipe").c_str(), 0600) == 0);
  auto result = read(root, R"([{"directory": "ROOT/build", "file": "../a.cc",)"
                           R"( "command": "g++ @flags.rsp @pipe ../a.cc"},)"
                           R"( {"directory": "ROOT/build", "file": "../b.cc",)"
                           R"( "command": "g++ @loop.rsp"}])");
  REQUIRE(result);
  CHECK(result->entries[0].arguments
        == words{"g++", "-DA=x y", "-DB", "@gone.rsp", "@pipe", "../a.cc"});
  CHECK(result->entries[1].arguments.size() < 20);
}

TEST_CASE("a response file from elsewhere is left to the compiler") {
  workspace_folder root;
  workspace_folder elsewhere;
  elsewhere.write("secret", "-DSECRET");
  root.write("a.rsp", "-DA");
  std::filesystem::create_symlink(elsewhere / "secret", root / "planted");
  auto outside = "@" + (elsewhere / "secret").string();
  auto result = read(root, R"([{"directory": "ROOT", "file": "a.cc",)"
                           R"( "arguments": ["g++", "@a.rsp", "@planted", ")"
                             + outside + R"("]}])");
  REQUIRE(result);
  CHECK(result->entries[0].arguments
        == words{"g++", "-DA", "@planted", outside});
}

TEST_CASE(
  "CMake's list of headers to precompile becomes the headers themselves") {
  workspace_folder root;
  root.write("build/x.dir/cmake_pch.hxx",
             "/* generated by CMake */\n#pragma GCC system_header\n"
             "#include \"/ws/src/p.h\"\n#  include <vector>\n");
  auto gcc = read(
    root, R"([{"directory": "ROOT/build", "file": "../a.cc", "command":)"
          R"( "g++ -include ROOT/build/x.dir/cmake_pch.hxx -c ../a.cc"}])");
  REQUIRE(gcc);
  words wanted{"g++",    "-include", "/ws/src/p.h", "-include",
               "vector", "-c",       "../a.cc"};
  CHECK(gcc->entries[0].arguments == wanted);
  auto clang = read(
    root, R"([{"directory": "ROOT/build", "file": "../a.cc", "command":)"
          R"( "g++ -Xclang -include-pch -Xclang x.dir/cmake_pch.hxx.pch)"
          R"( -Xclang -include -Xclang x.dir/cmake_pch.hxx -c ../a.cc"}])");
  REQUIRE(clang);
  CHECK(clang->entries[0].arguments == wanted);
}

TEST_CASE(
  "a workspace that is reached through a link is found under its real name") {
  workspace_folder root;
  root.write("real/a.cc", "");
  std::filesystem::create_directory_symlink(root / "real", root / "link");
  auto file = root.write("build/compile_commands.json",
                         R"([{"directory": "/", "command": "g++", "file": ")"
                           + (root / "real/a.cc").string() + "\"}]");
  auto result = read_compile_commands(file, root / "link");
  REQUIRE(result);
  CHECK(result->source_root == root / "real");
  CHECK(units_of(*result, {}) == words{"a.cc"});
}

TEST_CASE("the build folder of a linked or copied database is found") {
  auto json
    = R"([{"directory": "ROOT/out/sub", "file": "ROOT/a.cc", "command": "g++"}])";
  workspace_folder root;
  root.write("out/CMakeCache.txt", "");
  auto copied = read(root, json, "compile_commands.json");
  REQUIRE(copied);
  CHECK(copied->build_dir == root / "out");
  std::filesystem::rename(root / "compile_commands.json", root / "out/db.json");
  std::filesystem::create_symlink("out/db.json",
                                  root / "compile_commands.json");
  std::filesystem::remove(root / "out/CMakeCache.txt");
  auto linked = read_compile_commands(root / "compile_commands.json",
                                      root.path());
  REQUIRE(linked);
  CHECK(linked->build_dir == root / "out");
}

TEST_CASE("ten thousand entries are read at once") {
  std::string json = "[";
  for (int i = 0; i < 10'000; ++i)
    json
      += (i ? "," : "")
         + std::string{R"({"directory": "ROOT/build", "file": "../src/f)"}
         + std::to_string(i)
         + R"(.cc", "command": "/usr/bin/c++ -Ia -Ib -isystem c -O2 -o x.o -c x.cc"})";
  workspace_folder root;
  root.write("build/x", "");
  auto text = json + "]";
  std::string named;
  named.reserve(text.size() * 2);
  for (size_t at = 0;;) {
    auto next = text.find("ROOT", at);
    named.append(text, at, next - at);
    if (next == std::string::npos)
      break;
    named += root.path().string();
    at = next + 4;
  }
  auto result = read(root, named);
  REQUIRE(result);
  CHECK(units_of(*result, {}).size() == 10'000);
}

} // namespace cohort::tests::compile_commands_test
