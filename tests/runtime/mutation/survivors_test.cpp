#include "runtime/mutation/survivors.hpp"

#include <doctest/doctest.h>

#include "tests/support/golden.hpp"

namespace cohort::tests::survivors_test {

using namespace cohort::runtime::mutation;

namespace {

const std::string text = "bool is_free(int total) {\n"
                         "  return total >= 50;\n}\n"
                         "void report(int total) {\n"
                         "  print(total,\n        stdout);\n}";

pb::MutantVerdict survivor(uint32_t id, const std::string& original,
                           const std::string& replacement) {
  pb::MutantVerdict result;
  auto& mutant = *result.mutable_mutant();
  auto begin = text.find(original);
  mutant.set_id(id);
  mutant.set_file("shop.cpp");
  mutant.set_line(static_cast<uint32_t>(
    1
    + std::count(text.begin(), text.begin() + static_cast<long>(begin), '\n')));
  mutant.set_byte_column(3);
  mutant.set_mutator(replacement.empty() ? "statement" : "boundary");
  mutant.set_original(original);
  mutant.set_replacement(replacement);
  mutant.set_begin(begin);
  mutant.set_end(begin + original.size());
  result.set_outcome(pb::MUTANT_OUTCOME_SURVIVED);
  result.add_tests("free");
  result.add_tests("price");
  return result;
}

} // namespace

TEST_CASE("survivors as small diffs") {
  auto killed = survivor(3, "50", "(50 + 1)");
  killed.set_outcome(pb::MUTANT_OUTCOME_KILLED);
  auto elsewhere = survivor(4, "50", "(50 + 1)");
  elsewhere.mutable_mutant()->set_file("other.cpp");
  auto rendered = render_survivors(
    {elsewhere, survivor(2, "print(total,\n        stdout)", ""), killed,
     survivor(1, ">=", ">")},
    {{"shop.cpp", text}});
  CHECK(rendered == golden("survivors.txt", rendered));
}

TEST_CASE("a mutant that is not of this text is told without a diff") {
  auto one = survivor(1, ">=", ">");
  one.mutable_mutant()->set_end(1000);
  CHECK(render_survivors({one}, {{"shop.cpp", text}})
        == "shop.cpp:2:3: boundary\n  no test fails: free price\n\n");
  CHECK(render_survivors({}, {}) == "");
}

} // namespace cohort::tests::survivors_test
