#include "runtime/logs/headline.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::headline_test {

using namespace cohort::runtime::logs;

namespace {

/// "tool|severity|file|line|column|option|message"; "" for no headline.
std::string told(const std::optional<pb::Diagnostic>& said) {
  if (!said)
    return "";
  auto& at = said->location();
  return said->tool() + '|' + std::to_string(said->severity()) + '|' + at.file()
         + '|' + std::to_string(at.line()) + '|'
         + std::to_string(at.byte_column()) + '|' + said->option() + '|'
         + said->message();
}

std::string headline(std::string_view line) {
  return told(read_headline(line));
}

std::string linker(std::string_view line) {
  return told(read_linker_line(line));
}

} // namespace

TEST_CASE("the headlines of compilers") {
  CHECK(headline("a.c:3:7: error: no 'x' [-Werror=unused-value]")
        == "log|3|a.c|3|7|-Wunused-value|no 'x'");
  CHECK(headline("/s/a b.c:3: fatal error: x.h: No such file or directory")
        == "log|4|/s/a b.c|3|0||x.h: No such file or directory");
  CHECK(headline("C:\\s\\a.c:3:7: warning: odd [-Wx]")
        == "log|2|C:\\s\\a.c|3|7|-Wx|odd");
  CHECK(headline("a.s:3: Error: no such instruction: `x'")
        == "log|3|a.s|3|0||no such instruction: `x'");
  CHECK(
    headline("C:\\s\\a.cpp(3,7): fatal error C1083: no 'x' [C:\\s\\b.vcxproj]")
    == "msvc|4|C:\\s\\a.cpp|3|7|C1083|no 'x'");
  CHECK(headline("a.cpp(3) : error C2065: 'x' : undeclared identifier")
        == "msvc|3|a.cpp|3|0|C2065|'x' : undeclared identifier");
  CHECK(headline("a.obj : error LNK2019: unresolved external symbol f")
        == "ld|3|a.obj|0|0|LNK2019|unresolved external symbol f");
  CHECK(headline("LINK : fatal error LNK1104: cannot open file 'z.lib'")
        == "ld|4||0|0|LNK1104|cannot open file 'z.lib'");
  CHECK(headline("error[E0412]: cannot find type `T` in this scope")
        == "rustc|3||0|0|E0412|cannot find type `T` in this scope");
  CHECK(headline("src/a.rs:3:7: error[E0412]: no `T`")
        == "rustc|3|src/a.rs|3|7|E0412|no `T`");
  CHECK(headline("a.ts(3,7): error TS2304: Cannot find name 'x'.")
        == "log|3|a.ts|3|7|TS2304|Cannot find name 'x'.");
  CHECK(headline("a.ts:3:7 - error TS2304: Cannot find name 'x'.")
        == "log|3|a.ts|3|7|TS2304|Cannot find name 'x'.");
  CHECK(headline("./a.go:3:7: undefined: x")
        == "go|3|./a.go|3|7||undefined: x");
  CHECK(headline("cc1: fatal error: x") == "log|4||0|0||x");
  CHECK(headline("ERROR: a.c:3:7: error: x") == "log|3|a.c|3|7||x");
  CHECK(headline("a.c:3:7: Fehler: x") == "log|3|a.c|3|7||x");
  CHECK(headline("CMake Error at x/CMakeLists.txt:3 (find_package):")
        == "cmake|3|x/CMakeLists.txt|3|0||(find_package):");
  CHECK(headline("CMake Error: The source directory \"/x\" does not exist.")
        == "cmake|3||0|0||The source directory \"/x\" does not exist.");
  CHECK(headline("CMake Error in x/CMakeLists.txt:")
        == "cmake|3|x/CMakeLists.txt|0|0||CMake error");
  CHECK(headline("error: linking with `cc` failed: exit status: 1")
        == "ld|3||0|0||linking with `cc` failed: exit status: 1");
  CHECK(headline("make[2]: *** No rule to make target 'a'.  Stop.")
        == "make|3||0|0||No rule to make target 'a'.  Stop.");
  CHECK(
    headline("Error\tC2065\t'x': undeclared identifier\tapp\tC:\\a.cpp\t9\t")
    == "msvc|3|C:\\a.cpp|9|0|C2065|'x': undeclared identifier");
}

