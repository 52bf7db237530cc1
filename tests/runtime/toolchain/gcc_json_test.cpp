#include <doctest/doctest.h>

#include "tests/runtime/toolchain/recorded.hpp"

namespace cohort::tests::gcc_json_test {

using namespace cohort;
using namespace cohort::tests;

namespace {

toolchain::parsed_diagnostics read_text(const std::string& text,
                                        const known_files& files = {}) {
  return toolchain::read_gcc_json(text, files.reader());
}

std::string error_object(const std::string& message) {
  return R"({"kind": "error", "message": ")" + message
         + R"(", "locations": [{"caret": {"file": "a.cc", "line": 1, "byte-column": 2}}]})";
}

} // namespace

TEST_CASE("a tab and a letter of two bytes do not shift gcc's place or fix") {
  auto read = read_gcc("tabs");
  REQUIRE(read.diagnostics.size() == 1);
  auto& error = read.diagnostics[0];
  CHECK(read.understood);
  CHECK(read.ignored_lines == 0);
  CHECK(error.tool() == "gcc");
  CHECK(error.severity() == pb::SEVERITY_ERROR);
  CHECK(error.location().file() == "tabs.cc");
  CHECK(error.location().line() == 8);
  CHECK(error.location().byte_column() == 14);
  CHECK(error.message()
        == "'const struct w::S' has no member named 'lenght'; did you mean "
           "'length'?");
  CHECK(fixed("tabs", error)
        == replaced(recorded("tabs.source"), "s.lenght", "s.length"));
  CHECK_FALSE(error.fixes(0).on_note());
  CHECK(error.fixes(0).target_file() == "tabs.cc");
  CHECK(error.fixes(0).target_line() == 8);
  REQUIRE(error.fixes(0).voters_size() == 1);
  CHECK(error.fixes(0).voters(0) == "gcc");
}

TEST_CASE("a byte order mark, which gcc does not count, is counted") {
  auto read = read_gcc("bom");
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(read.diagnostics[0].location().byte_column() == 52);
  CHECK(fixed("bom", read.diagnostics[0])
        == replaced(recorded("bom.source"), "lenght", "length"));
}

TEST_CASE("a column beyond all files does not turn into a small one") {
  auto text = "[" + error_object("x") + "]\n";
  known_files files;
  files.add("a.cc", "\xef\xbb\xbf;\n");
  for (std::string column : {"4294967295", "99999999999"}) {
    auto read = read_text(replaced(text, "\"byte-column\": 2",
                                   "\"byte-column\": " + column),
                          files);
    REQUIRE(read.diagnostics.size() == 1);
    CHECK(read.diagnostics[0].location().byte_column() > 1'000'000);
  }
}

TEST_CASE(
  "the header that a child note offers is a fix of its own on the note") {
  auto read = read_gcc("include");
  REQUIRE(read.diagnostics.size() == 1);
  auto& error = read.diagnostics[0];
  REQUIRE(error.notes_size() == 1);
  CHECK(fixed("include", error)
        == "#include <string>\n" + recorded("include.source"));
  CHECK(error.fixes(0).on_note());
  CHECK(error.fixes(0).message() == error.notes(0).message());
  CHECK(error.fixes(0).target_line() == 3);
}

TEST_CASE("notes beside an error belong to it") {
  auto read = read_gcc("candidate");
  REQUIRE(read.diagnostics.size() == 1);
  REQUIRE(read.diagnostics[0].notes_size() == 2);
  CHECK(read.diagnostics[0].notes(0).message()
        == "candidate is: 'int A::g() const'");
  CHECK(read.diagnostics[0].notes(0).location().line() == 2);
}

TEST_CASE("carriage returns do not shift gcc's places") {
  auto read = read_gcc("crlf");
  REQUIRE(read.diagnostics.size() == 2);
  CHECK(read.diagnostics[0].location().line() == 3);
  CHECK(read.diagnostics[0].location().byte_column() == 3);
  CHECK(read.diagnostics[0].message() == "expected ',' or ';' before 'return'");
  CHECK(read.diagnostics[1].severity() == pb::SEVERITY_WARNING);
}

TEST_CASE("a source that looks like a compiler's words harms nothing") {
  auto read = read_gcc("quoted");
  REQUIRE(read.diagnostics.size() == 3);
  for (auto& error : read.diagnostics) {
    CHECK(error.location().file() == "quoted.cc");
    CHECK(error.fixes().empty());
  }
}

TEST_CASE("no fix is made up inside a macro") {
  auto read = read_gcc("macro");
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(read.diagnostics[0].fixes().empty());
}

TEST_CASE("a missing header is fatal, and the driver's words are passed over") {
  auto read = read_gcc("fatal");
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(read.diagnostics[0].severity() == pb::SEVERITY_FATAL);
  CHECK(read.ignored_lines == 1); // "compilation terminated."
}

