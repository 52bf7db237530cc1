#include "runtime/logs/clean_line.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::clean_line_test {

using cohort::runtime::logs::clean_line;

TEST_CASE("what stands before a compiler's words is taken off") {
  for (auto* noise :
       {"2024-05-01T10:00:00.1234567Z ", "[2024-05-01T10:00:00Z] ",
        "[10:00:00] ", "10:00:00.5 ", "2024-05-01 10:00:00,123 ", "#12 3.456 ",
        "##[error]", "##[error]2024-05-01T10:00:00.0Z ", "[ 12%] ", "[3/120] ",
        "12>", "  3>", "builder> ", "web_1  | ", "remote: ", "[ERROR]",
        "2024-05-01T10:00:00.1Z #12 3.4 [ 12%] ", "> "}) {
    CAPTURE(noise);
    CHECK(clean_line(std::string{noise} + "a.c:3:7: error: no")
          == "a.c:3:7: error: no");
  }
}

TEST_CASE("what only looks like noise stays") {
  for (auto* line : {"  --> src/a.rs:3:7", "   12 | int x;", "      |     ^~~",
                     "[{\"a\": 1}]", "a.c:3:7: error: no", "[1] 2 3",
                     "#include <a.h>", "#12 is no time", "10:00 is no time",
                     "error[E0412]: x", "    int y = x > 3;"})
    CHECK(clean_line(line) == line);
}

TEST_CASE("colours, links and control characters go") {
  CHECK(
    clean_line("\x1b[01m\x1b[Ka.c:3:\x1b[m\x1b[K \x1b[01;31merror:\x1b[m x\r")
    == "a.c:3: error: x");
  CHECK(clean_line("\x1b]8;;http://x\x07-Wall\x1b]8;;\x07") == "-Wall");
  CHECK(clean_line("a\x1b[").size() <= 2);
  CHECK(clean_line("\x1b") == "");
}

TEST_CASE("a GitHub annotation reads like GCC's line") {
  CHECK(clean_line("::error file=a.c,line=3,col=7::no such")
        == "a.c:3:7: error: no such");
  CHECK(clean_line("::warning file=a.c::odd") == "a.c: warning: odd");
  CHECK(clean_line("::error ::odd") == "error: odd");
  CHECK(clean_line("::error::odd") == "error: odd");
  CHECK(clean_line("::error title=x,line=3::odd") == "error: odd");
  CHECK(clean_line("::error file=a%2Cb.c,line=3::50%25 of%0Aall")
        == "a,b.c:3: error: 50% of all");
  CHECK(clean_line("::errors::odd") == "::errors::odd");
  CHECK(clean_line("::error") == "::error");
}

TEST_CASE("Maven's lines read like GCC's") {
  CHECK(clean_line("[ERROR] /s/A.java:[3,7] cannot find symbol")
        == "/s/A.java:3:7: error: cannot find symbol");
  CHECK(clean_line("10:00:00.5 [WARNING] C:/A.java:[3,7] [unchecked] odd")
        == "C:/A.java:3:7: warning: [unchecked] odd");
  CHECK(clean_line("[ERROR] A.java:[x,7] odd") == " A.java:[x,7] odd");
  CHECK(clean_line("[ERROR] Failed to execute goal [x] y")
        == " Failed to execute goal [x] y");
}

TEST_CASE("quotes are plain") {
  CHECK(clean_line("\xc2\xbb"
                   "a"
                   "\xc2\xab hat kein Element")
        == "'a' hat kein Element");
  CHECK(clean_line("\xc3\xa2\xc2\x80\xc2\x98x\xc3\xa2\xc2\x80\xc2\x99")
        == "'x'");
  CHECK(
    clean_line("\xc3\xa2\xe2\x82\xac\xcb\x9cx\xc3\xa2\xe2\x82\xac\xe2\x84\xa2")
    == "'x'");
  CHECK(clean_line("\xff\xfe") == "\xff\xfe");
}

} // namespace cohort::tests::clean_line_test
