#include "runtime/execution/structure.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "runtime/toolchain/tokens.hpp"

namespace cohort::tests::structure_test {

using namespace cohort::runtime::execution;
using cohort::runtime::toolchain::scan;
using cohort::runtime::toolchain::token_kind;

namespace {

std::vector<std::string> texts(std::string_view content) {
  std::vector<std::string> result;
  for (auto& token : scan(content))
    result.emplace_back(token.in(content));
  return result;
}

using strings = std::vector<std::string>;

/// The text with the first choice of each finding put in, the last one first.
std::string closed(std::string text,
                   const std::vector<missing_bracket>& missing) {
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    REQUIRE_FALSE(at->choices.empty());
    text.insert(at->choices.front().at, at->choices.front().text);
  }
  return text;
}

/// `text` without its line number `line`, from 1.
std::string without_line(const std::string& text, int line) {
  size_t begin = 0;
  for (; line > 1; --line)
    begin = text.find('\n', begin) + 1;
  return text.substr(0, begin) + text.substr(text.find('\n', begin) + 1);
}

const std::string program = R"(#include <vector>
namespace a {

class shape : public base {
 public:
  shape() : x(1), y(2) {
    start();
  }

  int area(int scale,
           int more) const {
    if (scale > 1) {
      return x * y;
    } else {
      for (int i = 0; i < 3; ++i) {
        more += i;
      }
    }
    switch (scale) {
      case 1: {
        return 1;
      }
      default:
        break;
    }
    each([&](int z) {
      more += z;
    });
    int table[] = {
        1,
        2,
    };
    return more;
  }

 private:
  int x;
};

}  // namespace a

int main() {
  return 0;
}
)";

} // namespace

TEST_CASE("tokens: names, numbers, literals, signs and directives") {
  CHECK(texts("int a=b->c::d;")
        == strings{"int", "a", "=", "b", "->", "c", "::", "d", ";"});
  CHECK(texts("1'000u 0x1p-3 1.5e+3f x")
        == strings{"1'000u", "0x1p-3", "1.5e+3f", "x"});
  CHECK(texts("\"a\\\"{\" 'x' L\"w\" u8\"q\"_s")
        == strings{"\"a\\\"{\"", "'x'", "L\"w\"", "u8\"q\"_s"});
  CHECK(texts("R\"x(a)\" { )x\" b") == strings{"R\"x(a)\" { )x\"", "b"});
  CHECK(texts("a // { \\\n still {\nb /* { \n */ c") == strings{"a", "b", "c"});
  CHECK(texts("#define A {\\\n  }\nx") == strings{"#define A {\\\n  }", "x"});
}

TEST_CASE("tokens: one branch of each #if") {
  auto names = [](std::string_view content) {
    strings result;
    for (auto& token : scan(content))
      if (token.kind != token_kind::directive)
        result.emplace_back(token.in(content));
    return result;
  };
  CHECK(names("#if A\na\n#else\nb\n#endif\nc") == strings{"a", "c"});
  CHECK(names("#if 0\na\n#else\nb\n#endif\nc") == strings{"b", "c"});
  CHECK(names("#if A\na\n#elif B\nb\n#elif C\nc\n#endif") == strings{"a"});
  CHECK(names("#if 0\n#if A\na\n#else\nb\n#endif\n#endif\nc") == strings{"c"});
  CHECK(names("#endif\n#else\na") == strings{"a"});
}

TEST_CASE("tokens: broken text ends somewhere") {
  for (auto* text : {"\"open", "'", "R\"(open", "/* open", "#if", "R\"", "\\",
                     "\"a\\", "#define A \\", "1'"})
    for (auto& token : scan(text)) {
      CHECK(token.begin < token.end);
      CHECK(token.end <= std::string_view{text}.size());
    }
}

TEST_CASE("a whole program lacks no bracket") {
  CHECK(missing_braces(program).empty());
  CHECK(missing_parentheses(program).empty());
  CHECK(missing_braces("").empty());
}

TEST_CASE("each line that only closes a block is put back") {
  // What comes at the very end has nothing behind it that would show it.
  for (auto line : {8, 17, 18, 22, 25, 34}) {
    auto broken = without_line(program, line);
    auto missing = missing_braces(broken);
    CAPTURE(line);
    REQUIRE(missing.size() == 1);
    CHECK(closed(broken, missing) == program);
  }
}

TEST_CASE("braces in a text that is not indented are not guessed at") {
  CHECK(missing_braces("void f() {\nif (a) {\nb();\n}\nc();\n").empty());
}

TEST_CASE("the end of a line is as the others") {
  std::string text = "void f() {\r\n  if (a) {\r\n    b();\r\n  c();\r\n}\r\n";
  auto missing = missing_braces(text);
  REQUIRE(missing.size() == 1);
  CHECK(closed(text, missing)
        == "void f() {\r\n  if (a) {\r\n    b();\r\n  }\r\n  c();\r\n}\r\n");
}

TEST_CASE("parentheses: where they may have been") {
  auto fixed = [](const std::string& text) {
    return closed(text, missing_parentheses(text));
  };
  CHECK(fixed("int a = f(g(1);\nint b;\n") == "int a = f(g(1));\nint b;\n");
  CHECK(fixed("void f() {\n  if (g(1) {\n    h();\n  }\n  k();\n}\n")
        == "void f() {\n  if (g(1)) {\n    h();\n  }\n  k();\n}\n");
  CHECK(fixed("struct s {\n  s(int a : b(a) {}\n  int b;\n};\n")
        == "struct s {\n  s(int a : b(a)) {}\n  int b;\n};\n");
  // The choice before the colon comes next.
  auto missing
    = missing_parentheses("struct s {\n  s(int a : b(a) {}\n  int b;\n};\n");
  REQUIRE(missing.size() == 1);
  REQUIRE(missing[0].choices.size() > 1);
  CHECK(missing[0].choices[1].at == 20);
  CHECK(missing[0].first_line == 2);
}

TEST_CASE("parentheses: behind an argument in braces") {
  std::string text = "CHECK({\n  f(1);\n}, \"why\";\nint a;\n";
  auto missing = missing_parentheses(text);
  REQUIRE(missing.size() == 1);
  CHECK(closed(text, missing) == "CHECK({\n  f(1);\n}, \"why\");\nint a;\n");
}

TEST_CASE("parentheses: one of a constructor's initialisers") {
  std::string text = "struct s {\n  s() : a(b.a, c(b.c) {\n    d();\n  }\n};\n";
  auto missing = missing_parentheses(text);
  REQUIRE(missing.size() == 1);
  CHECK(closed(text, missing)
        == "struct s {\n  s() : a(b.a), c(b.c) {\n    d();\n  }\n};\n");
}

TEST_CASE("parentheses: what may stand inside") {
  CHECK(missing_parentheses("for (int i = 0; i < n; ++i) f();").empty());
  CHECK(missing_parentheses("f([&] { a(); b(); });").empty());
  CHECK(missing_parentheses("f({1, 2}, \"(\", '(');").empty());
}

TEST_CASE("of a hundred thousand open brackets nothing is said") {
  CHECK(missing_parentheses(std::string(100'000, '(') + "a;\n").empty());
  std::string blocks;
  for (auto i = 0; i < 20'000; ++i)
    blocks += "void f() {\n  g();\n";
  CHECK(missing_braces(blocks).empty());
}

} // namespace cohort::tests::structure_test
