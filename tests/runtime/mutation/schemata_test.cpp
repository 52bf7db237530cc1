#include "runtime/mutation/schemata.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "runtime/mutation/find_mutants.hpp"
#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::schemata_test {

using namespace cohort::runtime::mutation;
namespace process = cohort::runtime::process;

namespace {

findings find(const std::string& file, const std::string& text) {
  mutant_search what;
  what.tree = "/tmp";
  what.unsaved = {{"/tmp/" + file, text}};
  mutant_finder finder{what};
  finder.read(file, {});
  return finder.take();
}

/// The text with its mutants, without the helper in front of it.
std::string mutated(const std::string& text) {
  auto found = find("m.cpp", text);
  auto all = with_mutants(text, found.sites, 9);
  std::string line{"#line 1\n"};
  return all.substr(all.find(line) + line.size());
}

/// A program with all mutants of a text.
class program {
public:
  program(const std::string& file, const std::string& text,
          std::vector<std::string> compile)
    : found{find(file, text)} {
    cohort::tests::write_file(
      folder_.path() / file,
      with_mutants(text, found.sites,
                   static_cast<uint32_t>(found.sites.size())));
    compile.insert(compile.end(), {file, "-o", "program"});
    auto built = run(std::move(compile), {});
    REQUIRE_MESSAGE(built.ok(), built.err);
  }

  int exit_code(const std::string& chosen) {
    return run({"./program"}, {{"COHORT_MUTANT", chosen}}).exit_code;
  }

  std::string trace() {
    run({"./program"},
        {{"COHORT_MUTANT_TRACE", (folder_.path() / "trace").string()}});
    return cohort::tests::read_file(folder_.path() / "trace");
  }

  /// The exit code of each mutant: "mutator original: code".
  std::string exit_codes() {
    std::string result;
    for (auto& one : found.sites) {
      auto& mutant = one.mutant;
      result += mutant.mutator() + ' ' + mutant.original() + " -> "
                + mutant.replacement() + ": "
                + std::to_string(exit_code(std::to_string(mutant.id()))) + '\n';
    }
    return result;
  }

  findings found;

private:
  process::outcome
  run(std::vector<std::string> argv,
      std::vector<std::pair<std::string, std::string>> environment) {
    process::command what;
    what.argv = std::move(argv);
    what.environment = std::move(environment);
    what.working_directory = folder_.path().string();
    what.deadline = std::chrono::seconds{60};
    return cohort::tests::processes().run(std::move(what));
  }

  temp_folder folder_;
};

const std::vector<std::string> as_cpp{"g++", "-std=c++20", "-Wall", "-Wextra",
                                      "-Werror"};

} // namespace

TEST_CASE("an expression is put beside its other form") {
  CHECK(mutated("int f(int a) { return a - 2; }\n")
        == "int f(int a) { return (COHORT_MUTANT(1) ? ((int)0) : "
           "((COHORT_MUTANT(2) ? (a + 2) : (a - (COHORT_MUTANT(3) ? "
           "((2 + 1)) : (2)))))); }\n");
}

TEST_CASE("a statement, a condition") {
  CHECK(mutated("void g(); void f(int* a) { if (a) g(); else g(); }\n")
        == "void g(); void f(int* a) { if ((COHORT_MUTANT(1) ? (!(a)) : "
           "!!(a))) (COHORT_MUTANT(2) ? ((void)0) : (void)(g())); else "
           "(COHORT_MUTANT(3) ? ((void)0) : (void)(g())); }\n");
}

TEST_CASE("without mutants a text stays as it is") {
  CHECK(with_mutants("int x;\n", {}, 5) == "int x;\n");
  site built;
  built.mutant.set_needs_rebuild(true);
  CHECK(with_mutants("int x;\n", {built}, 5) == "int x;\n");
}

TEST_CASE("lines stay where they are, and so does a byte order mark") {
  std::string text{"\xEF\xBB\xBFint f(int a) {\n  return a\n    + 2;\n}\n"};
  auto found = find("m.cpp", text);
  auto all = with_mutants(text, found.sites, 3);
  CHECK(all.starts_with("\xEF\xBB\xBF#line 1000000\n"));
  auto behind = all.substr(all.find("#line 1\n") + 8);
  CHECK(std::count(behind.begin(), behind.end(), '\n') == 4);
  CHECK(behind.starts_with("int f(int a) {\n"));
}

TEST_CASE("a program of C++ chooses each of its mutants") {
  program all{"m.cpp",
              "static int sum = 0;\n"
              "static void add(int n) {\n  sum += n;\n}\n"
              "static bool is_large(int n) {\n  return n > 2 && n < 9;\n}\n"
              "int main() {\n"
              "  int code = 10;\n  int i = 1;\n  ++i;\n"
              "  add(i * 3);\n"
              "  if (is_large(sum)) code += sum;\n"
              "  return code;\n}\n",
              as_cpp};
  CHECK(all.exit_code("") == 16);
  CHECK(all.exit_code("0") == 16);
  CHECK(all.exit_codes()
        == "statement sum += n -> : 10\n"
           "arithmetic += -> -=: 10\n"
           "return n > 2 && n < 9 -> !(n > 2 && n < 9): 10\n"
           "boundary > -> >=: 16\n"
           "relational > -> <=: 10\n"
           "constant 2 -> (2 + 1): 16\n"
           "logical && -> ||: 16\n"
           "boundary < -> <=: 16\n"
           "relational < -> >=: 10\n"
           "constant 9 -> (9 + 1): 16\n"
           "constant 10 -> (10 + 1): 17\n"
           "constant 1 -> 0: 13\n"
           "increment ++ -> --: 10\n"
           "statement ++i -> : 13\n"
           "statement add(i * 3) -> : 10\n"
           "arithmetic * -> /: 10\n"
           "constant 3 -> (3 + 1): 18\n"
           "condition is_large(sum) -> !(is_large(sum)): 10\n"
           "statement code += sum -> : 10\n"
           "arithmetic += -> -=: 4\n"
           "return code -> (int)0: 0\n");
}

TEST_CASE("a program of C does so, too, and tells what it reaches") {
  program all{"m.c",
              "#define _GNU_SOURCE\n#include <stdlib.h>\n#include <unistd.h>\n"
              "static int twice(int n) { return n + n; }\n"
              "static int never(int n) { return n - 1; }\n"
              "int main(int argc, char** argv) {\n"
              "  int *at = &argc;\n"
              "  if (argc > 5 || !at) return never(argc);\n"
              "  if (twice(argc) == 2) abort();\n  (void) argv;\n"
              "  return 0;\n}\n",
              {"gcc", "-std=c99", "-pedantic-errors"}};
  auto reached = read_trace(all.trace());
  std::string lines;
  for (auto& one : all.found.sites)
    if (std::count(reached.begin(), reached.end(), one.mutant.id()) > 0)
      lines += std::to_string(one.mutant.line()) + ' ';
  // The program died after that.
  CHECK(lines == "4 4 8 8 8 8 8 9 9 9 ");
}

TEST_CASE("a trace is read whatever became of it") {
  CHECK(read_trace("3\n1\n3\n") == std::vector<uint32_t>{1, 3});
  CHECK(read_trace("2\nx\n-1\n0\n12").size() == 2);
  CHECK(read_trace("").empty());
}

} // namespace cohort::tests::schemata_test
