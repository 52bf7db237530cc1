#include <doctest/doctest.h>

#include "tests/runtime/fixes/reading.hpp"

namespace cohort::tests::sarif_test {

using namespace cohort::tests;
using fixes::read_sarif;

namespace {

/// One run with one result with one fix of "f", whose region and text are
/// given; `run` are more members of the run.
std::string sarif(const std::string& region, const std::string& text,
                  const std::string& run = "", const std::string& uri = "f") {
  return R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"GNU C++17"}},)"
         + run
         + R"("results":[{"ruleId":"error","level":"error","message":{"text":"m"},)"
           R"("fixes":[{"artifactChanges":[{"artifactLocation":{"uri":")"
         + uri + R"("},"replacements":[{"deletedRegion":)" + region
         + R"(,"insertedContent":{"text":")" + text + R"("}}]}]}]}]}]})";
}

std::string after(const std::string& content, const std::string& log) {
  small_workspace files{{{"f", content}}};
  auto read = read_sarif(log, "f.sarif", files.lookup());
  if (!read)
    return read.error().message;
  return read->empty() ? "no fix" : files.after("f", *read);
}

} // namespace

TEST_CASE("what GCC 13 writes: regions by code points") {
  small_workspace files{{{"src/g.c", "struct s { int color; };\n\n"
                                     "int t(struct s *p) { return p->colour; "
                                     "}\n"}}};
  auto read = read_sarif(R"({"$schema": "https://json.schemastore.org/sarif",
 "version": "2.1.0",
 "runs": [{"tool": {"driver": {"name": "GNU C17", "version": "13.2.0"}},
   "columnKind": "unicodeCodePoints",
   "originalUriBaseIds": {"PWD": {"uri": "file:///ws/src/"}},
   "artifacts": [{"location": {"uri": "g.c", "uriBaseId": "PWD"}}],
   "results": [{"ruleId": "error", "level": "error",
     "message": {"text": "did you mean 'color'?"},
     "fixes": [{"artifactChanges": [
       {"artifactLocation": {"uri": "g.c", "uriBaseId": "PWD"},
        "replacements": [{"deletedRegion": {"startLine": 3, "startColumn": 32,
                                            "endColumn": 38},
                          "insertedContent": {"text": "color"}}]}]}]}]}]})",
                         "g.sarif", files.lookup());
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  CHECK((*read)[0].fix.voters(0) == "GNU C17 g.sarif");
  CHECK((*read)[0].fix.message() == "error: did you mean 'color'?");
  CHECK(files.after("src/g.c", *read)
        == "struct s { int color; };\n\nint t(struct s *p) { return p->color; "
           "}\n");
}

TEST_CASE("regions: lines, columns, bytes, and their defaults") {
  const std::string text = "one\ntwo\r\nthree";
  CHECK(after(text, sarif(R"({"startLine":2})", "2")) == "one\n2\r\nthree");
  CHECK(after(text, sarif(R"({"startLine":2,"startColumn":2})", "2"))
        == "one\nt2\r\nthree");
  CHECK(after(text, sarif(R"({"startLine":1,"startColumn":4,"endLine":2,)"
                          R"("endColumn":1})",
                          " "))
        == "one two\r\nthree");
  CHECK(
    after(text, sarif(R"({"startLine":3,"startColumn":6,"endColumn":6})", "!"))
    == "one\ntwo\r\nthree!");
  CHECK(after(text, sarif(R"({"byteOffset":4,"byteLength":3})", "2"))
        == "one\n2\r\nthree");
  CHECK(after(text, sarif(R"({"byteOffset":0})", "0 "))
        == "0 one\ntwo\r\nthree");
}

TEST_CASE("columns count code points, or units of UTF-16, not bytes") {
  const std::string text = "\xc3\xa9\xf0\x9f\x98\x80x = 1\n"; // e', face, x
  const std::string points = R"("columnKind":"unicodeCodePoints",)";
  CHECK(after(text, sarif(R"({"startLine":1,"startColumn":3,"endColumn":4})",
                          "y", points))
        == "\xc3\xa9\xf0\x9f\x98\x80y = 1\n");
  CHECK(
    after(text, sarif(R"({"startLine":1,"startColumn":4,"endColumn":5})", "y"))
    == "\xc3\xa9\xf0\x9f\x98\x80y = 1\n");
  // Within the pair.
  CHECK(
    after(text, sarif(R"({"startLine":1,"startColumn":3,"endColumn":5})", "y"))
      .starts_with("refused"));
  CHECK(after("\xef\xbb\xbfx", sarif(R"({"startLine":1,"startColumn":1,)"
                                     R"("endColumn":2})",
                                     "y"))
        == "\xef\xbb\xbfy");
}

