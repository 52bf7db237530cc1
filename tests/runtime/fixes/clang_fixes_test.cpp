#include <doctest/doctest.h>

#include <optional>

#include "tests/runtime/fixes/reading.hpp"

namespace cohort::tests::clang_fixes_test {

using namespace cohort::tests;
using fixes::read_clang_fixes;

namespace {

/// As clang-tidy 14 wrote it for a file with those statements, but for names.
const std::string braces = R"(---
MainSourceFile:  '/ws/b.cc'
Diagnostics:
  - DiagnosticName:  readability-braces-around-statements
    DiagnosticMessage:
      Message:         statement should be inside braces
      FilePath:        '/ws/b.cc'
      FileOffset:      6
      Replacements:
        - FilePath:        '/ws/b.cc'
          Offset:          6
          Length:          0
          ReplacementText: ' {'
        - FilePath:        '/ws/b.cc'
          Offset:          16
          Length:          0
          ReplacementText: "\n}"
    Level:           Warning
    BuildDirectory:  '/ws'
  - DiagnosticName:  readability-braces-around-statements
    DiagnosticMessage:
      Message:         statement should be inside braces
      FilePath:        '/ws/b.cc'
      FileOffset:      13
      Replacements:
        - FilePath:        '/ws/b.cc'
          Offset:          13
          Length:          0
          ReplacementText: ' {'
        - FilePath:        '/ws/b.cc'
          Offset:          16
          Length:          0
          ReplacementText: "\n}"
    Level:           Warning
    BuildDirectory:  '/ws'
  - DiagnosticName:  modernize-use-nullptr
    DiagnosticMessage:
      Message:         use nullptr
      FilePath:        '/ws/b.cc'
      FileOffset:      124
      Replacements:    []
    Notes:
      - Message:         this fix will not be applied because it overlaps with another fix
        FilePath:        ''
        FileOffset:      0
        Replacements:    []
    Level:           Warning
    BuildDirectory:  '/ws'
...
)";

std::string one_replacement(const std::string& offset,
                            const std::string& length, const std::string& text,
                            const std::string& file = "/ws/b.cc") {
  return "---\nMainSourceFile: ''\nDiagnostics:\n  - DiagnosticName: x\n"
         "    DiagnosticMessage:\n      Message: m\n      Replacements:\n"
         "        - FilePath: '"
         + file + "'\n          Offset: " + offset + "\n          Length: "
         + length + "\n          ReplacementText: " + text + "\n...\n";
}

} // namespace

TEST_CASE("what clang-tidy exports is one fix for each diagnostic") {
  small_workspace files{{{"b.cc", "if (a) if (b) x;"}}};
  auto read = read_clang_fixes(braces, "b.yaml", files.lookup());
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  auto& fix = (*read)[0].fix;
  CHECK(fix.voters(0) == "clang-tidy b.cc");
  CHECK(fix.message()
        == "readability-braces-around-statements: statement should be inside "
           "braces");
  CHECK(files.after("b.cc", *read) == "if (a) { if (b) { x;\n}\n}");
}

TEST_CASE("the flat form of LLVM 8, and relative names") {
  small_workspace files{{{"src/b.cc", "int *p = 0;"}}};
  auto read = read_clang_fixes(R"(MainSourceFile: b.cc
Diagnostics:
  - DiagnosticName: modernize-use-nullptr
    Message: use nullptr
    FileOffset: 9
    FilePath: b.cc
    BuildDirectory: /ws/src
    Replacements:
      - {FilePath: b.cc, Offset: 9, Length: 1, ReplacementText: nullptr}
)",
                               "b.yaml", files.lookup());
  REQUIRE(read);
  // The folder may come after what it is for, as here it does not.
  CHECK(files.after("src/b.cc", *read) == "int *p = nullptr;");
}

TEST_CASE("newer forms: ranges, and texts with their newlines escaped") {
  small_workspace files{{{"b.cc", "int k, l;"}}};
  auto read = read_clang_fixes(R"(---
MainSourceFile:  '/ws/b.cc'
Diagnostics:
  - DiagnosticName:  readability-isolate-declaration
    DiagnosticMessage:
      Message:         'multiple declarations'
      FilePath:        '/ws/b.cc'
      FileOffset:      0
      Replacements:
        - FilePath:        '/ws/b.cc'
          Offset:          0
          Length:          9
          ReplacementText: "int k;\n    int \"l\";"
      Ranges:
        - FilePath:        '/ws/b.cc'
          FileOffset:      4
          Length:          1
    Level:           Warning
    BuildDirectory:  '/ws'
...
)",
                               "b.yaml", files.lookup());
  REQUIRE(read);
  CHECK(files.after("b.cc", *read) == "int k;\n    int \"l\";");
}

TEST_CASE("the older form of single quotes doubles newlines") {
  small_workspace files{{{"b.cc", "x"}}};
  auto read = read_clang_fixes(one_replacement("0", "0", "'#include <a>\n\n'"),
                               "b.yaml", files.lookup());
  REQUIRE(read);
  CHECK(files.after("b.cc", *read) == "#include <a>\nx");
}

TEST_CASE("a list of replacements alone is one fix for each file") {
  small_workspace files{{{"a.cc", "foo foo"}, {"b.cc", "foo"}}};
  auto read = read_clang_fixes(R"(---
MainSourceFile: a.cc
Replacements:
  - {FilePath: /ws/a.cc, Offset: 0, Length: 3, ReplacementText: bar}
  - {FilePath: /ws/b.cc, Offset: 0, Length: 3, ReplacementText: bar}
  - {FilePath: /ws/a.cc, Offset: 4, Length: 3, ReplacementText: bar}
...
)",
                               "rename.yaml", files.lookup());
  REQUIRE(read);
  CHECK(read->size() == 2);
  CHECK(files.after("a.cc", *read) == "bar bar");
  CHECK(files.after("b.cc", *read) == "bar");
}

