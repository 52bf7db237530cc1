#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "runtime/analysis/text.hpp"
#include "runtime/execution/guards.hpp"
#include "runtime/execution/spelling.hpp"

namespace cohort::tests::guards_test {

using namespace cohort::runtime::execution;

namespace {

/// The edit that replaces the first `from` of `content` by `to`.
pb::Edit replace(const std::string& content, const std::string& from,
                 const std::string& to) {
  auto at = content.find(from);
  REQUIRE(at != std::string::npos);
  pb::Edit edit;
  edit.set_file("a.cpp");
  edit.set_begin(at);
  edit.set_end(at + from.size());
  edit.set_replacement(to);
  return edit;
}

pb::Edit insert_before(const std::string& content, const std::string& mark,
                       const std::string& text) {
  auto edit = replace(content, mark, text);
  edit.set_end(edit.begin());
  return edit;
}

bool is_allowed(const std::string& content, const pb::Edit& edit,
                const std::string& message = "error") {
  pb::Fix fix;
  fix.set_message(message);
  *fix.add_edits() = edit;
  return !refuse_edit(fix, edit, content);
}

bool may_replace(const std::string& content, const std::string& from,
                 const std::string& to, const std::string& message = "error") {
  return is_allowed(content, replace(content, from, to), message);
}

bool may_insert(const std::string& content, const std::string& mark,
                const std::string& text) {
  return is_allowed(content, insert_before(content, mark, text));
}

size_t naive_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> d(a.size() + 1,
                                     std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i)
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                          d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

} // namespace

TEST_CASE("a line that repeats the one before it may go, and no other") {
  CHECK(is_allowed("int a;\nint a;\nint b;\n", [] {
    pb::Edit edit;
    edit.set_begin(7);
    edit.set_end(14);
    return edit;
  }()));
  CHECK_FALSE(may_replace("int a;\nint b;\n", "int b;\n", ""));
  CHECK_FALSE(may_replace("xint a;\nint a;\n", "\nint a;", ""));
  CHECK_FALSE(may_replace("int a;\n", "int a;\n", ""));
}

TEST_CASE("signs from one compiler are not put in behind another error") {
  auto error_at = [](uint32_t line, const std::string& message) {
    pb::Diagnostic error;
    error.set_tool("gcc");
    error.set_message(message);
    error.mutable_location()->set_file("a.cpp");
    error.mutable_location()->set_line(line);
    return error;
  };
  pb::Fix fix;
  fix.set_tool("gcc");
  fix.set_message("expected ';'");
  fix.set_target_line(50);
  fix.add_edits()->set_replacement(";");
  auto own = error_at(50, "expected ';'");
  auto close = error_at(40, "no such name");
  auto far = error_at(2, "no such name");
  auto same_line = error_at(50, "no such name");
  auto other_tool = close;
  other_tool.set_tool("clang");
  CHECK_FALSE(refuse_cascade(fix, nullptr, {&own}));
  CHECK_FALSE(refuse_cascade(fix, nullptr, {&far, &own}));
  CHECK_FALSE(refuse_cascade(fix, nullptr, {&other_tool, &own}));
  CHECK(refuse_cascade(fix, nullptr, {&close, &own}));
  CHECK(refuse_cascade(fix, nullptr, {&same_line, &own}));
  // An error in a header: what its shape breaks is not to be trusted.
  auto name = error_at(1, "no such name");
  auto shape = error_at(1, "expected '}' at end of input");
  CHECK_FALSE(refuse_cascade(fix, &name, {&own}));
  CHECK(refuse_cascade(fix, &shape, {&own}));
  // Names are another guard's.
  fix.mutable_edits(0)->set_replacement("name");
  CHECK_FALSE(refuse_cascade(fix, &shape, {&close, &own}));
}

TEST_CASE("an exchange of neighbours counts as one edit") {
  CHECK(edit_distance("viod", "void", 2) == 1);
  CHECK(edit_distance("lenght", "length", 2) == 1);
  CHECK(edit_distance("", "ab", 2) == 2);
  CHECK(edit_distance("same", "same", 0) == 0);
  CHECK(edit_distance("abcdef", "uvwxyz", 2) == 3);
}

TEST_CASE("the bounded distance is the real one up to its bound") {
  for (auto seed : {1U, 2U, 3U, 4U, 5U}) {
    std::mt19937 random{seed};
    for (auto round = 0; round < 400; ++round) {
      std::string a;
      std::string b;
      for (auto n = random() % 8; n > 0; --n)
        a += static_cast<char>('a' + random() % 3);
      for (auto n = random() % 8; n > 0; --n)
        b += static_cast<char>('a' + random() % 3);
      auto limit = static_cast<size_t>(random() % 4);
      INFO("seed ", seed, ": ", a, " / ", b, " limit ", limit);
      CHECK(edit_distance(a, b, limit)
            == std::min(naive_distance(a, b), limit + 1));
    }
  }
}

TEST_CASE("slips of the fingers are corrected, other names are not") {
  CHECK_FALSE(refuse_rename("lenght", "length"));
  CHECK_FALSE(refuse_rename("itn", "int"));
  CHECK_FALSE(refuse_rename("cosnt", "const"));
  CHECK(refuse_rename("x", "y"));
  CHECK(refuse_rename("ks", "k"));
  CHECK(refuse_rename("width", "height"));
  CHECK(refuse_rename("count1", "count2"));
  CHECK(refuse_rename("begin", "end"));
}

TEST_CASE("a qualification may be added, not taken away") {
  CHECK_FALSE(refuse_rename("string", "std::string"));
  CHECK_FALSE(refuse_rename("strng", "std::string"));
  CHECK_FALSE(refuse_rename("a::lenght", "a::length"));
  CHECK(refuse_rename("a::length", "length"));
  CHECK(refuse_rename("map", "std::vector"));
}

TEST_CASE("a name that is used elsewhere too is not taken for misspelt") {
  std::string once = "int f(int length) { return lenght; }";
  CHECK(may_replace(once, "lenght", "length"));
  std::string twice = "int f(int total) { totals += 1; return totals; }";
  CHECK_FALSE(may_replace(twice, "totals", "total"));
  std::string library = "std::strng a; std::strng b;";
  CHECK(may_replace(library, "strng", "string"));
  std::string keyword = "viod f(); viod g();";
  CHECK(may_replace(keyword, "viod", "void"));
}

TEST_CASE("signs are exchanged and put in") {
  CHECK(may_replace("p.x;", ".", "->"));
  CHECK(may_replace("p->x;", "->", "."));
  CHECK(may_replace("std:string s;", ":", "::"));
  CHECK(may_insert("int a = 1\n", "\n", ";"));
  CHECK(may_insert("struct s {}\nint a;", "\n", ";"));
  CHECK(may_insert("T::type a;", "T", "typename "));
  CHECK(may_insert("string a;", "string", "std::"));
  CHECK(may_insert("int f() {", " {", " const"));
  CHECK(may_insert("int a;", "int", "#include <string>\n"));
}

TEST_CASE("nothing but decoration is removed") {
  CHECK(may_replace("void f() override;", " override", ""));
  CHECK(may_replace("void s::f() {}", "s::", ""));
  CHECK(may_replace("int a;; int b;", ";", ""));
  CHECK(may_replace("int const const a;", "const ", ""));
  CHECK(may_replace("int int a;", "int ", ""));
  CHECK_FALSE(may_replace("f(a, b);", ", b", ""));
  CHECK_FALSE(may_replace("int a; f();", "f();", ""));
  CHECK_FALSE(may_replace("return x;", "return x;", ""));
  CHECK_FALSE(may_replace("f(a);", "f(a)", "(void) 0"));
  CHECK_FALSE(may_replace("value = compute(a);", "compute(a)", "0"));
}

TEST_CASE("errors are not silenced") {
  CHECK_FALSE(may_insert("int a = b;", "b", "static_cast<int>("));
  CHECK_FALSE(may_insert("int a = b;", "b", "(int)"));
  CHECK_FALSE(may_insert("int a = b;", "int", "#if 0\n"));
  CHECK_FALSE(may_insert("int a = b;", "int", "// "));
  CHECK_FALSE(may_insert("int a = b;", "int", "[[maybe_unused]] "));
  std::string content = "if (a = b) {}";
  auto edit = insert_before(content, "a", "(");
  pb::Fix fix;
  fix.set_on_note(true);
  fix.set_message("place parentheses around the assignment to silence this");
  CHECK(refuse_edit(fix, edit, content));
}

TEST_CASE("no code becomes a comment by what stands beside an edit") {
  CHECK_FALSE(may_insert("int a = b/p; /* c */", "p", "*"));
  CHECK(may_insert("int a = b/ p; /* c */", "p", "*"));
  CHECK_FALSE(may_insert("int a = b /c;", "c", "/"));
  CHECK_FALSE(may_replace("/* a */ b; /* c */", "*/", "/"));
  CHECK_FALSE(may_insert("// a\nb;", "\n", "\\"));
}

TEST_CASE("no code becomes part of a directive") {
  CHECK_FALSE(may_replace("*#if 0", "*", ""));
  CHECK_FALSE(may_insert("int a = b;", "int", "#"));
  CHECK_FALSE(may_insert("int a;", "int", "#include <x> /* > */\n#if <>\n"));
  CHECK_FALSE(may_insert("int a;", "int", "#include <x> /*>\n"));
  CHECK_FALSE(may_insert("int a;", "int", "#include <x>\\\n"));
}

TEST_CASE("lines are not joined, nor edited together") {
  CHECK_FALSE(may_replace("a; // b\nc;", "\n", " "));
  CHECK_FALSE(may_replace("a\n#define F(x) (x).lenght()\n",
                          "\n#define F(x) (x).lenght",
                          "\n#define F(x) (x).length"));
  CHECK_FALSE(may_insert("// if 0", "if", "\n#"));
}

TEST_CASE("a reason is UTF-8, whatever it quotes") {
  std::string content = "int caf\xe9 = f(a, b);";
  pb::Fix fix;
  auto why = refuse_edit(fix, replace(content, "caf\xe9 = f", "x"), content);
  REQUIRE(why);
  CHECK(cohort::runtime::analysis::valid_utf8(*why) == *why);
  why = refuse_edit(fix, replace(content, "caf\xe9", ""), content);
  REQUIRE(why);
  CHECK(*why == "it removes 'caf?' from the program");
}

TEST_CASE("macros are left alone, their continuation lines too") {
  CHECK_FALSE(may_replace("#define F(x) (x).lenght()\n", "lenght", "length"));
  CHECK_FALSE(
    may_replace("#define F(x) \\\n  (x).lenght()\n", "lenght", "length"));
  CHECK_FALSE(
    may_replace("# define F(x) \\\n a \\\n lenght\n", "lenght", "length"));
  CHECK(may_replace("#define F(x) x\nint a = lenght;\n", "lenght", "length"));
}

TEST_CASE("an include may be corrected, not exchanged") {
  CHECK(may_replace("#include \"shpae.h\"\n", "\"shpae.h\"", "\"shape.h\""));
  CHECK(may_replace("#include \"vector\"\n", "\"vector\"", "<vector>"));
  CHECK_FALSE(
    may_replace("#include \"shape.h\"\n", "\"shape.h\"", "\"circle.h\""));
}

TEST_CASE("a format directive may be exchanged") {
  std::string message = "format '%d' expects argument of type 'int'";
  CHECK(may_replace("printf(\"%d\", s);", "%d", "%s", message));
  CHECK_FALSE(may_replace("printf(\"%d\", some);", "some", "none"));
}

TEST_CASE("edits outside the file are refused") {
  pb::Fix fix;
  pb::Edit edit;
  edit.set_begin(5);
  edit.set_end(4);
  CHECK(refuse_edit(fix, edit, "0123456789"));
  edit.set_end(11);
  CHECK(refuse_edit(fix, edit, "0123456789"));
  edit.set_begin(UINT64_MAX);
  edit.set_end(UINT64_MAX);
  CHECK(refuse_edit(fix, edit, ""));
  edit.set_begin(0);
  edit.set_end(0);
  edit.set_replacement(";");
  CHECK_FALSE(refuse_edit(fix, edit, ""));
}

TEST_CASE("random edits of random bytes are judged without harm") {
  for (auto seed : {11U, 12U, 13U}) {
    std::mt19937 random{seed};
    std::string alphabet = "ab:;# \\\n()<>&*\"\xc3\xbc%d1";
    auto text = [&](size_t length) {
      std::string result;
      for (; length > 0; --length)
        result += alphabet[random() % alphabet.size()];
      return result;
    };
    for (auto round = 0; round < 2000; ++round) {
      INFO("seed ", seed);
      auto content = text(random() % 40);
      pb::Edit edit;
      edit.set_begin(random() % 50);
      edit.set_end(random() % 50);
      edit.set_replacement(text(random() % 6));
      pb::Fix fix;
      auto refused = refuse_edit(fix, edit, content);
      auto outside = edit.begin() > edit.end() || edit.end() > content.size();
      CHECK((!outside || refused));
      (void) is_rename(edit, content);
      (void) is_structural(edit);
    }
  }
}

TEST_CASE("renames are told from keywords and qualifications") {
  std::string content = "lenght viod string";
  CHECK(is_rename(replace(content, "lenght", "length"), content));
  CHECK_FALSE(is_rename(replace(content, "viod", "void"), content));
  CHECK_FALSE(is_rename(replace(content, "string", "std::string"), content));
  CHECK(is_structural(insert_before(content, "viod", ";")));
  CHECK_FALSE(is_structural(insert_before(content, "viod", "std::")));
}

} // namespace cohort::tests::guards_test
