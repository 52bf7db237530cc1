#include "runtime/toolchain/symbols.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::symbols_test {

using namespace cohort::runtime;
using toolchain::symbol;

namespace {

toolchain::symbol_index
index_of(const std::map<std::string, std::string>& files) {
  cohort::tests::temp_folder folder;
  std::vector<std::string> names;
  for (auto& [name, content] : files) {
    cohort::tests::write_file(folder.path() / name, content);
    names.push_back(name);
  }
  return toolchain::symbol_index{cohort::tests::value_of(
    toolchain::read_symbols(folder.path(), names, {},
                            cohort::tests::processes(), {}))};
}

} // namespace

TEST_CASE("a tag is read; anything else is none") {
  symbol one;
  CHECK(toolchain::read_tag(R"({"_type": "tag", "name": "f", "path": "a.h",
                               "line": 3, "typeref": "typename:int",
                               "kind": "prototype"})",
                            one)
        == "a.h");
  CHECK(one.name == "f");
  CHECK(one.type == "int");
  CHECK(one.kind == "prototype");
  CHECK(one.line == 3);
  for (auto* text : {"", "{", "[]", "1", "ctags: Warning", "{\"name\": 1}",
                     "{\"path\": \"a\"}", "{\"name\": \"\", \"path\": \"a\"}"})
    CHECK(toolchain::read_tag(text, one).empty());
}

TEST_CASE("names are found in headers and sources, broken ones too") {
  auto index = index_of(
    {{"include/lib/a.h",
      "#define CHECK_IT(x) (x)\nnamespace n {\nclass thing {\n"
      "  virtual bool run(int) = 0;\n};\n"},
     {"b.cc", "#include \"lib/a.h\"\n#include <map>\nstatic int broken( {\n"}});
  REQUIRE(index.find("CHECK_IT").size() == 1);
  CHECK(*index.find("CHECK_IT")[0].file == "include/lib/a.h");
  CHECK(index.find("CHECK_IT")[0].what->kind == "macro");
  REQUIRE(index.find("run").size() == 1);
  CHECK(index.find("run")[0].what->type == "bool");
  CHECK(index.find("thing").size() == 1);
  CHECK(index.find("nothing").empty());
}

TEST_CASE("a header is spelt as other files spell it") {
  auto index = index_of({{"include/lib/a.h", ""},
                         {"other/a.h", ""},
                         {"b.cc", "#include \"lib/a.h\"\n"},
                         {"c.cc", "#include \"lib/a.h\"\n"},
                         {"d.cc", "#include \"include/lib/a.h\"\n"},
                         {"e.cc", "#include \"b/a.h\"\n"}});
  CHECK(index.spellings("include/lib/a.h")
        == std::vector<std::string>{"lib/a.h", "include/lib/a.h"});
  CHECK(index.spellings("other/a.h").empty());
  CHECK(index.spellings("x.h").empty());
}

TEST_CASE("without ctags there is an error that says what to do") {
  toolchain::toolchain_settings settings;
  settings.ctags = "/no/such/ctags";
  auto none = toolchain::read_symbols("/", {}, settings,
                                      cohort::tests::processes(), {});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == errc::tool_failed);
  CHECK(none.error().message.find("universal-ctags") != std::string::npos);
}

} // namespace cohort::tests::symbols_test
