#include "runtime/logs/read_log.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::read_log_test {

using cohort::runtime::analysis::log_entry;
using cohort::runtime::logs::read_log;

namespace {

/// "file:line message {source} <unit" for each entry.
std::vector<std::string> told(std::string_view log) {
  std::vector<std::string> result;
  for (auto& entry : read_log(log)) {
    auto& error = entry.diagnostic;
    result.push_back(
      error.location().file() + ':' + std::to_string(error.location().line())
      + ' ' + error.message() + " {" + entry.source_line + "} <" + entry.unit);
  }
  return result;
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("GCC's text, with its source, its notes and its chain of includes") {
  auto* log = "In file included from b.h:3,\n"
              "                 from a.cc:1:\n"
              "c.h:7:1: error: 'uint8_t' does not name a type\n"
              "    7 | uint8_t x;\n"
              "      | ^~~~~~~\n"
              "c.h:1:1: note: 'uint8_t' is defined in header '<cstdint>'\n"
              "a.cc: In function 'int f()':\n"
              "a.cc:9:3: error: 'y' was not declared in this scope\n"
              "   y = 1;\n"
              "   ^\n"
              "cc1plus: all warnings being treated as errors\n";
  CHECK(
    told(log)
    == lines{"c.h:7 'uint8_t' does not name a type {uint8_t x;} <a.cc",
             "a.cc:9 'y' was not declared in this scope {   y = 1;} <a.cc"});
  CHECK(read_log(log)[0].diagnostic.notes_size() == 1);
}

TEST_CASE(
  "clang's chain of includes begins outside; its messages may be broken") {
  CHECK(told("In file included from a.cc:3:\n"
             "In file included from b.h:6:\n"
             "c.h:4:5: error: use of\n"
             "      undeclared identifier 'make'\n"
             "  x = make(1);\n"
             "      ^\n"
             "1 error generated.\n")
        == lines{
          "c.h:4 use of undeclared identifier 'make' {  x = make(1);} <a.cc"});
}

TEST_CASE("names are those of the folder that make or ninja is in") {
  auto* log = "make: Entering directory '/ci/p'\n"
              "make[1]: Entering directory '/ci/p/lib'\n"
              "In file included from a.cc:1:\n"
              "../inc/a.h:3:1: error: expected ';'\n"
              "/ci/q/b.cc:4:1: error: expected ';'\n"
              "C:\\q\\c.cc(5,1): error C2143: missing ';'\n"
              "make[1]: Leaving directory '/ci/p/lib'\n"
              "d.cc:6:1: error: expected ';'\n"
              "e.h:1:1: note: here\n"
              "make: Leaving directory '/ci/p'\n"
              "f.cc:7:1: error: expected ';'\n"
              "ninja: Entering directory `build'\n"
              "../src/g.cc:8:1: error: expected ';'\n";
  auto entries = read_log(log);
  std::vector<std::string> files;
  for (auto& entry : entries)
    files.push_back(entry.diagnostic.location().file());
  CHECK(files
        == lines{"/ci/p/inc/a.h", "/ci/q/b.cc", "C:\\q\\c.cc", "/ci/p/d.cc",
                 "f.cc", "src/g.cc"});
  REQUIRE(entries.size() == 6);
  CHECK(entries[0].unit == "/ci/p/lib/a.cc");
  REQUIRE(entries[3].diagnostic.notes_size() == 1);
  CHECK(entries[3].diagnostic.notes(0).location().file() == "/ci/p/e.h");
}

TEST_CASE("folders without end are no harm") {
  std::string log;
  for (int i = 0; i < 10'000; ++i)
    log += "make: Entering directory '/d" + std::to_string(i) + "'\n";
  log += "make: Entering directory '" + std::string(10'000, 'x') + "'\n"
         + "make: Leaving directory ''\nmake: Leaving directory \n"
         + "a.cc:6:1: error: expected ';'\n";
  CHECK(read_log(log)[0].diagnostic.location().file() == "/d63/a.cc");
}

TEST_CASE("lines of other programs in between do not matter") {
  CHECK(told("a.c:3:7: error: x\nlibtool: compile: gcc -c a.c\n  CC b.o\n"
             "make[1]: *** [a.o] Error 1\nb.c:4:1: error: y\n"
             "[3/9] Building C object c.o\nninja: build stopped\n")
        == lines{"a.c:3 x {} <a.c", "b.c:4 y {} <b.c"});
}

TEST_CASE("a template's error knows where it is used") {
  auto entries = read_log(
    "v.h: In instantiation of 'T f() [with T = int]':\n"
    "a.cc:9:12:   required from here\n"
    "v.h:3:7: error: no match\n"
    "w.h:3:7: error: no match\n"
    "b.cc:8:1: note: in instantiation of 'g' requested here\n");
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].used_at.file() == "a.cc");
  CHECK(entries[1].used_at.file() == "b.cc");
}

TEST_CASE("rustc's text has its place on another line") {
  CHECK(told("error[E0412]: cannot find type `T` in this scope\n"
             "  --> src/a.rs:24:15\n"
             "   |\n"
             "24 | fn f(x: T) {\n"
             "   |         ^ not found in this scope\n"
             "   |\n"
             "help: consider importing this struct\n"
             "   |\n"
             "1  + use m::T;\n"
             "\n"
             "error: aborting due to previous error\n")
        == lines{"src/a.rs:24 cannot find type `T` in this scope {fn f(x: T) "
                 "{} <src/a.rs"});
}

TEST_CASE("GCC's JSON") {
  auto* log
    = R"([{"kind": "error", "message": "'f' was not declared", "locations":
  [{"caret": {"file": "a.cc", "line": 3, "byte-column": 5}}]}])";
  CHECK(told(log) == lines{"a.cc:3 'f' was not declared {} <a.cc"});
  for (auto* nothing :
       {R"([{"kind": "error", "message": "", "locations": []}])",
        R"([{"kind": "error", "message": 3}])", R"([{"kind": "error"}])"})
    CHECK(told(nothing).empty());
}

