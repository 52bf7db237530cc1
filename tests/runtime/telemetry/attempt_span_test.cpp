#include "runtime/telemetry/attempt_span.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::attempt_span_test {

using namespace cohort::messages::v1;
using cohort::runtime::telemetry::span_of;

TEST_CASE("each kind of work has its word and its subject") {
  WorkUnit unit;
  unit.set_task_id("t");
  unit.set_ticket(7);
  auto shown = [&] {
    auto span = span_of(unit);
    return span.kind() + '|' + span.subject() + '|' + span.compiler();
  };
  CHECK(shown() == "none||");
  unit.mutable_noop();
  CHECK(shown() == "noop||");
  unit.mutable_prepare();
  CHECK(shown() == "prepare||");
  unit.mutable_check()->set_unit("a.cc");
  unit.mutable_check()->set_compiler("gcc");
  CHECK(shown() == "check|a.cc|gcc");
  unit.mutable_repair()->mutable_subtask()->set_id("s1");
  CHECK(shown() == "repair|s1|");
  unit.mutable_tests();
  CHECK(shown() == "tests||");
  unit.mutable_command();
  CHECK(shown() == "command||");
  unit.mutable_command()->add_argv("/bin/true");
  CHECK(shown() == "command|/bin/true|");
  CHECK(span_of(unit).task_id() == "t");
  CHECK(span_of(unit).ticket() == 7);
}

} // namespace cohort::tests::attempt_span_test
