#include <doctest/doctest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "runtime/chat/assignment.hpp"

namespace cohort::tests::assignment_test {

using namespace cohort::runtime::chat;
using nlohmann::json;

namespace {

json example() {
  return {{"version", 1},
          {"prompt", "mend it"},
          {"workspace", "/w"},
          {"files", {"a.cc"}},
          {"evidence", {{{"file", "a.cc"}, {"line", 100}}}},
          {"checks",
           {{{"tool", "gcc"}, {"file", "a.cc"}, {"command", {"g++", "a.cc"}}}}},
          {"seconds_left", nullptr}};
}

} // namespace

TEST_CASE("an assignment is read") {
  auto read = read_assignment(example().dump());
  REQUIRE(read);
  CHECK(read->prompt == "mend it");
  CHECK(read->files == std::vector<std::string>{"a.cc"});
  CHECK(read->evidence.front().line == 100);
  CHECK(read->checks.front().command.size() == 2);
  CHECK(!read->seconds_left);
  auto limited = example();
  limited["seconds_left"] = 7;
  CHECK(read_assignment(limited.dump())->seconds_left == 7);
}

TEST_CASE("what is none is refused with what is wrong") {
  for (std::string text : {"", "[]", "{", "{\"version\": 2}"})
    CHECK(!read_assignment(text));
  for (auto* key :
       {"prompt", "workspace", "files", "evidence", "checks", "seconds_left"}) {
    auto wrong = example();
    wrong[key] = json::object();
    wrong[key]["x"] = 7;
    CHECK(!read_assignment(wrong.dump()));
    wrong.erase(key);
    auto read = read_assignment(wrong.dump());
    REQUIRE(!read);
    CHECK(read.error().message.find(key) != std::string::npos);
  }
}

TEST_CASE("small files are shown whole") {
  auto what = *read_assignment(example().dump());
  auto text = question(what, {{"a.cc", "int a;"}, {"b.cc", "int b;\n"}}, 1000);
  CHECK(text
        == "mend it\n# The files as they are\n\na.cc\n```\nint a;\n```\n"
           "\nb.cc\n```\nint b;\n```\n");
}

TEST_CASE("of long files the lines around the evidence are shown") {
  auto what = *read_assignment(example().dump());
  std::string content;
  for (auto i = 1; i <= 1000; ++i)
    content += "line " + std::to_string(i) + '\n';
  auto text = question(what, {{"a.cc", content}}, 2000);
  CHECK(text.find("\n...\nline 60\n") != std::string::npos);
  CHECK(text.find("line 140\n...\n") != std::string::npos);
  CHECK(text.find("line 141") == std::string::npos);
  CHECK(question(what, {{"a.cc", content}}, 10).find("is not shown")
        != std::string::npos);
}

} // namespace cohort::tests::assignment_test
