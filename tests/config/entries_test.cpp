#include <doctest/doctest.h>

#include <chrono>
#include <sstream>

#include "config/shipped.hpp"
#include "config/specialists.hpp"
#include "tests/config/files.hpp"

namespace cohort::tests::entries_test {

namespace {

namespace pb = cohort::messages::v1;

constexpr auto whole = R"(
executors:
  licence:
    command: [./licence.sh, "{assignment}"]
    deadline_seconds: 60
    network: true
    environment: [LICENCE_KEY]
    readable: [~/.licence]
    writable: [/var/cache/licence]
specialties:
  compilation_errors:
    executors: [fixit, licence]
  licence:
    words: [licence, "copyright header"]
    files: ["*.cc"]
    check: [grep, -q, Licence, "{file}"]
    executors: [licence]
    tests: [make, test]
languages:
  python: {adapter: python, tests: [pytest, -q]}
)";

std::string described(const std::string& text) {
  std::string result;
  for (auto& problem : load_text(text).problems) {
    auto line = problem.describe();
    result += line.substr(line.find(".yaml:") + 6) + '\n';
  }
  return result;
}

} // namespace

TEST_CASE("entries become specialists, the user's own first") {
  auto loaded = load_text(whole);
  REQUIRE(loaded.problems.empty());
  auto who = config::specialists_of(loaded.values);
  REQUIRE(who.all.size() == 2);
  auto& licence = who.all[0];
  CHECK(licence.specialty.kind() == pb::SPECIALTY_KIND_CUSTOM);
  CHECK(licence.specialty.custom_name() == "licence");
  CHECK(licence.words
        == std::vector<std::string>{"licence", "copyright header"});
  REQUIRE(licence.tools.size() == 1);
  CHECK(licence.tools[0].ShortDebugString()
        == "name: \"licence\" files: \"*.cc\" check: \"grep\" check: \"-q\" "
           "check: \"Licence\" check: \"{file}\" tests: \"make\" tests: "
           "\"test\"");
  REQUIRE(licence.executors.size() == 1);
  CHECK(licence.executors[0].ShortDebugString()
        == "name: \"licence\" command { argv: \"./licence.sh\" argv: "
           "\"{assignment}\" deadline { seconds: 60 } network: true "
           "environment: \"LICENCE_KEY\" readable: \"~/.licence\" writable: "
           "\"/var/cache/licence\" }");
}