TEST_CASE("cargo's JSON") {
  auto* log
    = R"({"reason":"compiler-message","message":{"message":"no `T`",)"
      R"("code":{"code":"E0412"},"level":"error","spans":[{"file_name":"a.rs",)"
      R"("line_start":3,"column_start":8,"is_primary":true,)"
      R"("text":[{"text":"fn f(x: T) {}"}]}],"children":[]}})"
      "\n"
      R"({"message":{"message":"aborting due to 1 previous error",)"
      R"("level":"error","spans":[]}})"
      "\n"
      R"({"message":"linking with `cc` failed","level":"error","spans":[]})"
      "\n"
      R"({"message":"","level":"error","spans":[]})"
      "\n"
      R"({"message":"1 warning emitted","level":"warning","spans":[]})"
      "\n"
      R"({"reason":"build-finished","success":false})";
  CHECK(told(log)
        == lines{"a.rs:3 no `T` {fn f(x: T) {}} <a.rs",
                 ":0 linking with `cc` failed {} <"});
}

TEST_CASE("SARIF") {
  auto* log = R"({"version": "2.1.0", "runs": [{
    "tool": {"driver": {"name": "scan", "rules": [{"id": "R"}]}}, "results": [
      {"ruleIndex": 0, "message": {"text": "odd"}, "locations": [{
        "physicalLocation": {"artifactLocation": {"uri": "file:///s/a%20b.c"},
        "region": {"startLine": 3, "snippet": {"text": "f();"}}}}]},
      {"level": "note", "message": {"text": "no matter"}},
      {"kind": "pass", "level": "error", "message": {"text": "fine"}}]}]})";
  CHECK(told(log) == lines{"/s/a b.c:3 odd {f();} <"});
}

TEST_CASE("SARIF: a rule is found by its id, and so is a message") {
  auto* log = R"({"runs": [{
    "tool": {"driver": {"name": "scan",
      "globalMessageStrings": {"all": {"text": "for all"}}, "rules": [
      {"id": "A1", "defaultConfiguration": {"level": "error"},
       "messageStrings": {"m": {"text": "{0} is {{odd}} {7} {x"}}},
      {"id": "B2", "defaultConfiguration": {"level": "note"}}]}},
    "results": [
      {"ruleId": "A1", "message": {"id": "m", "arguments": ["x", "y"]}},
      {"ruleId": "A1/part", "message": {"id": "all"}},
      {"rule": {"id": "A1"}, "message": {"text": "by reference"}},
      {"ruleId": "B2", "message": {"text": "of no matter"}},
      {"ruleId": "A1", "message": {"id": "none"}},
      {"ruleId": "C3", "message": {"text": "unknown"}, "locations": [{
        "physicalLocation": {"artifactLocation": {"uri": "C:/a.c"}}}]}]}]})";
  CHECK(told(log)
        == lines{":0 x is {odd} {7} {x {} <", ":0 for all {} <",
                 ":0 by reference {} <", "C:/a.c:0 unknown {} <"});
  CHECK(read_log(log)[1].diagnostic.severity() == 3);
  CHECK(read_log(log)[3].diagnostic.severity() == 2);
}

