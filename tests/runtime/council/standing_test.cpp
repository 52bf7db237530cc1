#include "runtime/council/standing.hpp"

#include <limits>

#include <doctest/doctest.h>

namespace cohort::tests::standing_test {

using namespace cohort::runtime::council;

namespace {

pb::JudgeRecord record(uint64_t predictions, double brier_sum) {
  pb::JudgeRecord result;
  result.set_judge("a");
  result.set_predictions(predictions);
  result.set_brier_sum(brier_sum);
  return result;
}

pb::Verdict verdict_of(double weight) {
  pb::Verdict result;
  result.set_judge("a");
  result.set_weight(weight);
  return result;
}

} // namespace

TEST_CASE("a new judge weighs 1, a coin as well") {
  CHECK(standing_of(record(0, 0)) == doctest::Approx(1));
  CHECK(standing_of(record(1000, 250)) == doctest::Approx(1));
}

TEST_CASE("who is right rises, who is wrong sinks, both within bounds") {
  auto after = [](uint64_t n, double each) {
    return standing_of(record(n, each * static_cast<double>(n)));
  };
  CHECK(after(10, 0) == doctest::Approx(1.414).epsilon(0.001));
  CHECK(after(1'000'000, 0) < 2);
  CHECK(after(1'000'000, 0) > 1.99);
  CHECK(after(10, 1) == doctest::Approx(0.3536).epsilon(0.001));
  CHECK(after(1'000'000, 1) == doctest::Approx(0.125).epsilon(0.01));
  double last = 3;
  for (auto brier : {0.0, 0.1, 0.2, 0.3, 0.6, 1.0}) {
    CHECK(after(50, brier) < last);
    last = after(50, brier);
  }
}

TEST_CASE("a record without sense is none") {
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  constexpr auto infinity = std::numeric_limits<double>::infinity();
  for (auto sum : {nan, infinity, -1.0, 11.0})
    CHECK(standing_of(record(10, sum)) == 1);
}

TEST_CASE("a judge's own claim counts within bounds") {
  pb::ReviewRequest request;
  CHECK(weight_of(verdict_of(1.5), request) == 1.5);
  CHECK(weight_of(verdict_of(1e300), request) == 2);
  CHECK(weight_of(verdict_of(1e-300), request) == 0.5);
  *request.add_judges() = record(10, 0);
  CHECK(weight_of(verdict_of(1.5), request)
        == doctest::Approx(1.5 * 1.414).epsilon(0.001));
  request.mutable_judges(0)->set_judge("another");
  CHECK(weight_of(verdict_of(1.5), request) == 1.5);
}

TEST_CASE("a million findings make no sense") {
  auto verdict = verdict_of(1);
  verdict.set_opinion(pb::OPINION_REJECT);
  CHECK(has_sense(verdict, 0, 0));
  for (int i = 0; i < 1'000'000; ++i)
    verdict.add_findings();
  CHECK(!has_sense(verdict, 0, 0));
}

TEST_CASE("every number of a verdict must make sense") {
  auto verdict = verdict_of(1);
  verdict.set_opinion(pb::OPINION_AMEND);
  verdict.add_findings()->set_severity(0.5);
  verdict.add_predictions()->set_probability(1);
  REQUIRE(has_sense(verdict, 0, 0));
  auto bad = verdict;
  bad.mutable_findings(0)->set_severity(1.5);
  CHECK(!has_sense(bad, 0, 0));
  bad = verdict;
  bad.mutable_predictions(0)->set_probability(
    std::numeric_limits<double>::quiet_NaN());
  CHECK(!has_sense(bad, 0, 0));
}

} // namespace cohort::tests::standing_test
