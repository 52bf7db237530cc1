#include "runtime/mutation/find_mutants.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::find_mutants_test {

using namespace cohort::runtime::mutation;

namespace {

using files = std::map<std::string, std::string>;

findings find(const files& contents, const std::vector<std::string>& units,
              std::vector<pb::ChangedFile> changed = {}) {
  mutant_search what;
  what.tree = "/tmp";
  what.changed = std::move(changed);
  for (auto& [name, text] : contents)
    what.unsaved.emplace("/tmp/" + name, text);
  mutant_finder finder{what};
  for (auto& unit : units)
    finder.read(unit,
                {unit.ends_with(".c") ? "-std=gnu17" : "-std=c++20", "-I/tmp"});
  return finder.take();
}

std::string listed(const findings& found) {
  std::string result;
  for (auto& [unit, why] : found.unread)
    result += "unread " + unit + ": " + why + '\n';
  for (auto& one : found.sites) {
    auto& mutant = one.mutant;
    result += mutant.mutator() + ' ' + mutant.original() + " -> "
              + mutant.replacement();
    if (mutant.needs_rebuild())
      result += " (rebuild)";
    result += '\n';
  }
  return result;
}

/// Mutants of a function body in C++, one a line.
std::string in_body(const std::string& body) {
  return listed(
    find({{"m.cpp", "struct text;\nint call(int); text* next();\n"
                    "int f(int a, int b, unsigned u, bool p, bool q, double d, "
                    "int* at) {\n"
                      + body + "\nreturn a;\n}\n"}},
         {"m.cpp"}));
}

const std::string tail = "return a -> (int)0\n";

} // namespace

TEST_CASE("orders and equality") {
  CHECK(in_body("p = a < b;")
        == "statement p = a < b -> \nboundary < -> <=\nrelational < -> >=\n"
             + tail);
  CHECK(in_body("if (a != b) { }") == "relational != -> ==\n" + tail);
  CHECK(in_body("if (at == nullptr) { }") == "relational == -> !=\n" + tail);
}

TEST_CASE("arithmetic, also of pointers") {
  CHECK(in_body("return a + b * 7;")
        == "return a + b * 7 -> (int)0\narithmetic + -> -\n"
           "arithmetic * -> /\nconstant 7 -> (7 + 1)\n"
             + tail);
  CHECK(in_body("return *(at + a);")
        == "return *(at + a) -> (int)0\narithmetic + -> -\n" + tail);
  CHECK(in_body("return at - at;") == "return at - at -> (int)0\n" + tail);
}

TEST_CASE("logical operators and conditions") {
  CHECK(in_body("if (p && q) { }")
        == "condition p && q -> !(p && q)\nlogical && -> ||\n" + tail);
  CHECK(in_body("while (at) { }") == "condition at -> !(at)\n" + tail);
  CHECK(in_body("do { } while (p);") == "condition p -> !(p)\n" + tail);
  CHECK(in_body("for (int i = a; p; ) { }") == "condition p -> !(p)\n" + tail);
  CHECK(in_body("for (; p; call(a)) { }") == "condition p -> !(p)\n" + tail);
  CHECK(in_body("if (int x = a; p) { }") == "condition p -> !(p)\n" + tail);
  CHECK(in_body("return p ? a : b;")
        == "condition p -> !(p)\nreturn p ? a : b -> (int)0\n" + tail);
}

TEST_CASE("conditions that are declarations or constant are not negated") {
  CHECK(in_body("if (auto* x = next()) { }") == tail);
  CHECK(in_body("if constexpr (sizeof(a) == 4) { }") == tail);
  CHECK(in_body("while (true) { }") == "constant true -> false\n" + tail);
  CHECK(in_body("switch (a) { case 1 + 1: break; default: ; }") == tail);
}

TEST_CASE("returned values by type") {
  auto in = [](const std::string& type, const std::string& value) {
    return listed(
      find({{"m.cpp", "struct s { int x; };\nextern s v;\n"
                      "extern int n; extern bool p;\n"
                        + type + " f() { return " + value + "; }\n"}},
           {"m.cpp"}));
  };
  CHECK(in("bool", "p") == "return p -> !(p)\n");
  CHECK(in("int", "n") == "return n -> (int)0\n");
  CHECK(in("double", "n * 0.5")
        == "return n * 0.5 -> (double)0\narithmetic * -> /\n"
           "constant 0.5 -> (0.5 + 1)\n");
  CHECK(in("int&", "n") == "");
  CHECK(in("s", "v") == "");
  CHECK(in("int", "3") == "constant 3 -> (3 + 1)\n");
  CHECK(in("bool", "n == 0") == "relational == -> !=\nconstant 0 -> 1\n");
}