TEST_CASE("byte order marks, and UTF-16") {
  auto utf16 = [](std::u16string_view text, bool is_big_endian) {
    std::string result = is_big_endian ? "\xfe\xff" : "\xff\xfe";
    for (auto unit : text) {
      auto high = static_cast<char>(unit >> 8);
      auto low = static_cast<char>(unit & 0xff);
      result += is_big_endian ? high : low;
      result += is_big_endian ? low : high;
    }
    return result;
  };
  CHECK(told("\xef\xbb\xbf"
             "a.c:3:7: error: odd\n")
        == lines{"a.c:3 odd {} <a.c"});
  auto* text = u"a.c:3:7: error: \u00e9 \u20ac \U0001f600\r\nb.c:4: error: x";
  for (auto is_big_endian : {false, true})
    CHECK(
      told(utf16(text, is_big_endian))
      == lines{"a.c:3 \u00e9 \u20ac \U0001f600 {} <a.c", "b.c:4 x {} <b.c"});
  // Halves of a pair, and half a unit.
  CHECK(told(utf16(u"a.c:3: error: \xd800x\xdc00\xd801", false) + "y")
        == lines{"a.c:3 ?x?? {} <a.c"});
  CHECK(told(utf16(u"{\"runs\": [{\"results\": [{\"message\": "
                   u"{\"text\": \"odd\"}}]}]}",
                   false))
        == lines{":0 odd {} <"});
}

TEST_CASE("what CMake says of a file stands on the lines after it") {
  CHECK(told("CMake Error in src/CMakeLists.txt:\n\n"
             "  Target \"x\" needs a source.\n"
             "CMake Error: Could not find CMAKE_ROOT !!!\n"
             "  Not this.\n")
        == lines{"src/CMakeLists.txt:0 Target \"x\" needs a source. {} <",
                 ":0 Could not find CMAKE_ROOT !!! {} <"});
}

TEST_CASE("what rustc says of a link comes after what its linker said") {
  auto entries = read_log(
    "error: linking with `cc` failed: exit status: 1\n"
    "  |\n"
    "  = note: \"cc\" \"-m64\" \"a.o\"\n"
    "  = note: /usr/bin/ld: a.o: in function `main':\n"
    "          a.rs:(.text+0x1): undefined reference to `f'\n"
    "          a.rs:(.text+0x9): undefined reference to `g'\n"
    "          collect2: error: ld returned 1 exit status\n"
    "\n"
    "error: could not compile `a` (bin \"a\") due to 1 previous error\n"
    "error: linking with `cc` failed: exit status: 1\n");
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].diagnostic.message() == "undefined reference to 'f'");
  CHECK(entries[2].diagnostic.message()
        == "linking with `cc` failed: exit status: 1");
  CHECK(entries[0].link == entries[2].link);
  CHECK(entries[3].link > entries[2].link);
}

TEST_CASE("each link of a log has its number") {
  auto entries = read_log("a.c:(.text): undefined reference to `f'\n"
                          "collect2: error: ld returned 1 exit status\n"
                          "b.c:(.text): undefined reference to `g'\n");
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].link + 1 == entries[1].link);
}

TEST_CASE("what says nothing, and what is broken, gives nothing") {
  for (std::string_view log :
       {"", "\n\n", "hello", "{", "[{", "[{\"kind\"", "{\"runs\": 3}",
        "{\"runs\": [3, null, {\"results\": [[], {}]}]}", "\xff\xfe\x00\x01",
        "error:", ": error: ", "::error", "\xff\xfe", "\xfe\xffx", "--> ",
        "In file included from ,"})
    CHECK(told(log).size() <= 1);
  std::string deep(100000, '[');
  CHECK(told("{\"runs\": " + deep).empty());
  CHECK(told("{" + deep + "\n").empty());
}

} // namespace cohort::tests::read_log_test