TEST_CASE("regions that no file has are refused") {
  for (auto region : {R"({"startLine":0})",
                      R"({"startLine":4})",
                      R"({"startLine":18446744073709551615})",
                      R"({"startLine":4294967297})",
                      R"({"startLine":1,"startColumn":5})",
                      R"({"startLine":1,"startColumn":0})",
                      R"({"startLine":1,"startColumn":-1})",
                      R"({"startLine":1,"startColumn":"x"})",
                      R"({"startLine":1,"endColumn":18446744073709551615})",
                      R"({"startLine":1,"startColumn":3,"endColumn":2})",
                      R"({"startLine":2,"endLine":1})",
                      R"({"startLine":1,"endLine":null})",
                      R"({"startLine":-1})",
                      R"({"startLine":1.5})",
                      R"({"byteOffset":-1})",
                      R"({"byteOffset":9})",
                      R"({"byteOffset":18446744073709551615,"byteLength":1})",
                      "{}",
                      "[]",
                      "null",
                      "3"}) {
    CAPTURE(region);
    CHECK(after("one\ntwo\n", sarif(region, "x")).starts_with("refused"));
  }
}

TEST_CASE("uris: percent signs, schemes, artifacts by index") {
  small_workspace files{{{"a b.c", "x\n"}}};
  auto changed = [&](const std::string& uri) {
    auto read = read_sarif(sarif(R"({"startLine":1})", "y", "", uri), "s",
                           files.lookup());
    return read && files.after("a b.c", *read) == "y\n";
  };
  CHECK(changed("a%20b.c"));
  CHECK(changed("file:///ws/a%20b.c"));
  CHECK(changed("file://host/ws/a b.c"));
  CHECK(!changed("http://ws/a%20b.c"));
  CHECK(!changed(""));
  auto by_index = read_sarif(
    R"({"runs":[{"artifacts":[{"location":{"uri":"a%20b.c"}}],"results":[)"
    R"({"fixes":[{"artifactChanges":[{"artifactLocation":{"index":0},)"
    R"("replacements":[{"deletedRegion":{"startLine":1}}]}]}]}]}]})",
    "s", files.lookup());
  REQUIRE(by_index);
  CHECK(files.after("a b.c", *by_index) == "\n");
  // An artifact that is its own.
  CHECK(read_sarif(
    R"({"runs":[{"artifacts":[{"location":{"index":0}}],"results":[)"
    R"({"fixes":[{"artifactChanges":[{"artifactLocation":{"index":0},)"
    R"("replacements":[{}]}]}]}]}]})",
    "s", files.lookup()));
}

TEST_CASE("an artifact's hash is what the fix was made on") {
  auto with_hash = [](const std::string& hash) {
    return sarif(R"({"startLine":1})", "y",
                 R"("artifacts":[{"location":{"uri":"f"},"hashes":{"sha-256":")"
                   + hash + R"("}}],)");
  };
  CHECK(
    after("abc", with_hash("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB4"
                           "10FF61F20015AD"))
    == "y");
  CHECK(after("abc", with_hash("00")).starts_with("refused: f is not what"));
}

TEST_CASE("several fixes of one result are alternatives") {
  small_workspace files{{{"f", "x\n"}}};
  const std::string fix
    = R"({"artifactChanges":[{"artifactLocation":{"uri":"f"},)"
      R"("replacements":[{"deletedRegion":{"startLine":1}}]}]})";
  auto read = read_sarif(R"({"runs":[{"results":[{"fixes":[)" + fix + "," + fix
                           + "]}]}]}",
                         "s", files.lookup());
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].refused->why == refusal::ambiguous);
}

TEST_CASE("what is no SARIF is named with its line") {
  auto refuse = [](const std::string& text, const std::string& says) {
    CAPTURE(text.substr(0, 80));
    CHECK(after("", text).find(says) != std::string::npos);
  };
  refuse("{\n\"runs\": [,\n", "f.sarif:2: is not JSON");
  refuse("{}", "f.sarif:1: is not SARIF");
  refuse("{\"runs\": 3}", "f.sarif:1: is not SARIF");
  refuse("{\"runs\":[\"\xff\"]}", "f.sarif:1: is not JSON");
  refuse(std::string(1000000, '['), "nested");
  refuse(R"({"runs":[1,null,{"results":[3,{"fixes":[[],{"artifactChanges":)"
         R"([7]}]}]}]})",
         "no fix");
}

TEST_CASE("columns behind what is not UTF-8 are no places") {
  const std::string latin = "/* \xe9 */ int x; int yy;\n";
  auto region = R"({"startLine":1,"startColumn":13,"endColumn":14})";
  small_workspace files{{{"f", latin}}};
  auto read = read_sarif(sarif(region, "z"), "f.sarif", files.lookup());
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  REQUIRE((*read)[0].refused);
  CHECK((*read)[0].refused->why == workspace::refusal::misplaced);
  // In front of it they are.
  CHECK(after(latin,
              sarif(R"({"startLine":1,"startColumn":1,"endColumn":3})", "//"))
        == "// \xe9 */ int x; int yy;\n");
}

TEST_CASE("what is put in must be text: nothing is removed for it") {
  auto log = sarif(R"({"startLine":1})", "new");
  auto at = log.find(R"({"text":"new"})");
  REQUIRE(at != std::string::npos);
  log.replace(at, 14, R"({"binary":"AAAA"})");
  small_workspace files{{{"f", "int b;\n"}}};
  auto read = read_sarif(log, "f.sarif", files.lookup());
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  CHECK((*read)[0].refused);
}

} // namespace cohort::tests::sarif_test