TEST_CASE("the only note with a fix counts, several are alternatives") {
  small_workspace files{{{"b.cc", "if (a = b)"}}};
  auto note = [](const char* offset, const char* text) {
    return std::string{"      - Message: note\n        Replacements:\n"
                       "          - {FilePath: /ws/b.cc, Offset: "}
           + offset + ", Length: 0, ReplacementText: '" + text + "'}\n";
  };
  const std::string head = "Diagnostics:\n  - DiagnosticName: x\n"
                           "    DiagnosticMessage:\n      Message: m\n"
                           "      Replacements: []\n    Notes:\n";
  auto one = read_clang_fixes(head + note("7", "="), "b.yaml", files.lookup());
  REQUIRE(one);
  REQUIRE(one->size() == 1);
  CHECK((*one)[0].fix.on_note());
  CHECK(files.after("b.cc", *one) == "if (a == b)");
  auto two = read_clang_fixes(head + note("7", "=") + note("4", "("), "b.yaml",
                              files.lookup());
  REQUIRE(two);
  REQUIRE(two->size() == 2);
  for (auto& alternative : *two) {
    REQUIRE(alternative.refused);
    CHECK(alternative.refused->why == refusal::ambiguous);
  }
}

TEST_CASE("places that no file has are fixes that are refused") {
  small_workspace files{{{"b.cc", "0123456789"}}};
  for (auto place : {std::pair{"11", "0"},
                     {"0", "11"},
                     {"18446744073709551615", "1"},
                     {"9", "18446744073709551615"}}) {
    CAPTURE(place.first);
    auto read
      = read_clang_fixes(one_replacement(place.first, place.second, "x"),
                         "b.yaml", files.lookup());
    REQUIRE(read);
    CHECK(files.after("b.cc", *read).starts_with("refused: bytes "));
  }
  CHECK(why_refused(read_clang_fixes(one_replacement("0", "0", "x", "/ws/none"),
                                     "b.yaml", files.lookup()))
        == refusal::unusable_file);
}

TEST_CASE("what is not in the format is named with its line") {
  small_workspace files{{{"b.cc", "0123456789"}}};
  auto refuse = [&](const std::string& text, const std::string& says) {
    CAPTURE(text.substr(0, 80));
    auto read = read_clang_fixes(text, "b.yaml", files.lookup());
    REQUIRE(!read);
    CHECK(read.error().code == cohort::runtime::errc::invalid_request);
    CHECK(read.error().message.find(says) != std::string::npos);
  };
  refuse(one_replacement("-1", "0", "x"), "b.yaml:9: Offset");
  refuse(one_replacement("0", "1.5", "x"), "b.yaml:10: Length");
  refuse(one_replacement("0x1", "1", "x"), "Offset");
  refuse(one_replacement("18446744073709551616", "1", "x"), "Offset");
  refuse("Diagnostics: [", "b.yaml:1: is not YAML");
  refuse("Diagnostics:\n\t- x\n", "b.yaml:2: is not YAML");
  refuse(std::string{"Diagnostics:\n\0", 14}, "b.yaml:2: is not a text");
  refuse("Diagnostics:\n\x04", "b.yaml:2: is not a text");
  refuse("Diagnostics: []\n---\nDiagnostics: []\n", "several documents");
  refuse("a: &x [1, 1]\nb: &y [*x, *x]\nDiagnostics: *y\n",
         "b.yaml:2: an alias");
  refuse("? [a]\n: b\n", "key");
  refuse("Diagnostics: " + std::string(100000, '['), "b.yaml:1");
  refuse("Diagnostics: " + std::string(100000, '{'), "b.yaml:1");
}

TEST_CASE("what is not known is passed over") {
  small_workspace files{{{"b.cc", "0"}}};
  auto read = read_clang_fixes(
    "Diagnostics:\n  - Other:\n      Replacements:\n        - {Offset: x}\n"
    "Replacements: []\nMore: [{a: [b]}]\nDiagnostic: 3\n",
    "b.yaml", files.lookup());
  REQUIRE(read);
  CHECK(read->empty());
  for (auto text : {"", "---\n...\n", "[]", "x", "{}", "Diagnostics:",
                    "Diagnostics: {Replacements: {Offset: 1}}"}) {
    CAPTURE(text);
    CHECK(read_clang_fixes(text, "b.yaml", files.lookup()));
  }
}

TEST_CASE("keys that are maps or aliases end the reading, and nothing else") {
  small_workspace files{{{"f", "x"}}};
  auto read = read_clang_fixes("MainSourceFile: &x a\n? {Diagnostics: *x}\n"
                               ": Notes\n? {b: c}\n: d\n",
                               "f.yaml", files.lookup());
  CHECK_FALSE(read);
}

TEST_CASE("a replacement without a place is refused") {
  small_workspace files{{{"f", "x"}}};
  auto read = read_clang_fixes("MainSourceFile: 'f'\nReplacements:\n"
                               "  - FilePath: 'f'\n    Length: 0\n"
                               "    ReplacementText: 'y'\n",
                               "f.yaml", files.lookup());
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  CHECK((*read)[0].refused);
}

} // namespace cohort::tests::clang_fixes_test