TEST_CASE("statements that call or assign") {
  CHECK(in_body("call(a);") == "statement call(a) -> \n" + tail);
  CHECK(in_body("if (p) call(a); else b = a;")
        == "condition p -> !(p)\nstatement call(a) -> \n"
           "statement b = a -> \n"
             + tail);
  CHECK(in_body("++a;") == "increment ++ -> --\nstatement ++a -> \n" + tail);
  CHECK(in_body("b--;") == "statement b-- -> \nincrement -- -> ++\n" + tail);
  CHECK(in_body("a += b;")
        == "statement a += b -> \narithmetic += -> -=\n" + tail);
  CHECK(in_body("for (;;) { a = call(b); }")
        == "statement a = call(b) -> \n" + tail);
  CHECK(in_body("int x = a; { } ; goto end; end: call(x);")
        == "statement call(x) -> \n" + tail);
}

TEST_CASE("bits") {
  CHECK(in_body("u = u << a | u;")
        == "statement u = u << a | u -> \nbitwise << -> >>\nbitwise | -> &\n"
             + tail);
}

TEST_CASE("null pointers are no numbers") {
  CHECK(in_body("at = 0;") == "statement at = 0 -> \n" + tail);
  CHECK(in_body("p = at == 0;")
        == "statement p = at == 0 -> \nrelational == -> !=\n" + tail);
  CHECK(in_body("at = static_cast<int*>(0);")
        == "statement at = static_cast<int*>(0) -> \n" + tail);
  CHECK(listed(find({{"m.cpp", "template <class T> T* f() {\n"
                               "  return static_cast<T*>(0);\n}\n"
                               "template <class T> T g() {\n"
                               "  return static_cast<T>(0);\n}\n"}},
                    {"m.cpp"}))
        == "");
}

TEST_CASE("what must be constant is left alone, or built by itself") {
  CHECK(in_body("constexpr int x = 1 + 2; static_assert(2 > 1);") == tail);
  CHECK(in_body("int x[3]; int y[2 + 1] = {};") == tail);
  CHECK(in_body("const int n = 4;")
        == "constant 4 -> (4 + 1) (rebuild)\n" + tail);
  CHECK(in_body("const int n = call(4);") == "constant 4 -> (4 + 1)\n" + tail);
  CHECK(in_body("enum { x = 3 };") == tail);
  CHECK(in_body("b = sizeof(a + b);")
        == "statement b = sizeof(a + b) -> \n" + tail);
  CHECK(listed(find({{"m.cpp", "constexpr int f(int a) { return a + 1; }\n"
                               "int g(int a = 5);\n"
                               "struct s { int x = 7; int y : 3; };\n"
                               "int global = 3;\n"}},
                    {"m.cpp"}))
        == "");
}

TEST_CASE("template arguments are left alone") {
  auto found = find(
    {{"m.cpp", "template <int N, class T> struct box { T x[N]; int get(); };\n"
               "template <int N> int get(int);\n"
               "int f(int a) {\n  box<3, int> x;\n"
               "  a = box<(1 > 2), int>{}.get();\n"
               "  return get<4>(a) + static_cast<int>(sizeof(box<2, int>));\n"
               "}\n"}},
    {"m.cpp"});
  CHECK(listed(found)
        == "statement a = box<(1 > 2), int>{}.get() -> \n"
           "return get<4>(a) + static_cast<int>(sizeof(box<2, int>)) -> "
           "(int)0\narithmetic + -> -\n");
}

TEST_CASE("in a template only what every type has") {
  auto found = find({{"m.cpp", "template <class T> T f(T a, T b, bool p) {\n"
                               "  if (a < b && p) return a + b;\n"
                               "  ++a;\n  return a;\n}\n"}},
                    {"m.cpp"});
  CHECK(listed(found)
        == "condition a < b && p -> !(a < b && p)\nrelational < -> >=\n"
           "logical && -> ||\nstatement ++a -> \n");
}

TEST_CASE("overloaded operators are calls") {
  auto found
    = find({{"m.cpp", "struct s { bool operator<(s) const; s& operator+=(s); "
                      "};\nbool f(s a, s b) {\n  a += b;\n"
                      "  return a < b;\n}\n"}},
           {"m.cpp"});
  CHECK(listed(found) == "statement a += b -> \nreturn a < b -> !(a < b)\n");
}

TEST_CASE("text of macros is left alone, expressions around it are not") {
  auto found = find({{"m.cpp", "#define MAX 10\n#define ID(x) (x)\n"
                               "#define BOTH(x, y) (x + y)\nint f(int a) {\n"
                               "  if (a < MAX) return BOTH(a, 1 + 2);\n"
                               "  return ID(a);\n}\n"}},
                    {"m.cpp"});
  CHECK(listed(found) == "boundary < -> <=\nrelational < -> >=\n");
  CHECK(found.sites.at(0).alternative == "a <= MAX");
}

