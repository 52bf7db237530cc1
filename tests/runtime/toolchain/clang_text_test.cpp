#include <doctest/doctest.h>

#include "tests/runtime/toolchain/recorded.hpp"

namespace cohort::tests::clang_text_test {

using namespace cohort;
using namespace cohort::tests;

namespace {

toolchain::parsed_diagnostics read_text(const std::string& text,
                                        const known_files& files = {}) {
  return toolchain::read_clang(text, files.reader());
}

} // namespace

TEST_CASE("clang's fix follows its error, whose columns are bytes") {
  for (auto kind : {"tabs.clang", "tabs.clang-plain"}) {
    CAPTURE(kind);
    auto read = toolchain::read_clang(recorded(kind),
                                      sources_of("tabs").reader());
    REQUIRE(read.diagnostics.size() == 1);
    auto& error = read.diagnostics[0];
    CHECK(error.tool() == "clang");
    CHECK(error.severity() == pb::SEVERITY_ERROR);
    CHECK(error.location().file() == "tabs.cc");
    CHECK(error.location().line() == 8);
    CHECK(error.location().byte_column() == 14);
    CHECK(error.message()
          == "no member named 'lenght' in 'w::S'; did you mean 'length'?");
    CHECK(error.option().empty());
    CHECK(error.notes_size() == 1);
    CHECK(fixed("tabs", error)
          == replaced(recorded("tabs.source"), "s.lenght", "s.length"));
    CHECK_FALSE(error.fixes(0).on_note());
  }
}

TEST_CASE(
  "both compilers' fixes of a file with a byte order mark are the same") {
  auto gcc = read_gcc("bom").diagnostics.at(0);
  auto clang = read_clang("bom").diagnostics.at(0);
  CHECK(clang.location().byte_column() == gcc.location().byte_column());
  CHECK(clang.fixes(0).edits(0).begin() == gcc.fixes(0).edits(0).begin());
  CHECK(fixed("bom", clang) == fixed("bom", gcc));
}

TEST_CASE("a semicolon is put before a carriage return") {
  auto read = read_clang("crlf");
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(fixed("crlf", read.diagnostics[0])
        == replaced(recorded("crlf.source"), "a = 1\r\n", "a = 1;\r\n"));
}

TEST_CASE("edits of two lines are one fix") {
  auto read = read_clang("brackets");
  REQUIRE(read.diagnostics.size() == 1);
  REQUIRE(read.diagnostics[0].fixes_size() == 1);
  CHECK(read.diagnostics[0].fixes(0).edits_size() == 2);
  CHECK(fixed("brackets", read.diagnostics[0]) == "int numbers[3];\n");
}

TEST_CASE("a fix that stands after a note is on the note") {
  auto read = read_clang("candidate");
  REQUIRE(read.diagnostics.size() == 1);
  auto& error = read.diagnostics[0];
  CHECK(fixed("candidate", error)
        == replaced(recorded("candidate.source"), "A::g()", "A::g() const"));
  CHECK(error.fixes(0).on_note());
  CHECK(error.fixes(0).target_line() == 4);
}

TEST_CASE("a fix that only silences is dropped, its alternative is kept") {
  auto read = read_clang("silence");
  REQUIRE(read.diagnostics.size() == 2);
  auto& warning = read.diagnostics[0];
  CHECK(warning.severity() == pb::SEVERITY_WARNING);
  CHECK(warning.option() == "-Wparentheses");
  CHECK(warning.notes_size() == 2);
  CHECK(fixed("silence", warning)
        == replaced(recorded("silence.source"), "a = b", "a == b"));
}

TEST_CASE("octal escapes of a fix are bytes") {
  auto read = read_clang("octal");
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(fixed("octal", read.diagnostics[0])
        == replaced(recorded("octal.source"), "s.gr\xc3\xb6se",
                    "s.gr\xc3\xb6\xc3\x9f"
                    "e"));
  CHECK(fixed("octal", read.diagnostics[0])
        == fixed("octal", read_gcc("octal").diagnostics.at(0)));
}

TEST_CASE("clang's missing header is fatal") {
  auto read = read_clang("fatal");
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(read.diagnostics[0].severity() == pb::SEVERITY_FATAL);
  CHECK(read.diagnostics[0].message() == "'nope.h' file not found");
}

TEST_CASE("of [-Werror,-Wformat] the warning is the option") {
  CHECK(read_clang("format").diagnostics.at(0).option() == "-Wformat");
}

TEST_CASE(
  "source lines that look like diagnostics are not, where there are colours") {
  auto read = read_clang("quoted");
  REQUIRE(read.diagnostics.size() == 3);
  for (auto& error : read.diagnostics)
    CHECK(error.location().file() == "quoted.cc");
}

TEST_CASE("gcc's own text is read too, with a line alone and with colours") {
  auto read = read_text(
    "\x1b[01m\x1b[Ka.cc:3:4:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: "
    "\x1b[m\x1b[K\xe2\x80\x98x\xe2\x80\x99 is bad "
    "[\x1b[01;31m\x1b[K-Werror=format=\x1b[m\x1b[K]\n");
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(read.diagnostics[0].location().byte_column() == 4);
  CHECK(read.diagnostics[0].message() == "'x' is bad");
  CHECK(read.diagnostics[0].option() == "-Werror=format=");
  CHECK(read_text("a.cc:7: error: no\n").diagnostics.at(0).location().line()
        == 7);
}

TEST_CASE("a file name may hold colons and words") {
  auto read = read_text("d:/a b:1.cc:2:3: error: x: error: y\n");
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(read.diagnostics[0].location().file() == "d:/a b:1.cc");
  CHECK(read.diagnostics[0].message() == "x: error: y");
}

TEST_CASE("lines around diagnostics are passed over and counted") {
  auto read = read_text("In file included from a.cc:1:\n"
                        "b.h:1:2: error: no\r\n"
                        "  code\n"
                        "  ^\n"
                        "clang: error: linker command failed\n"
                        "a.cc:2:x: error: no number\n"
                        ":1:2: error: no file\n"
                        "1 error generated.\n");
  CHECK(read.diagnostics.size() == 1);
  CHECK(read.ignored_lines == 7);
  CHECK(read.crash.empty());
}

TEST_CASE("one edit that cannot be placed spoils its set only") {
  known_files files;
  files.add("a.cc", "abc\n");
  auto read = read_text("a.cc:1:1: error: one\n"
                        "fix-it:\"a.cc\":{1:1-1:2}:\"x\"\n"
                        "fix-it:\"gone.cc\":{1:1-1:2}:\"y\"\n"
                        "a.cc:1:1: note: two\n"
                        "fix-it:\"a.cc\":{1:1-1:2}:\"q\\\"\\\\\\n\\t\\101\"\n"
                        "a.cc:1:1: note: three\n"
                        "fix-it:\"a.cc\":{1:1-1:\n"
                        "a.cc:1:1: note: four\n"
                        "fix-it:\"a.cc\":{9:1-9:1}:\"\"\n"
                        "a.cc:1:1: note: five\n"
                        "fix-it:\"a.cc\":{1:2-1:1}:\"\"\n",
                        files);
  REQUIRE(read.diagnostics.size() == 1);
  REQUIRE(read.diagnostics[0].fixes_size() == 1);
  CHECK(files.after(read.diagnostics[0].fixes(0)) == "q\"\\\n\tAbc\n");
}

TEST_CASE("edits of one fix are sorted by place") {
  known_files files;
  files.add("a.cc", "abc\n");
  auto read = read_text("a.cc:1:1: error: one\n"
                        "fix-it:\"a.cc\":{1:3-1:4}:\"z\"\n"
                        "fix-it:\"a.cc\":{1:1-1:2}:\"x\"\n",
                        files);
  REQUIRE(read.diagnostics[0].fixes_size() == 1);
  CHECK(read.diagnostics[0].fixes(0).edits(0).begin() == 0);
  CHECK(files.after(read.diagnostics[0].fixes(0)) == "xbz\n");
}

TEST_CASE("a fix whose text is not UTF-8 is left out") {
  known_files files;
  files.add("a.cc", "abc\n");
  auto read = read_text("a.cc:1:1: error: caf\xe9\n"
                        "fix-it:\"a.cc\":{1:1-1:1}:\"\\351\"\n",
                        files);
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(read.diagnostics[0].message() == "caf?");
  CHECK(read.diagnostics[0].fixes().empty());
}

TEST_CASE("fix-its and notes before any error are dropped") {
  known_files files;
  files.add("a.cc", "abc\n");
  auto read = read_text("fix-it:\"a.cc\":{1:1-1:1}:\"x\"\na.cc:1:1: note: n\n",
                        files);
  CHECK(read.diagnostics.empty());
}

TEST_CASE("a compiler that was killed is not taken for one that found errors") {
  for (auto text :
       {"a.cc:1:1: error: no\n"
        "clang: error: clang frontend command failed with exit code 139 (use "
        "-v)\n",
        "\x1b[1ma.cc:1:1: \x1b[0m\x1b[0;1;31merror: \x1b[0m\x1b[1mno\x1b[0m\n"
        "clang: \x1b[0;1;31merror: \x1b[0m\x1b[1mclang frontend command failed "
        "with "
        "exit code 139 (use -v)\x1b[0m\n"}) {
    auto read = read_text(text);
    CHECK(read.diagnostics.size() == 1);
    CHECK(read.crash.find("exit code 139") != std::string::npos);
  }
}

TEST_CASE("source text about a crash is none") {
  auto read = read_text(
    "\x1b[1ma.cc:1:1: \x1b[0m\x1b[0;1;31merror: \x1b[0m\x1b[1mno\x1b[0m\n"
    "x \"error: clang frontend command failed with exit code 139\"\n");
  CHECK(read.crash.empty());
}

TEST_CASE("garbage of megabytes is read calmly") {
  constexpr size_t size = 2'000'000;
  for (auto unit :
       {": ", "a.cc:1:1: error: ", "\x1b[", "\x1b[1m", ":1", "fix-it:\"",
        "a.cc:1:1: error: [-\n", "fix-it:\"\\", "\n", "\xff"}) {
    std::string text;
    while (text.size() < size)
      text += unit;
    CAPTURE(unit);
    CHECK(read_text(text).diagnostics.size() <= size / 20);
  }
}

} // namespace cohort::tests::clang_text_test