TEST_CASE("a specialty of cohort's own gets another chain, and the languages") {
  auto who = config::specialists_of(load_text(whole).values);
  REQUIRE(who.all.size() == 2);
  auto& errors = who.all[1];
  CHECK(errors.specialty.kind() == pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  REQUIRE(errors.executors.size() == 2);
  CHECK(errors.executors[0].has_fixit());
  CHECK(errors.executors[1].has_command());
  REQUIRE(errors.tools.size() == 1);
  CHECK(errors.tools[0].name() == "python");
  CHECK(errors.tools[0].tests(0) == "pytest");
  REQUIRE(who.languages.size() == 1);
  CHECK(who.languages[0].name() == "python");
}

TEST_CASE("executors that the program was built with go by their names") {
  auto text = std::string{"specialties:\n  trimming:\n    executors: [trim]\n"};
  CHECK(load_text(text).problems.size() == 1);
  auto natives = std::make_shared<runtime::execution::native_executors>();
  (*natives)["trim"] = [](auto&) {
    return runtime::execution::native_report{};
  };
  auto loaded = load_text(text, natives);
  CHECK(loaded.problems.empty());
  CHECK(loaded.values.natives == natives);
  auto who = config::specialists_of(loaded.values);
  REQUIRE(who.all.size() == 1);
  CHECK(who.all[0].executors[0].name() == "trim");
  CHECK(who.all[0].executors[0].has_native());
  auto taken = load_text(text + "executors:\n  trim: {command: [true]}\n",
                         natives);
  CHECK(taken.problems.size() == 1);
  CHECK(taken.values.natives == natives);
}

TEST_CASE("without entries there are no specialists") {
  auto who = config::specialists_of(config::settings{});
  CHECK(who.all.empty());
  CHECK(who.languages.empty());
}

TEST_CASE("what is printed of entries reads back as the same") {
  auto loaded = load_text(whole);
  auto printed = config::to_yaml(loaded.values);
  auto again = load_text(printed);
  CHECK(again.problems.empty());
  CHECK(config::to_yaml(again.values) == printed);
  CHECK(config::specialists_of(again.values).all.size() == 2);
  CHECK(printed.find("deadline_seconds: 60") != printed.npos);
  CHECK(printed.find("py_compile") != printed.npos);
}

TEST_CASE("an entry starts from what is shipped; its own keys win") {
  auto loaded = load_text(
    "executors:\n  mine:\n    deadline_seconds: 7\n    adapter: claude-code\n");
  REQUIRE(loaded.problems.empty());
  REQUIRE(loaded.values.executors.size() == 1);
  CHECK(loaded.values.executors[0].command[0] == "claude");
  CHECK(loaded.values.executors[0].network);
  CHECK(loaded.values.executors[0].deadline == std::chrono::seconds{7});
}

TEST_CASE("everything that is shipped can be used") {
  CHECK(config::names_of_shipped("executors")
        == std::vector<std::string>{"aider", "claude-code", "codex",
                                    "gemini-cli", "opencode"});
  CHECK(config::names_of_shipped("languages")
        == std::vector<std::string>{"python"});
  auto programs = config::programs_of_shipped();
  REQUIRE(programs.size() == 6);
  CHECK(programs[1]
        == std::pair<std::string, std::string>{"claude-code", "claude"});
  CHECK(programs[5]
        == std::pair<std::string, std::string>{"python", "python3"});
  for (auto& one : config::shipped_entries()) {
    CAPTURE(one.name);
    auto text = std::string{one.section}
                + ":\n  mine: {adapter: " + std::string{one.name} + "}\n";
    CHECK(described(text) == "");
    // A word that no key has would be passed over.
    std::string yaml = std::string{one.section} + ":\n  mine:\n";
    std::string line;
    for (std::istringstream in{std::string{one.yaml}}; std::getline(in, line);)
      yaml += "    " + line + '\n';
    CHECK(described(yaml) == "");
  }
}

TEST_CASE("the examples can be used") {
  auto model = config::load({"config/examples/model.yaml", {}, {}});
  CHECK(model.problems.empty());
  REQUIRE(config::specialists_of(model.values).all.size() == 1);
  CHECK(config::specialists_of(model.values).all[0].executors.size() == 2);
  auto loaded = config::load({"config/examples/licence.yaml", {}, {}});
  CHECK(loaded.problems.empty());
  auto who = config::specialists_of(loaded.values);
  REQUIRE(who.all.size() == 1);
  CHECK(who.all[0].specialty.custom_name() == "licence");
  CHECK(who.all[0].executors[0].command().argv_size() == 5);
}

TEST_CASE("what is wrong with entries is said all at once") {
  CHECK(described(R"(executors:
  Upper: {command: [x]}
  empty: {}
  fixit: {command: [x]}
  a: {command: x, deadline_seconds: 90000, nework: true}
  b: {adapter: clod, command: [x]}
  c: {command: [x], readable: [relative], environment: ["A B"]}
  c: {command: [x]}
  d: 7
specialties:
  one: {executors: [nobody, fixit], files: ["*"]}
  two: {files: ["*"], check: [x]}
  refactoring: {words: [tidy]}
  clang: {files: ["*"], check: [x], executors: [c]}
  three: {files: ["*"], check: [x], executors: [c], words: ["..."]}
  four: {adapter: python, executors: [c]}
languages:
  three: {files: ["*"], check: [x]}
  five: {files: ["*"]}
)") == R"(2: executors.Upper: a name is lower-case letters, digits, - and _
3: executors.empty: expected a command
4: executors.fixit: the name is that of an executor of cohort's own
5: executors.a.command: expected a list of words, the program first
5: executors.a.deadline_seconds: '90000': expected a whole number from 0 to 86400
5: executors.a.nework: unknown key; here are command, deadline_seconds, network, environment, readable, writable
5: executors.a: expected a command
6: executors.b.adapter: 'clod': expected one of aider, claude-code, codex, gemini-cli, opencode
7: executors.c.readable: '[relative]': expected a list of paths that begin with / or ~/
7: executors.c.environment: '[A B]': expected a list of names
8: executors.c: the name is given twice in its section
9: executors.d: expected keys below it, not a value
11: specialties.one: files and check need each other
11: specialties.one.executors: 'nobody': expected fixit, clang_tidy, or a name below executors
12: specialties.two: expected executors
13: specialties.refactoring.words: cohort knows the words of its own specialties
14: specialties.clang: the name stands for another check; findings go by it
15: specialties.three.words: '[...]': expected a list of words or phrases
16: specialties.four.adapter: unknown key; here are words, files, check, executors, tests
18: languages.three: the name stands for another check; findings go by it
19: languages.five: expected files and a check
)");
}

TEST_CASE("only a file names entries") {
  auto loaded = config::load({{}, {"executors.x.command=y"}, {}});
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0].describe()
        == "--set: executors.x.command: only a file names such entries "
           "(--config)");
}

TEST_CASE("a section with too many names is refused early") {
  std::string text = "executors:\n";
  for (int i = 0; i < 200; ++i)
    text += "  e" + std::to_string(i) + ": {command: [x]}\n";
  CHECK(described(text) == "102: executors.e100: more than 100 names\n");
}

} // namespace cohort::tests::entries_test
