#include "runtime/execution/rules/rule_book.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include "runtime/execution/guards.hpp"
#include "runtime/execution/rules/rules.hpp"
#include "runtime/workspace/edits.hpp"

namespace cohort::tests::rules_test {

using namespace cohort::runtime;
namespace pb = cohort::messages::v1;

namespace {

pb::Diagnostic error_at(uint32_t line, uint32_t column, std::string message) {
  pb::Diagnostic error;
  error.set_severity(pb::SEVERITY_ERROR);
  error.mutable_location()->set_file("a.cc");
  error.mutable_location()->set_line(line);
  error.mutable_location()->set_byte_column(column);
  error.set_message(std::move(message));
  return error;
}

/// An index with a header that declares names, and a file that includes it.
const toolchain::symbol_index& some_index() {
  static const toolchain::symbol_index index = [] {
    auto header = std::make_shared<toolchain::file_symbols>();
    header->declared = {{"thing", "class", "", 1},
                        {"CHECK_IT", "macro", "", 2},
                        {"area", "prototype", "double", 3},
                        {"n", "namespace", "", 4},
                        {"arias", "prototype", "int", 5, true}};
    auto user = std::make_shared<toolchain::file_symbols>();
    user->includes = {"lib/a.h"};
    return toolchain::symbol_index{
      {{"include/lib/a.h", header}, {"user.cc", user}}};
  }();
  return index;
}

/// What the file reads like after each proposal.
std::vector<std::string> outcomes(const pb::Diagnostic& error,
                                  const std::string& content) {
  std::vector<std::string> result;
  execution::rule_book rules{content, {&error}, [] { return &some_index(); }};
  for (auto& fix : rules.fixes(error)) {
    auto edited = workspace::apply_edits(content, {fix.edits().begin(),
                                                   fix.edits().end()});
    REQUIRE(edited);
    CHECK(fix.target_line() == error.location().line());
    result.push_back(*edited);
  }
  return result;
}

bool offers(const pb::Diagnostic& error, const std::string& content,
            const std::string& wanted) {
  auto all = outcomes(error, content);
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

} // namespace

TEST_CASE("a brace that the indentation shows") {
  CHECK(offers(error_at(3, 1, "expected '}' at end of input"),
               "void f() {\n  g();\nvoid h();\n",
               "void f() {\n  g();\n}\nvoid h();\n"));
  CHECK(offers(error_at(3, 1, "function definition is not allowed here"),
               "struct s {\n  int a;\nint f() { return 1; }\n",
               "struct s {\n  int a;\n};\nint f() { return 1; }\n"));
  // An error before it does not come from it.
  CHECK_FALSE(offers(error_at(1, 1, "expected ';'"),
                     "int a\nvoid f() {\n  g();\nvoid h();\n",
                     "int a\nvoid f() {\n  g();\n}\nvoid h();\n"));
}

TEST_CASE("a parenthesis that is open at the end of the statement") {
  CHECK(offers(error_at(1, 12, "expected ')'"), "int a = f(g(1);\n",
               "int a = f(g(1));\n"));
}

TEST_CASE("a line that repeats the one before it") {
  auto error = error_at(2, 7, "redeclaration of 'int a'");
  CHECK(offers(error, "  int a;\n  int a;\nint b;\n", "  int a;\nint b;\n"));
  CHECK(outcomes(error, "  int a;\n  int a ;\nint b;\n").empty());
  CHECK(outcomes(error_at(2, 7, "use of undeclared identifier 'a'"),
                 "  int a;\n  int a;\n")
          .empty());
}

TEST_CASE("the header of a name: standard, and the workspace's own") {
  CHECK(offers(error_at(2, 6, "no template named 'vector' in namespace 'std'"),
               "#include <map>\nstd::vector<int> x;\n",
               "#include <map>\n#include <vector>\nstd::vector<int> x;\n"));
  CHECK(offers(error_at(1, 1, "unknown type name 'thing'"), "thing x;\n",
               "#include \"lib/a.h\"\nthing x;\n"));
  // A macro's name is not in the message.
  CHECK(offers(error_at(1, 9,
                        "expected constructor, destructor, or type "
                        "conversion before '(' token"),
               "CHECK_IT(a) {}\n", "#include \"lib/a.h\"\nCHECK_IT(a) {}\n"));
  // It is there already; a namespace is in too many headers.
  CHECK(outcomes(error_at(2, 1, "unknown type name 'thing'"),
                 "#include \"lib/a.h\"\nthing x;\n")
          .empty());
  CHECK(outcomes(error_at(1, 7, "'n' has not been declared"), "using n::x;\n")
          .empty());
}

TEST_CASE("what is meant inside a macro's arguments") {
  CHECK(offers(error_at(1, 10,
                        "'class r' has no member named 'fatlly'; did you "
                        "mean 'fatally'?"),
               "EXPECT(r.fatlly());\n", "EXPECT(r.fatally());\n"));
  CHECK(
    outcomes(error_at(1, 1, "no member named 'size'; did you mean 'length'?"),
             "EXPECT(r.size());\n")
      .empty());
}

TEST_CASE("an incomplete type of the standard library") {
  CHECK(offers(error_at(2, 18,
                        "field 'ref' has incomplete type "
                        "'std::atomic<int>'"),
               "#include <map>\nstd::atomic<int> ref;\n",
               "#include <atomic>\n#include <map>\nstd::atomic<int> ref;\n"));
}

TEST_CASE("a semicolon behind a type, and an override of nothing") {
  CHECK(offers(error_at(1, 14, "expected ';' after struct"),
               "struct s { } \nint x;\n", "struct s { } ;\nint x;\n"));
  CHECK(offers(error_at(1, 16,
                        "'f' marked 'override' but does not override any "
                        "member functions"),
               "  virtual void f() override;\n", "  virtual void f() ;\n"));
}

TEST_CASE("an override that its base declares otherwise") {
  std::string header = "struct base {\n"
                       "  virtual int area(int) const;\n"
                       "  virtual void size(const char* name, long n);\n"
                       "  virtual int width() noexcept;\n"
                       "};\n";
  auto repaired = [&](const std::string& line, std::string message,
                      const std::string& note_text, uint32_t base_line,
                      uint32_t base_column) {
    std::string content = "struct d : base {\n" + line + "\n};\n";
    auto error = error_at(2, 3, std::move(message));
    auto& note = *error.add_notes();
    note.set_message(note_text);
    note.mutable_location()->set_file("b.h");
    note.mutable_location()->set_line(base_line);
    note.mutable_location()->set_byte_column(base_column);
    execution::rule_book rules{content, {&error}, {}, [&](auto& name) {
                                 return name == "b.h" ? &header : nullptr;
                               }};
    std::string result;
    for (auto& fix : rules.fixes(error)) {
      auto text = workspace::apply_edits(content, {fix.edits(0)});
      REQUIRE(text);
      CHECK_FALSE(execution::refuse_edit(fix, fix.edits(0), content));
      result += text->substr(18, text->size() - 18 - 4);
    }
    return result;
  };
  std::string hides
    = "non-virtual member function marked 'override' hides virtual member "
      "function";
  std::string hidden = "hidden overloaded virtual function 'base::x' declared "
                       "here: type mismatch";
  CHECK(
    repaired("  int area(int x) override { return x; }", hides, hidden, 2, 15)
    == "  int area(int x) const override { return x; }");
  CHECK(repaired("  void size(char* what, int) override;", hides, hidden, 3, 16)
        == "  void size(const char* what, long) override;");
  // How it is written, and names, are no difference.
  CHECK(repaired("  void size(const char *what, long) const override;", hides,
                 hidden, 3, 16)
        == "  void size(const char *what, long)  override;");
  CHECK(repaired("  void size(const char*, long) const override;", hides,
                 hidden, 3, 16)
        == "  void size(const char*, long)  override;");
  CHECK(repaired("  long area(int) const override;",
                 "virtual function 'area' has a different return type ('long') "
                 "than the function it overrides (which has return type 'int')",
                 "overridden virtual function is here", 2, 15)
        == "  int area(int) const override;");
  CHECK(repaired("  int width() override;",
                 "looser exception specification on overriding virtual "
                 "function 'virtual int d::width()'",
                 "overridden function is 'virtual int base::width()'", 4, 15)
        == "  int width() noexcept override;");
  // Another number of parameters: nobody knows which is meant.
  CHECK(repaired("  void size() override;", hides, hidden, 3, 16).empty());
}

TEST_CASE("override stays where a base may declare what it is to override") {
  auto refused = [](const std::string& content, const std::string& message) {
    pb::Fix fix;
    fix.set_message(message);
    auto& edit = *fix.add_edits();
    edit.set_begin(content.find(" override"));
    edit.set_end(edit.begin() + 9);
    return execution::rules::refuse_lost_override(fix, edit, content,
                                                  [] { return &some_index(); })
      .value_or("");
  };
  std::string gcc = "'int d::aria()' marked 'override', but does not override";
  std::string clang = "only virtual member functions can be marked 'override'";
  std::string derived = "struct d : base {\n  int aria() override;\n};\n";
  CHECK(refused(derived, gcc).find("base class") != std::string::npos);
  CHECK(refused(derived, clang) == "it may be meant to override arias");
  CHECK(
    refused("struct d : base {\n  int other() override;\n};\n", clang).empty());
  CHECK(refused("struct d {\n  int aria() override;\n};\n", gcc).empty());
  // Whatever stands between the name and the word, and on however many lines.
  for (std::string head :
       {"int aria(int a,\n int b)", "int aria ()", "int aria() const noexcept",
        "int aria() noexcept(true)", "__attribute__((x)) int aria()"})
    CHECK(refused("struct d : base {\n  " + head + " override;\n};\n", clang)
          == "it may be meant to override arias");
  CHECK_FALSE(
    refused("struct d : base {\n  int go() override;\n};\n", clang).empty());
  CHECK(refused("class c { public: struct d {\n  int aria() override;\n}; };\n",
                gcc)
          .empty());
  auto error = error_at(2, 7, clang);
  CHECK(outcomes(error, derived)
        == std::vector<std::string>{
          "struct d : base {\n  int arias() override;\n};\n"});
  CHECK(
    outcomes(error_at(2, 7, gcc), "struct d {\n  int aria() override;\n};\n")
    == std::vector<std::string>{"struct d {\n  int aria() ;\n};\n"});
}

TEST_CASE("a function that has to be const, where it is declared") {
  auto error = error_at(3, 3,
                        "passing 'const s' as 'this' argument discards "
                        "qualifiers");
  auto& note = *error.add_notes();
  note.set_message("  in call to 'int s::get(int (*)(int))'");
  note.mutable_location()->set_file("s.h");
  note.mutable_location()->set_line(2);
  note.mutable_location()->set_byte_column(7);
  std::string header
    = "struct s {\n  int get(int (*)(int)) { return 1; }\n};\n";
  std::string content = "\n\n  x.get(f);\n";
  execution::rule_book rules{
    content, {&error}, {}, [&](const std::string& name) {
      return name == "s.h" ? &header : nullptr;
    }};
  auto fixes = rules.fixes(error);
  REQUIRE(fixes.size() == 1);
  CHECK(fixes[0].edits(0).file() == "s.h");
  auto edited = workspace::apply_edits(header, {fixes[0].edits(0)});
  REQUIRE(edited);
  CHECK(*edited
        == "struct s {\n  int get(int (*)(int)) const { return 1; }\n};\n");
  // A file that may not be edited.
  CHECK(execution::rule_book{content, {&error}}.fixes(error).empty());
}

TEST_CASE("of two functions that differ in their results, the one that returns "
          "something constant has to be const") {
  auto error = error_at(1, 1,
                        "passing 'const s' as 'this' argument discards "
                        "qualifiers");
  auto& note = *error.add_notes();
  note.set_message("  in call to 'int* s::get()'");
  note.mutable_location()->set_file("s.h");
  note.mutable_location()->set_byte_column(8);
  std::string content = "*x.get();\n";
  auto edited = [&](const std::string& header, uint32_t line) {
    note.mutable_location()->set_line(line);
    auto fixes = execution::rule_book{
      content, {&error}, {}, [&](auto& name) {
        return name == "s.h" ? &header : nullptr;
      }}.fixes(error);
    REQUIRE_FALSE(fixes.empty());
    auto text = workspace::apply_edits(header, {fixes[0].edits(0)});
    REQUIRE(text);
    return *text;
  };
  std::string before = "struct s {\n";
  CHECK(edited(before + "  int* get();\n  const int* get();\n};", 2)
        == before + "  int* get();\n  const int* get() const;\n};");
  CHECK(edited(before + "  const int* get();\n  int* get();\n};", 3)
        == before + "  const int* get() const;\n  int* get();\n};");
  // One that is const already, another name, and one too far away.
  CHECK(edited(before + "  int* get();\n  const int* get() const;\n};", 2)
        == before + "  int* get() const;\n  const int* get() const;\n};");
  CHECK(
    edited(before + "  int* get();\n};\nstruct t {\n  const int* get();\n};", 2)
    == before
         + "  int* get() const;\n};\nstruct t {\n  const int* "
           "get();\n};");
  CHECK(edited(before + "  int* get();\n  const int* forget();\n};", 2)
        == before + "  int* get() const;\n  const int* forget();\n};");
  CHECK(edited(before + "  int* get();\n\n\n\n\n\n  const int* get();\n};", 2)
        == before + "  int* get() const;\n\n\n\n\n\n  const int* get();\n};");
}

TEST_CASE("the result of a function that is declared elsewhere") {
  auto error = error_at(1, 1,
                        "C++ requires a type specifier for all "
                        "declarations");
  CHECK(outcomes(error, "area() { return 1; }\n").front()
        == "double area() { return 1; }\n");
  CHECK(outcomes(error, "other() { if (x) return; }\n").front()
        == "void other() { if (x) return; }\n");
  CHECK(outcomes(error, "other() { if (x) return true; return false; }\n")
        == std::vector<std::string>{
          "bool other() { if (x) return true; return false; }\n"});
  CHECK(outcomes(error, "main() { return f(); }\n").front()
        == "int main() { return f(); }\n");
  // Any type compiles, and none is known.
  CHECK(outcomes(error, "other() { return 3.14; }\n").empty());
  CHECK(outcomes(error, "other();\nvoid f() {}\n").empty());
  // Returns of another function, none at all, and what may be a constructor.
  CHECK(
    outcomes(error, "other() { f([](int x) { return true; }); }\n").empty());
  CHECK(outcomes(error, "other() { throw 1; }\n").empty());
  CHECK(outcomes(error, "other() { if (x) return true; f(); }\n").empty());
  CHECK(
    outcomes(error_at(2, 1, error.message()), "struct s {\nother(int) {}\n};\n")
      .empty());
  CHECK(outcomes(error, "other() { a[0] = 1; }\n").front()
        == "void other() { a[0] = 1; }\n");
}

TEST_CASE("a misspelt keyword") {
  CHECK(offers(error_at(1, 1, "unknown type name 'cosnt'"),
               "cosnt int x = 1;\n", "const int x = 1;\n"));
  // The word itself is not in the message.
  CHECK(offers(error_at(2, 12, "expected ';' at end of declaration"),
               "\nvoid* cosnt top = 0;\n", "\nvoid* const top = 0;\n"));
  // A name that is used again is no slip.
  CHECK(
    outcomes(error_at(1, 1, "unknown type name 'cosnt'"), "cosnt x; cosnt y;\n")
      .empty());
}

TEST_CASE("a name of the standard library") {
  CHECK(
    offers(error_at(1, 1, "unknown type name 'string'; did you mean 'String'?"),
           "string name;\n", "std::string name;\n"));
  CHECK(offers(error_at(1, 7, "'vector' does not name a type"),
               "const vector<int> v;\n", "const std::vector<int> v;\n"));
  CHECK(outcomes(error_at(1, 3, "use of undeclared identifier 'find'"),
                 "x.find(1); y->find(2); own::find(3);\n")
          .empty());
  CHECK(outcomes(error_at(1, 1, "unknown type name 'shape'"), "shape s;\n")
          .empty());
}

TEST_CASE("one using-declaration for a name that is used several times") {
  auto error = error_at(
    5, 3, "use of undeclared identifier 'area'; did you mean 'geo::area'?");
  std::string before = "#include <geo.h>\n\nnamespace app {\n\n";
  std::string uses = "  area(1);\n  area(2);\n";
  auto content = before + "void f() {\n" + uses + "}\n\n}\n";
  error.mutable_location()->set_line(6);
  CHECK(
    offers(error, content,
           before + "using geo::area;\n\nvoid f() {\n" + uses + "}\n\n}\n"));
  // Beside others of its kind; and after the includes where no namespace is.
  CHECK(offers(error, before + "using geo::a;\n" + uses + "}\n",
               before + "using geo::area;\nusing geo::a;\n" + uses + "}\n"));
  error.mutable_location()->set_line(2);
  CHECK(offers(error, "#include <geo.h>\n" + uses,
               "#include <geo.h>\nusing geo::area;\n\n" + uses));
  // Not where one use may be meant, others are qualified, or for all who
  // include the file.
  auto proposes = [&](const std::string& text) {
    auto all = outcomes(error, text);
    return std::any_of(all.begin(), all.end(), [](auto& one) {
      return one.find("using ") != one.npos;
    });
  };
  CHECK(proposes("#include <geo.h>\n" + uses));
  CHECK_FALSE(proposes("#include <geo.h>\n  area(1);\n"));
  CHECK_FALSE(proposes("#include <geo.h>\n" + uses + "  geo::area(3);\n"));
  error.mutable_location()->set_file("a.h");
  CHECK_FALSE(proposes("#include <geo.h>\n" + uses));
}

TEST_CASE("the sign of a member access") {
  CHECK(offers(error_at(1, 3,
                        "request for member 'f' in 'p', which is of pointer "
                        "type 'x*' (maybe you meant to use '->' ?)"),
               "p.f();\n", "p->f();\n"));
  CHECK(offers(error_at(1, 2,
                        "member reference base type 'const x *' is not a "
                        "structure or union"),
               "p.f();\n", "p->f();\n"));
  CHECK(offers(error_at(1, 4, "no member named 'get' in 'std::string'"),
               "p->get();\n", "p.get();\n"));
  CHECK(outcomes(error_at(1, 1, "no member named 'get' in 'x'"), "get();\n")
          .empty());
}

TEST_CASE("one colon for two") {
  CHECK(offers(error_at(1, 4, "expected ';' before ':' token"),
               "std:string x;\n", "std::string x;\n"));
  CHECK(outcomes(error_at(1, 1, "expected expression"),
                 "a ? b : c; x::y(); case 1:2;\n")
          .empty());
}

TEST_CASE("a declaration that is misspelt") {
  CHECK(offers(error_at(2, 10,
                        "use of undeclared identifier 'result'; did you mean "
                        "'resutl'?"),
               "int f(int resutl) {\n  return result;\n}\n",
               "int f(int result) {\n  return result;\n}\n"));
  CHECK(outcomes(error_at(3, 10,
                          "use of undeclared identifier 'result'; did you mean "
                          "'resutl'?"),
                 "int f(int resutl) {\n  resutl++;\n  return result;\n}\n")
          .empty());
}

TEST_CASE("a declaration is not replaced by its own name") {
  CHECK(outcomes(error_at(1, 1,
                          "'name' was not declared here; did you mean 'name'"),
                 "int name;\n")
          .empty());
}

TEST_CASE("typename") {
  CHECK(offers(
    error_at(1, 1, "missing 'typename' prior to dependent type name 'T::x'"),
    "T::x f();\n", "typename T::x f();\n"));
}

TEST_CASE(
  "places outside the file, and any bytes, give proposals inside it or none") {
  std::mt19937 random{11};
  const std::string alphabet = "ab:.->'cosnt \n\t\"std(){};<,\xff";
  for (int round = 0; round < 5'000; ++round) {
    std::string content;
    for (auto length = random() % 80; length > 0; --length)
      content += alphabet[random() % alphabet.size()];
    auto message = "no member named '" + content.substr(0, 3)
                   + "' undeclared identifier; did you mean '"
                   + content.substr(content.size() / 2, 4)
                   + "'? missing 'typename'";
    auto error = error_at(static_cast<uint32_t>(random() % 5),
                          static_cast<uint32_t>(random() % 90), message);
    for (auto& fix : execution::rule_book{content, {&error}}.fixes(error))
      for (auto& edit : fix.edits()) {
        CHECK(edit.begin() <= edit.end());
        CHECK(edit.end() <= content.size());
      }
  }
}

} // namespace cohort::tests::rules_test
