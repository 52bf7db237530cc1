#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "runtime/toolchain/diagnostics.hpp"

namespace cohort::tests::make_rule_test {

using namespace cohort::runtime::toolchain;

using words = std::vector<std::string>;

TEST_CASE("a rule's prerequisites are read in order, over several lines") {
  CHECK(read_dependencies("unit: a.cc b/c.h \\\n  /usr/d.h \\\r\n e.h\n")
        == words{"a.cc", "b/c.h", "/usr/d.h", "e.h"});
}

TEST_CASE("blanks, hashes, backslashes and dollars in names are unescaped") {
  CHECK(read_dependencies("unit: a\\ b.h \\#c.h d$$e.h f\\\\g.h h\\i.h\n")
        == words{"a b.h", "#c.h", "d$e.h", "f\\g.h", "h\\i.h"});
}

TEST_CASE("only the first rule counts") {
  CHECK(read_dependencies("unit: a.cc b.h\n\nb.h:\n") == words{"a.cc", "b.h"});
}

TEST_CASE("no rule has no prerequisites") {
  CHECK(read_dependencies("").empty());
  CHECK(read_dependencies("unit").empty());
  CHECK(read_dependencies("unit: \n").empty());
  CHECK(read_dependencies("unit: a.cc") == words{"a.cc"});
}

TEST_CASE("the lines of -H are found among diagnostics") {
  CHECK(
    read_includes(". a.h\n.. /usr/b c.h\n! x.gch\n[{\"kind\": \"error\"}]\n"
                  "...\n. \n.x\nMultiple include guards may be useful for:\n"
                  "d.h\n... e.h\r\n")
    == words{"a.h", "/usr/b c.h", "e.h"});
}

TEST_CASE("a line that is all dots lists nothing, whatever stands before it") {
  CHECK(read_includes("...").empty());
  CHECK(read_includes(std::string_view{" ..."}.substr(1)).empty());
}

TEST_CASE("typographic quotes become plain, other letters stay") {
  CHECK(plain_quotes("\xe2\x80\x98x\xe2\x80\x99 \xe2\x80\x93 \xc3\xb6")
        == "'x' \xe2\x80\x93 \xc3\xb6");
  CHECK(plain_quotes("\xe2\x80") == "\xe2\x80");
  CHECK(plain_quotes("") == "");
}

} // namespace cohort::tests::make_rule_test