TEST_CASE("gcc's warnings keep their option, errors of -Werror= too") {
  auto warning = read_gcc("silence").diagnostics.at(0);
  CHECK(warning.severity() == pb::SEVERITY_WARNING);
  CHECK(warning.option() == "-Wparentheses");
  auto format = read_gcc("format").diagnostics.at(0);
  CHECK(format.severity() == pb::SEVERITY_ERROR);
  CHECK(format.option() == "-Werror=format=");
  CHECK(fixed("format", format)
        == replaced(recorded("format.source"), "%d", "%ld"));
}

TEST_CASE("a fix in a file that cannot be read is left out, its error stays") {
  auto read = read_text(recorded("tabs.gcc"));
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(read.diagnostics[0].fixes().empty());
}

TEST_CASE("a fix on a line that the file does not have is left out") {
  known_files files;
  files.add("tabs.cc", "one line");
  auto read = read_text(recorded("tabs.gcc"), files);
  REQUIRE(read.diagnostics.size() == 1);
  CHECK(read.diagnostics[0].fixes().empty());
}

TEST_CASE(
  "several arrays, and one over many lines as of GCC 14, are all read") {
  auto text = "make: hello\n[" + error_object("one") + "]\nwords\n["
              + error_object("two") + ",\n " + error_object("three")
              + "\n]\n[]\n";
  auto read = read_text(text);
  REQUIRE(read.diagnostics.size() == 3);
  CHECK(read.diagnostics[2].message() == "three");
  CHECK(read.ignored_lines == 2);
  CHECK(read.understood);
}

TEST_CASE("nothing to say is understood, garbage is not") {
  CHECK(read_text("").understood);
  CHECK(read_text("[]\n").understood);
  CHECK_FALSE(read_text("Segmentation fault\n").understood);
  CHECK_FALSE(read_text("[1, 2]\n").understood);
}

TEST_CASE("of an array that was cut off, what came before counts") {
  auto first = "[" + error_object("one");
  auto whole = first + ", " + error_object("two");
  for (size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    auto found = read_text(whole.substr(0, size)).diagnostics.size();
    CHECK(found
          == (size == whole.size()   ? 2U
              : size >= first.size() ? 1U
                                     : 0U));
  }
}

TEST_CASE("an array after one that was cut off is read") {
  auto cut = "[" + error_object("one") + R"(, {"kind": "err)";
  auto read = read_text(cut + "\n[" + error_object("two") + "]\n");
  REQUIRE(read.diagnostics.size() == 2);
  CHECK(read.diagnostics[1].message() == "two");
}

TEST_CASE("values of the wrong kind, and missing ones, are as good as absent") {
  auto read = read_text(
    R"([{"kind": 7, "message": [], "locations": {}, "children": 3, "fixits": "x"},)"
    R"( {"kind": "error", "message": "m", "locations": [4], "children": [5, null],)"
    R"( "fixits": [6, {}, {"start": 1, "next": 2}]},)"
    R"( {"kind": "error", "message": "n", "locations": [{"caret": {"line": -4,)"
    R"( "file": "a.cc", "byte-column": 99999999999999}}]}, {}])");
  REQUIRE(read.diagnostics.size() == 4);
  CHECK(read.diagnostics[1].message() == "m");
  CHECK(read.diagnostics[2].location().line() == 0);
  CHECK(read.diagnostics[2].location().byte_column() == UINT32_MAX);
}

TEST_CASE("a text in another encoding is read, but no fix is made of it") {
  known_files files;
  files.add("a.cc", "int x;\n");
  auto fixit = [](const std::string& text) {
    return R"([{"kind": "error", "message": "caf)"
           "\xe9"
           R"(", "fixits": [{"string": ")"
           + text
           + R"(", "start": {"file": "a.cc", "line": 1, "byte-column": 1},)"
             R"( "next": {"file": "a.cc", "line": 1, "byte-column": 1}}]}])";
  };
  auto bad = read_text(fixit("\xe9"), files);
  REQUIRE(bad.diagnostics.size() == 1);
  CHECK(bad.diagnostics[0].message() == "caf?");
  CHECK(bad.diagnostics[0].fixes().empty());
  CHECK(read_text(fixit("e"), files).diagnostics[0].fixes_size() == 1);
}

TEST_CASE("brackets without end cost neither stack nor time") {
  constexpr size_t size = 5'000'000;
  for (auto unit : {"[", "{\"a\":", "[{", "[{\"a\":[", "\n[{", "]", "\""}) {
    std::string text = "[{";
    while (text.size() < size)
      text += unit;
    CAPTURE(unit);
    CHECK(read_text(text).diagnostics.empty());
  }
}

TEST_CASE("an internal compiler error is the compiler's, not the workspace's") {
  auto read = read_text(
    R"([{"kind": "internal compiler error", "message": "Segmentation fault",)"
    R"( "locations": [{"caret": {"file": "a.cc", "line": 1, "byte-column": 2}}]}])");
  CHECK(read.diagnostics.empty());
  CHECK(read.crash == "internal compiler error: Segmentation fault");
}

TEST_CASE("a nul byte inside the text harms nothing") {
  auto text = "[" + error_object("one") + "]\n" + std::string(100, '\0') + "\n["
              + error_object("two") + "]";
  CHECK(read_text(text).diagnostics.size() == 2);
}

} // namespace cohort::tests::gcc_json_test
