#include "runtime/coordination/acceptance.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::acceptance_test {

using namespace cohort::runtime::coordination;
using namespace std::chrono_literals;
using cohort::runtime::errc;

namespace {

pb::EventList history() {
  pb::EventList result;
  auto& accepted = *result.add_events();
  accepted.set_task_id("t1");
  accepted.set_sequence(1);
  accepted.mutable_accepted()->mutable_request()->set_task_id("t1");
  auto& snapshot = *result.add_events();
  snapshot.set_task_id("t1");
  snapshot.set_sequence(2);
  snapshot.mutable_snapshot();
  return result;
}

google::protobuf::Timestamp at(int64_t seconds) {
  google::protobuf::Timestamp result;
  result.set_seconds(seconds);
  return result;
}

} // namespace

TEST_CASE("a history begins with the acceptance of its task, and is known") {
  CHECK(check_history(history()));
  CHECK(check_history({}).error().code == errc::not_found);
  auto headless = history();
  headless.mutable_events()->DeleteSubrange(0, 1);
  CHECK(check_history(headless).error().code == errc::invalid_message);
  auto another = history();
  another.mutable_events(0)->mutable_accepted()->mutable_request()->set_task_id(
    "t2");
  CHECK(check_history(another).error().code == errc::invalid_message);
  auto newer = history();
  newer.mutable_events(1)->clear_payload();
  auto refused = check_history(newer);
  CHECK(refused.error().code == errc::invalid_message);
  CHECK(refused.error().message.find("event 2") != std::string::npos);
}

TEST_CASE("processes that decided nothing new are counted from the end") {
  CHECK(resumptions_in_vain({}) == 0);
  auto past = history();
  CHECK(resumptions_in_vain(past) == 0);
  past.add_events()->mutable_resumed();
  past.add_events()->mutable_resumed();
  CHECK(resumptions_in_vain(past) == 2);
  past.add_events()->mutable_prepared();
  CHECK(resumptions_in_vain(past) == 0);
  past.add_events()->mutable_resumed();
  CHECK(resumptions_in_vain(past) == 1);
}

TEST_CASE(
  "plans end with their process, and what was accepted who knows when") {
  pb::TaskRequest request;
  CHECK(ends_with_its_process(request));
  request.mutable_accepted()->set_seconds(1);
  CHECK(!ends_with_its_process(request));
  request.set_plan_only(true);
  CHECK(ends_with_its_process(request));
}

TEST_CASE("a budget counts from the acceptance, by events and the clock, and "
          "a clock that was set back gives nothing back") {
  pb::TaskRequest request;
  request.mutable_accepted()->set_seconds(1000);
  CHECK(!time_left(request, {}, at(2000)));
  request.mutable_limits()->mutable_budget()->set_seconds(60);
  CHECK(time_left(request, {}, at(1000)) == 60s);
  CHECK(time_left(request, {}, at(1045)) == 15s);
  CHECK(time_left(request, {}, at(1061)) == 0s);
  CHECK(time_left(request, {}, at(10)) == 60s);

  pb::EventList past;
  for (auto seconds : {1000, 1020})
    *past.add_events()->mutable_time() = at(seconds);
  CHECK(time_left(request, past, at(1025)) == 35s);
  CHECK(time_left(request, past, at(10)) == 40s); // Set back while none ran.
  *past.add_events()->mutable_time() = at(10);    // Set back in between.
  *past.add_events()->mutable_time() = at(25);
  CHECK(time_left(request, past, at(30)) == 20s);
  CHECK(time_left(request, past, at(90)) == 0s);
}

TEST_CASE("units get what their task has left, and no unit gets nothing") {
  pb::SubmitUnits units;
  units.add_units();
  units.add_units();
  hand_down_deadline(units, 50s);
  for (auto& unit : units.units())
    CHECK(unit.time_left().seconds() == 50);
  hand_down_deadline(units, -1s);
  CHECK(units.units(1).time_left().seconds() == 0);
  CHECK(units.units(1).time_left().nanos() == 1'000'000);
}

} // namespace cohort::tests::acceptance_test