TEST_CASE("functions of all kinds, also inside of others") {
  auto found = find(
    {{"m.cpp", "namespace n {\nstruct s {\n  s() { x = 1; }\n"
               "  ~s() { x = 2; }\n  operator bool() const { return x; }\n"
               "  int x;\n};\n}\nvoid f(int a) {\n"
               "  auto g = [&, b = 5](int c = 6) { a = c; };\n"
               "  struct local { void h(int& c) { c = 0; } };\n}\n"
               "extern \"C\" { void k(int& a) { a = 8; } }\n"}},
    {"m.cpp"});
  std::string lines;
  for (auto& one : found.sites)
    if (one.mutant.mutator() == "statement")
      lines += std::to_string(one.mutant.line()) + ' ';
  CHECK(lines == "3 4 10 11 13 ");
}

TEST_CASE("an expression in several lines is written on one") {
  auto found = find({{"m.cpp", "bool f(int a, int b) {\n  return a // first\n"
                               "    && /* then */ b;\n}\n"}},
                    {"m.cpp"});
  CHECK(listed(found)
        == "return a // first\n    && /* then */ b -> !(a && b)\n");
  auto branched
    = find({{"m.cpp", "int f(int a, int b) {\n  return a\n#if 1\n    + b\n"
                      "#endif\n    ;\n}\n"}},
           {"m.cpp"});
  CHECK(listed(branched)
        == "return a\n#if 1\n    + b -> (int)0\n"
           "arithmetic + -> - (rebuild)\n");
}

TEST_CASE("what changes nothing is counted") {
  auto found = find({{"m.cpp", "int f(int a, int b) {\n  a = a + 0;\n"
                               "  (void) b;\n  return a < b ? a : b;\n}\n"}},
                    {"m.cpp"});
  CHECK(found.equivalent == 3);
  CHECK(listed(found)
        == "statement a = a + 0 -> \nconstant 0 -> 1\n"
           "return a < b ? a : b -> (int)0\nrelational < -> >=\n");
}

TEST_CASE("only changed lines") {
  pb::ChangedFile changed;
  changed.set_file("m.cpp");
  auto& lines = *changed.add_lines();
  lines.set_first(3);
  lines.set_last(3);
  auto found = find({{"m.cpp", "void f(int& a) {\n  a = 1;\n  a = 2;\n}\n"}},
                    {"m.cpp"}, {changed});
  CHECK(listed(found) == "statement a = 2 -> \nconstant 2 -> (2 + 1)\n");
  changed.set_file("other.cpp");
  found = find({{"m.cpp", "void f(int& a) {\n  a = 1;\n  a = 2;\n}\n"}},
               {"m.cpp"}, {changed});
  CHECK(found.sites.empty());
}

TEST_CASE("a header's mutants are found once, and numbered by place") {
  files contents{{"b.cpp", "#include \"a.h\"\nvoid g(int& b) { b = 4; }\n"},
                 {"c.cpp", "#include \"a.h\"\n"},
                 {"a.h", "inline void f(int& a) { a = 3; }\n"}};
  auto found = find(contents, {"b.cpp", "c.cpp"});
  std::string all;
  for (auto& one : found.sites)
    all += std::to_string(one.mutant.id()) + ' ' + one.mutant.file() + ' '
           + std::to_string(one.mutant.byte_column()) + '\n';
  CHECK(all == "1 a.h 25\n2 a.h 29\n3 b.cpp 18\n4 b.cpp 22\n");
  CHECK(found.sites.at(0).unit == "b.cpp");
  CHECK(listed(find(contents, {"c.cpp", "b.cpp"})) == listed(found));
}

TEST_CASE("tests are not mutated") {
  auto body = std::string{"void f(int& a) { a = 3; }\n"};
  CHECK(find({{"a_test.cpp", body}}, {"a_test.cpp"}).sites.empty());
  CHECK(find({{"tests/a.cpp", body}}, {"tests/a.cpp"}).sites.empty());
  auto cases = "#define TEST(a, b) void a##b()\n" + body + "TEST(x, y) {}\n";
  CHECK(find({{"a.cpp", cases}}, {"a.cpp"}).sites.empty());
  CHECK(find({{"a.cpp", body}}, {"a.cpp"}).sites.size() == 2);
}

TEST_CASE("a unit with an error gives none, and the reason") {
  auto found = find({{"m.cpp", "void f(int& a) { a = 3; }\nint x = y;\n"},
                     {"n.cpp", "void g(int& a) { a = 3; }\n"}},
                    {"m.cpp", "n.cpp"});
  REQUIRE(found.unread.count("m.cpp") == 1);
  CHECK(found.unread.at("m.cpp").find("m.cpp:2") != std::string::npos);
  CHECK(found.sites.size() == 2);
}

TEST_CASE("C") {
  auto found = find({{"m.c", "int f(int *a, int n) {\n  if (!a) return 0;\n"
                             "  a[0] = n > 2;\n  return *a;\n}\n"}},
                    {"m.c"});
  CHECK(listed(found)
        == "condition !a -> !(!a)\nconstant 0 -> 1\n"
           "statement a[0] = n > 2 -> \nconstant 0 -> 1\n"
           "boundary > -> >=\nrelational > -> <=\nconstant 2 -> (2 + 1)\n"
           "return *a -> (int)0\n");
}

} // namespace cohort::tests::find_mutants_test
