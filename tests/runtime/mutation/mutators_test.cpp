#include "runtime/mutation/mutators.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::mutators_test {

using namespace cohort::runtime::mutation;

namespace {

std::string listed(std::string_view operation) {
  std::string result;
  for (auto& one : changes_of(operation))
    result += std::string{one.mutator} + ' ' + std::string{one.replacement}
              + '|';
  return result;
}

} // namespace

TEST_CASE("an order has a boundary and a negation") {
  CHECK(listed("<") == "boundary <=|relational >=|");
  CHECK(listed("==") == "relational !=|");
  CHECK(listed("&&") == "logical |||");
  CHECK(listed("+=") == "arithmetic -=|");
  CHECK(listed("=") == "");
  CHECK(listed(",") == "");
}

TEST_CASE("another number is of the same type") {
  CHECK(other_number("0") == "1");
  CHECK(other_number("1") == "0");
  CHECK(other_number("0u") == "1u");
  CHECK(other_number("1UL") == "0UL");
  CHECK(other_number("00") == "1");
  CHECK(other_number("7") == "(7 + 1)");
  CHECK(other_number("1'000") == "(1'000 + 1)");
  CHECK(other_number("0x0F") == "(0x0F + 1)");
  CHECK(other_number("0.0") == "1.0");
  CHECK(other_number("1.f") == "0.0f");
  CHECK(other_number(".5") == "(.5 + 1)");
  CHECK(other_number("0.5") == "(0.5 + 1)");
  CHECK(other_number("1e3") == "(1e3 + 1)");
}

TEST_CASE("what is no plain number is left alone") {
  for (auto* text : {"", "x", "5ms", "1.2.3", "'a'", "0x", "MAX"})
    CHECK_MESSAGE(!other_number(text), text);
}

TEST_CASE("neutral operands change nothing") {
  CHECK(is_neutral("+", "0"));
  CHECK(is_neutral("-=", "0u"));
  CHECK(is_neutral("*", "1"));
  CHECK(is_neutral("/", "1.0"));
  CHECK(is_neutral("<<", "0"));
  CHECK_FALSE(is_neutral("*", "0"));
  CHECK_FALSE(is_neutral("+", "1"));
  CHECK_FALSE(is_neutral("+", "x"));
  CHECK_FALSE(is_neutral("%", "1"));
}

} // namespace cohort::tests::mutators_test
