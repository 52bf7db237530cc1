#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "runtime/process/packing.hpp"

namespace cohort::tests::packing_test {

using namespace cohort::runtime::process;
using namespace std::string_literals;

namespace {

command echo() {
  command result;
  result.argv = {"echo", "hello world"};
  return result;
}

} // namespace

TEST_CASE(
  "a child gets the allow-list, COHORT_* and LC_ALL=C, and nothing else") {
  environment_map ours{{"PATH", "/bin"},         {"HOME", "/root"},
                       {"SECRET", "x"},          {"COHORT_ASSIGNMENT", "/a"},
                       {"COHORTX", "no"},        {"COHORT", "no"},
                       {"LC_ALL", "de_DE.UTF-8"}};
  auto child = child_environment(ours, {"PATH", "TMPDIR", "LC_ALL"});
  CHECK(child
        == environment_map{
          {"COHORT_ASSIGNMENT", "/a"}, {"LC_ALL", "C"}, {"PATH", "/bin"}});
}

TEST_CASE("a tree that a program works in adds nothing to PATH") {
  auto path_of = [](const std::string& ours) {
    return child_environment({{"PATH", ours}}, {"PATH"}).at("PATH");
  };
  CHECK(path_of("/bin:/usr/bin") == "/bin:/usr/bin");
  CHECK(path_of(".:/bin::bin:/usr/bin:") == "/bin:/usr/bin");
  CHECK(path_of("tools") == "");
}

TEST_CASE("limits of a command are its program's") {
  auto what = echo();
  what.memory_limit_bytes = 1;
  what.file_limit_bytes = 2;
  what.process_limit = 3;
  auto header = pack(what, {}).header;
  CHECK(header.memory_limit_bytes == 1);
  CHECK(header.file_limit_bytes == 2);
  CHECK(header.process_limit == 3);
}

TEST_CASE(
  "additions win over what is inherited, and later ones over earlier ones") {
  environment_map base{{"LC_ALL", "C"}, {"PATH", "/bin"}};
  auto block = environment_block(
    base, {{"PATH", "/opt"}, {"A", "1"}, {"LC_ALL", "POSIX"}, {"A", "2=3"}});
  CHECK(block.count == 3);
  CHECK(block.text == "A=2=3\0LC_ALL=POSIX\0PATH=/opt\0"s);
}

TEST_CASE("a name that begins like another one does not replace it") {
  auto block = environment_block({{"AB", "1"}, {"A", "2"}}, {{"A", ""}});
  CHECK(block.text == "A=\0AB=1\0"s);
}

TEST_CASE("a packed command holds argv, environment and folder in this order") {
  packed_environment environment{{{"A", "1"}},
                                 environment_block({{"A", "1"}}, {})};
  auto what = echo();
  what.memory_limit_bytes = 7;
  auto packed = pack(what, environment);
  CHECK(packed.text == "echo\0hello world\0A=1\0/\0"s);
  CHECK(packed.header.argc == 2);
  CHECK(packed.header.envc == 1);
  CHECK(packed.header.text_bytes == packed.text.size());
  CHECK(packed.header.memory_limit_bytes == 7);

  what.working_directory = "/tmp";
  what.environment = {{"B", "2"}};
  packed = pack(what, environment);
  CHECK(packed.text == "echo\0hello world\0A=1\0B=2\0/tmp\0"s);
  CHECK(packed.header.envc == 2);
}

TEST_CASE("a command that nobody could start is refused with its reason") {
  CHECK(why_impossible(echo()).empty());
  auto refused = [](auto change) {
    auto what = echo();
    change(what);
    return why_impossible(what);
  };
  CHECK(refused([](auto& x) { x.argv.clear(); }).find("argv is empty")
        != std::string::npos);
  CHECK(refused([](auto& x) { x.argv.front().clear(); }).find("argv is empty")
        != std::string::npos);
  CHECK(refused([](auto& x) { x.argv[1] = "a\0b"s; }).find("NUL")
        != std::string::npos);
  CHECK(refused([](auto& x) { x.working_directory = "src"; }).find("'src'")
        != std::string::npos);
  CHECK_FALSE(refused([](auto& x) { x.working_directory = "/a\0b"s; }).empty());
  for (auto& name : {""s, "A=B"s, "A\0B"s})
    CHECK_FALSE(refused([&](auto& x) {
                  x.environment = {{name, "x"}};
                }).empty());
  CHECK_FALSE(refused([](auto& x) {
                x.environment = {{"A", "b\0"s}};
              }).empty());
}

TEST_CASE("a failed start names the program, the step and what to do") {
  auto what = echo();
  what.working_directory = "/nowhere";
  CHECK(
    describe_start_failure(what, wire::step::folder, ENOENT)
    == "cannot start echo: its working directory /nowhere cannot be entered "
       "(No such file or directory)");
  CHECK(
    describe_start_failure(what, wire::step::exec, ENOENT)
    == "cannot start echo: no such program in PATH; install it or extend PATH");
  CHECK(describe_start_failure(what, wire::step::descriptors, EMFILE)
          .find("ulimit -n")
        != std::string::npos);
}

} // namespace cohort::tests::packing_test
