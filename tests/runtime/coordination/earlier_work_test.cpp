#include "runtime/coordination/earlier_work.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::earlier_work_test {

using namespace cohort::runtime::coordination;

namespace {

/// A journal whose events come at given seconds.
struct written {
  pb::EventList list;

  pb::Event& at(int64_t seconds) {
    auto& event = *list.add_events();
    event.mutable_time()->set_seconds(seconds);
    return event;
  }

  written() {
    at(100).mutable_accepted();
    at(101).mutable_snapshot();
    at(103).mutable_prepared();
    at(110).mutable_evidence();
    auto& routed = *at(113).mutable_routed();
    routed.set_errors(2);
    routed.mutable_decision()->set_mode(pb::EXECUTION_MODE_PARALLEL);
    auto& completed = *at(133).mutable_completed()->mutable_result();
    completed.set_worker("w1");
    completed.mutable_metrics()->set_wall_seconds(15);
    completed.mutable_metrics()->set_checks(4);
    at(134).mutable_failed()->set_worker("w2");
  }
};

} // namespace

TEST_CASE("times are those between events, by phase, without what lies between "
          "two processes") {
  written past;
  past.at(1000).mutable_resumed();
  past.at(1004).mutable_round_finished();
  auto work = work_in(past.list);
  CHECK(work.seconds[supervisor_phase::preparing] == 2);
  CHECK(work.seconds[supervisor_phase::probing] == 10);
  CHECK(work.seconds[supervisor_phase::coordinating] == 25);
  CHECK(work.seconds[supervisor_phase::gating] == 0);
}

TEST_CASE("a clock that went back takes nothing away") {
  written past;
  past.at(50).mutable_merged();
  past.at(53).mutable_round_finished();
  CHECK(work_in(past.list).seconds[supervisor_phase::coordinating] == 24);
}

TEST_CASE("attempts that are in the journal count for their workers") {
  written past;
  auto& last = *past.at(200).mutable_fallback_finished()->mutable_result();
  last.set_worker("w1");
  last.mutable_metrics()->set_wall_seconds(5);
  last.mutable_error()->set_message("died");
  auto work = work_in(past.list);
  REQUIRE(work.workers.size() == 2);
  CHECK(work.workers[0].worker() == "w1");
  CHECK(work.workers[0].units() == 1);
  CHECK(work.workers[0].failed() == 1);
  CHECK(work.workers[0].busy_seconds() == 20);
  CHECK(work.workers[0].metrics().checks() == 4);
  CHECK(work.workers[1].worker() == "w2");
  CHECK(work.workers[1].failed() == 1);
}

TEST_CASE("a result tells of all processes together") {
  pb::TaskResult result;
  result.set_wall_seconds(10);
  result.set_sequential_estimate_seconds(7);
  auto& worker = *result.add_workers();
  worker.set_worker("w1");
  worker.set_units(3);
  worker.set_busy_seconds(7);
  result.mutable_metrics()->set_checks(6);
  add(result, work_in(written{}.list));
  CHECK(result.wall_seconds() == 44);
  CHECK(result.sequential_estimate_seconds() == 22);
  CHECK(result.metrics().checks() == 10);
  REQUIRE(result.workers_size() == 2);
  CHECK(result.workers(0).units() == 4);
  CHECK(result.workers(0).busy_seconds() == 22);
  CHECK(result.workers(1).failed() == 1);

  pb::TaskResult same;
  same.set_wall_seconds(10);
  add(same, work_in({}));
  CHECK(same.wall_seconds() == 10);
  CHECK(same.workers().empty());
}

} // namespace cohort::tests::earlier_work_test
