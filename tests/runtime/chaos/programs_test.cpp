#include "runtime/chaos/programs.hpp"

#include <doctest/doctest.h>

#include "tests/runtime/process/real_processes.hpp"

namespace cohort::tests::chaos_programs_test {

using namespace std::chrono_literals;
using namespace cohort::tests;
namespace chaos = cohort::runtime::chaos;

TEST_CASE("a hung program does nothing, and can be killed") {
  auto what = chaos::hung(program({"echo", "hello"}));
  what.deadline = 300ms;
  auto outcome = start_runner()->run(what);
  CHECK(outcome.status == process::status::timed_out);
  CHECK(outcome.out == "");
}

TEST_CASE("a slow program says and returns what it would") {
  auto what = chaos::slowed(program({"sh", "-c",
                                     "cat; sleep 0.05; echo \"$1\" >&2; exit 3",
                                     "x", "two words"}),
                            4);
  what.input = "input";
  auto outcome = start_runner()->run(what);
  CHECK(outcome.status == process::status::exited);
  CHECK(outcome.exit_code == 3);
  CHECK(outcome.out == "input");
  CHECK(outcome.err == "two words\n");
  CHECK(outcome.wall >= 190ms);
}

} // namespace cohort::tests::chaos_programs_test
