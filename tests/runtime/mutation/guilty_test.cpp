#include "runtime/mutation/guilty.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::guilty_test {

using namespace cohort::runtime::mutation;

namespace {

using ids = std::set<uint32_t>;

site at(uint32_t id, const std::string& file, uint64_t begin, uint64_t end) {
  site result;
  result.mutant.set_id(id);
  result.mutant.set_file(file);
  result.begin = begin;
  result.end = end;
  result.alternative = "x";
  return result;
}

// Lines of ten bytes.
const std::map<std::string, std::string> texts{
  {"a.cpp", "123456789\n123456789\n123456789\n123456789\n"},
  {"b.h", "123456789\n123456789\n"}};

const std::vector<site> sites{at(1, "a.cpp", 2, 5), at(2, "a.cpp", 12, 15),
                              at(3, "a.cpp", 16, 18), at(4, "a.cpp", 3, 35),
                              at(5, "b.h", 2, 5)};

ids guilty(std::string_view output, bool whole_files = false) {
  return guilty_mutants(output, "/w/tree", "/w/build", texts, sites,
                        whole_files);
}

} // namespace

TEST_CASE("those on the line of an error, the smallest ones") {
  CHECK(guilty("/w/tree/a.cpp:2:7: error: no match for 'operator<'\n")
        == ids{2, 3});
  CHECK(guilty("[1/2] Building\n../tree/a.cpp:1:7: error: x\n"
               "/w/tree/b.h:1:1: fatal error: y\n")
        == ids{1, 5});
}

TEST_CASE("a larger one when no smaller one stands there") {
  CHECK(guilty("/w/tree/a.cpp:3:1: error: x\n") == ids{4});
}

TEST_CASE("notes count when no error stands at a mutant") {
  CHECK(guilty("/usr/include/c++/12/vector:5:1: error: x\n"
               "/w/tree/a.cpp:2:7:   required from here\n")
        == ids{2, 3});
  CHECK(guilty("In file included from /w/tree/b.h:1,\n"
               "/usr/include/x.h:5:1: error: x\n")
        == ids{5});
  CHECK(guilty("/w/tree/a.cpp:1:7: note: declared here\n"
               "/w/tree/b.h:1:1: error: x\n")
        == ids{5});
}

TEST_CASE("else the file, else all") {
  CHECK(guilty("/w/tree/b.h:2:1: error: x\n") == ids{5});
  CHECK(guilty("ld: undefined symbol\n") == ids{1, 2, 3, 4, 5});
  CHECK(guilty("") == ids{1, 2, 3, 4, 5});
}

TEST_CASE("all of a file at once") {
  CHECK(guilty("/w/tree/a.cpp:2:7: error: x\n", true) == ids{1, 2, 3, 4});
}

TEST_CASE("those that are built by themselves are never guilty") {
  auto some = sites;
  for (auto& one : some)
    one.alternative.clear();
  CHECK(guilty_mutants("x", "/w/tree", "/w/build", texts, some, false).empty());
}

} // namespace cohort::tests::guilty_test
