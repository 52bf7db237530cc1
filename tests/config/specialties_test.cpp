#include "config/specialties.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include <doctest/doctest.h>

#include "config/error_types.hpp"
#include "runtime/analysis/specialty.hpp"

namespace cohort::tests::specialties_test {

using namespace cohort;
using config::read_specialties;

namespace {

std::string file_text(const char* name) {
  std::ifstream in{name};
  return {std::istreambuf_iterator<char>{in}, {}};
}

const std::string others = "type_system: {words: [], error_types: []}\n"
                           "async_patterns: {words: [], error_types: []}\n"
                           "refactoring: {words: [], error_types: []}\n"
                           "testing: {words: [], error_types: []}\n"
                           "documentation: {words: [], error_types: []}\n";

/// What is wrong with a table whose compilation_errors are `lists`.
std::vector<std::string> problems(const std::string& lists) {
  return read_specialties("compilation_errors: " + lists + '\n' + others)
    .problems;
}

} // namespace

TEST_CASE("the table that ships is without problems, and is compiled in") {
  auto table = read_specialties(file_text("config/specialties.yaml"));
  CHECK(table.problems == std::vector<std::string>{});
  CHECK(table.order.size() == runtime::analysis::specialty_order().size());
  CHECK(table.words.size() == runtime::analysis::specialty_words().size());
  CHECK(table.error_types.size()
        == runtime::analysis::specialty_error_types().size());
}

TEST_CASE("each error type that there is has a specialty") {
  auto types = config::read_error_types(file_text("config/error_types.yaml"));
  std::set<std::string> known{"other"};
  for (auto& row : types.messages)
    known.insert(row.type);
  for (auto& row : types.options)
    known.insert(row.type);
  std::set<std::string> listed;
  for (auto& [type, unused] :
       read_specialties(file_text("config/specialties.yaml")).error_types)
    listed.insert(type);
  CHECK(listed == known);
}

TEST_CASE("error types and words are looked up") {
  using namespace runtime::analysis;
  CHECK(specialty_of_errors("const_mismatch")
        == pb::SPECIALTY_KIND_TYPE_SYSTEM);
  CHECK(specialty_of_errors("missing_semicolon")
        == pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  CHECK(specialty_of_errors("no such type")
        == pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  auto of = [](std::string_view text) {
    return specialty_of(split_words(text));
  };
  CHECK(of("the race between two threads")
        == pb::SPECIALTY_KIND_ASYNC_PATTERNS);
  CHECK(of("build the docs") == pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  CHECK(of("document it") == pb::SPECIALTY_KIND_GENERALIST);
  CHECK(of("") == pb::SPECIALTY_KIND_GENERALIST);
}

TEST_CASE(
  "what a specialty lacks, or lists twice, is a problem with its line") {
  CHECK(problems("{words: [a], error_types: [b]}").empty());
  CHECK(problems("{words: [a, a], error_types: []}")
        == std::vector<std::string>{
          "line 1: 'a': is listed with compilation_errors already"});
  for (auto* lists :
       {"{words: [a]}", "{words: a, error_types: []}", "[]",
        "{words: [Big], error_types: []}", "{words: [], error_types: [a b]}",
        "{words: [], error_types: [], more: []}"})
    CHECK(problems(lists).size() == 1);
  CHECK(
    read_specialties(others).problems
    == std::vector<std::string>{"line 1: 'compilation_errors': is missing"});
  CHECK(read_specialties(others + "magic: {words: [], error_types: []}")
          .problems.size()
        == 2);
}

TEST_CASE("what is no table is a problem, not an exception") {
  for (auto* yaml : {"", "a", "[]", "a: [\n", "testing: 3"})
    CHECK(!read_specialties(yaml).problems.empty());
}

} // namespace cohort::tests::specialties_test
