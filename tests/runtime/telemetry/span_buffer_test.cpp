#include "runtime/telemetry/span_buffer.hpp"

#include <doctest/doctest.h>

namespace cohort::tests::span_buffer_test {

using namespace cohort::messages::v1;
using cohort::runtime::telemetry::span_buffer;

namespace {

AttemptSpan span_of(std::string task, uint64_t ticket) {
  AttemptSpan span;
  span.set_task_id(std::move(task));
  span.set_ticket(ticket);
  return span;
}

/// "1 2 (0 dropped)"
std::string shown(const span_buffer& buffer, const std::string& task) {
  TraceReport report;
  buffer.report(task, report);
  std::string result;
  for (auto& span : report.spans())
    result += std::to_string(span.ticket()) + ' ';
  return result + '(' + std::to_string(report.dropped()) + " dropped)";
}

} // namespace

TEST_CASE("spans come back by task, in order") {
  span_buffer buffer{10};
  buffer.push(span_of("a", 1));
  buffer.push(span_of("b", 2));
  buffer.push(span_of("a", 3));
  CHECK(shown(buffer, "a") == "1 3 (0 dropped)");
  CHECK(shown(buffer, "b") == "2 (0 dropped)");
  CHECK(shown(buffer, "c") == "(0 dropped)");
}

TEST_CASE("without room the oldest goes, and that is said") {
  span_buffer buffer{2};
  for (uint64_t i = 1; i <= 5; ++i)
    buffer.push(span_of("a", i));
  CHECK(shown(buffer, "a") == "4 5 (3 dropped)");
}

TEST_CASE("a buffer for nothing keeps nothing") {
  span_buffer buffer{0};
  buffer.push(span_of("a", 1));
  CHECK(shown(buffer, "a") == "(1 dropped)");
}

} // namespace cohort::tests::span_buffer_test