TEST_CASE("what only sums up is no headline") {
  for (auto* line :
       {"error: could not compile `x` due to 4 previous errors",
        "error: Could not compile `x`.",
        "error: aborting due to previous error",
        "collect2: error: ld returned 1 exit status",
        "clang: error: linker command failed with exit code 1 (use -v ...)",
        "cc1: some warnings being treated as errors",
        "make: *** [x] Error 1",
        "a.exe : fatal error LNK1120: 1 unresolved externals",
        "error: command 'gcc' failed with exit code 1",
        "ERROR: process \"/bin/sh -c make\" did not complete successfully: "
        "exit "
        "code: 2",
        "Error: Process completed with exit code 2.",
        "error: build failed",
        "warning: build failed, waiting for other jobs to finish...",
        "a.cpp(3): error C2220: the following warning is treated as an error",
        "x.targets(3,5): error MSB6006: \"CL.exe\" exited with code 2.",
        "warning: `foo` (bin) generated 1 warning",
        "warning: `foo` (bin \"foo\" test) generated 3 warnings (2 duplicates)",
        "warning: 2 warnings emitted",
        "error: 2 errors generated.",
        "3 errors generated.",
        "int main() {",
        "",
        "   ",
        "a.c:3:7: error: ",
        "a.c: In function 'f':",
        "x - error - y",
        "a.c:3:7 - no error"})
    CHECK(headline(line) == "");
}

TEST_CASE("what has the words of a summary, and is none") {
  for (auto* line :
       {"a.swift:1:8: error: no such module 'Foo'",
        "error: failed to run custom build command for `openssl-sys v0.9.1`",
        "a.c:3:2: error: #error \"Build failed, set FOO\"",
        "a.c:3:2: error: #error Build failed",
        "a.c:3:2: error: #error 3 errors generated.",
        "x.targets(3,5): error MSB3073: The command \"gen\" exited with code "
        "1.",
        "x.targets(3,5): error MSB8066: Custom build for 'x' exited with code "
        "1.",
        "a.rs:3:7: error: `foo` (bin) generated 1 warning",
        "error: cannot continue a loop that is not there",
        "error: could not compile because the disk is full",
        "error: 3 errors is no name"}) {
    CAPTURE(line);
    CHECK(headline(line) != "");
  }
}

TEST_CASE("places") {
  auto place = [](std::string_view text) {
    auto at = read_place(text);
    return at ? at->file() + '|' + std::to_string(at->line()) + '|'
                  + std::to_string(at->byte_column())
              : "";
  };
  CHECK(place("a.c:3:7") == "a.c|3|7");
  CHECK(place("a.c:3") == "a.c|3|0");
  CHECK(place("C:\\a.c(3,7,3,12)") == "C:\\a.c|3|7");
  CHECK(place("s/a (1).c:3") == "s/a (1).c|3|0");
  CHECK(place("a.c") == "");
  CHECK(place(":3:7") == "");
  CHECK(place("a.c(x)") == "");
  CHECK(place("a.c:99999999999") == "");
}

TEST_CASE("what linkers say") {
  CHECK(linker("a.c:(.text+0x1d): undefined reference to `f'")
        == "ld|3|a.c|0|0||undefined reference to 'f'");
  CHECK(linker("/usr/bin/ld: s/a.c:239: undefined reference to`S::f(int, T)'")
        == "ld|3|s/a.c|239|0||undefined reference to 'S::f(int, T)'");
  CHECK(linker("ld.lld: error: undefined symbol: S::f(int, char)")
        == "ld|3||0|0||undefined reference to 'S::f(int, char)'");
  CHECK(linker("  \"_f\", referenced from:")
        == "ld|3||0|0||undefined reference to '_f'");
  CHECK(
    linker("b.o:(.bss+0x0): multiple definition of `x'; a.o:(.bss+0x0): ...")
    == "ld|3|b.o|0|0||multiple definition of 'x'");
  CHECK(linker("/usr/bin/ld: cannot find -lz: No such file or directory")
        == "ld|3||0|0||cannot find -lz");
  CHECK(linker("ld: library 'z' not found") == "ld|3||0|0||cannot find -lz");
  CHECK(linker("          a.rs:(.text+0x1): undefined reference to `f'")
        == "ld|3|a.rs|0|0||undefined reference to 'f'");
  CHECK(linker("/usr/bin/ld: /lib/libz.so.1: error adding symbols: DSO missing")
        == "ld|3|/lib/libz.so.1|0|0||error adding symbols: DSO missing");
  CHECK(linker("ld: error: b.o: multiple definition of 'f'")
        == "ld|3|b.o|0|0||multiple definition of 'f'");
  CHECK(linker("undefined reference to") == "");
  // Compilers' words.
  CHECK(linker("a.h:3:6: error: multiple definition of 'enum E'") == "");
  CHECK(linker("a.h:3: error: multiple definition of 'enum E'") == "");
  CHECK(linker("a.h:3:6: error: duplicate symbol 'x'") == "");
  CHECK(linker("a.c:3:7: error: x") == "");
}

} // namespace cohort::tests::headline_test
