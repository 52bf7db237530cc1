#include "runtime/execution/includes.hpp"

#include <doctest/doctest.h>

#include <string>

namespace cohort::tests::includes_test {

using namespace cohort::runtime::execution;

namespace {

std::string with_include(std::string text, const std::string& spelling) {
  auto place = place_include(text, spelling);
  text.insert(place.at, place.text);
  return text;
}

} // namespace

TEST_CASE("an include goes where the alphabet says, among those of its sort") {
  CHECK(with_include("#include <a>\n#include <c>\n", "<b>")
        == "#include <a>\n#include <b>\n#include <c>\n");
  CHECK(with_include("#include <a>\n#include \"z.h\"\n", "<b>")
        == "#include <a>\n#include <b>\n#include \"z.h\"\n");
  CHECK(with_include("#include <c>\r\n", "<b>")
        == "#include <b>\r\n#include <c>\r\n");
}

TEST_CASE("an include of a sort that the file does not have yet") {
  CHECK(with_include("#include <a>\nint x;\n", "\"b.h\"")
        == "#include \"b.h\"\n#include <a>\nint x;\n");
  CHECK(with_include("#include \"a.h\"\nint x;\n", "<b>")
        == "#include \"a.h\"\n#include <b>\nint x;\n");
}

TEST_CASE("the first include of a file stands behind its preamble") {
  CHECK(with_include("// About.\n\nint x;\n", "<a>")
        == "// About.\n\n#include <a>\nint x;\n");
  CHECK(with_include("#pragma once\n\nint x;\n", "<a>")
        == "#pragma once\n\n#include <a>\nint x;\n");
  CHECK(with_include("#ifndef A_H\n#define A_H\nint x;\n#endif\n", "<a>")
        == "#ifndef A_H\n#define A_H\n#include <a>\nint x;\n#endif\n");
  CHECK(with_include("", "<a>") == "#include <a>\n");
}

TEST_CASE("an include does not go on in a last line that has no end") {
  CHECK(with_include("#pragma once", "<a>") == "#pragma once\n#include <a>\n");
  CHECK(with_include("#include <a>\r\n#include <b>", "<c>")
        == "#include <a>\r\n#include <b>\r\n#include <c>\r\n");
}

TEST_CASE("includes under a condition are not joined") {
  CHECK(with_include("#include <a>\n#ifdef X\n#include <b>\n#endif\n", "<c>")
        == "#include <a>\n#include <c>\n#ifdef X\n#include <b>\n#endif\n");
}

TEST_CASE("what is included is known") {
  auto* text = "#include <a>\n #  include \"b/c.h\" // why\n// #include <d>\n";
  CHECK(has_include(text, "<a>"));
  CHECK(has_include(text, "\"b/c.h\""));
  CHECK_FALSE(has_include(text, "\"a\""));
  CHECK_FALSE(has_include(text, "<d>"));
}

} // namespace cohort::tests::includes_test
