#include "runtime/telemetry/trace.hpp"

#include <doctest/doctest.h>

#include <set>

#include <google/protobuf/util/time_util.h>
#include <nlohmann/json.hpp>

#include "runtime/errc.hpp"
#include "tests/support/golden.hpp"

namespace cohort::tests::trace_test {

using namespace cohort;
using namespace cohort::messages::v1;
using google::protobuf::util::TimeUtil;
using nlohmann::json;

namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int64_t noon = 1'795'867'200 * second;

AttemptSpan span_of(uint64_t sequence, std::string kind, std::string worker,
                    double from, double to) {
  AttemptSpan span;
  span.set_task_id("20261128-120000-beef");
  span.set_ticket(sequence);
  span.set_sequence(sequence);
  span.set_attempt(1);
  span.set_kind(std::move(kind));
  span.set_node(worker == "n1/w1" ? "n1" : "local");
  span.set_worker(std::move(worker));
  auto at = [](double seconds) {
    return TimeUtil::NanosecondsToTimestamp(
      noon + static_cast<int64_t>(seconds * second));
  };
  *span.mutable_started() = at(from);
  *span.mutable_ended() = at(to);
  span.set_end(ATTEMPT_END_FINISHED);
  return span;
}

/// Prepared and checked by two workers; one repair was lost.
TraceReport small_trace() {
  TraceReport trace;
  trace.set_task_id("20261128-120000-beef");
  trace.set_outcome(TASK_OUTCOME_PARTIAL);
  *trace.mutable_started() = TimeUtil::NanosecondsToTimestamp(noon);
  *trace.mutable_ended() = TimeUtil::NanosecondsToTimestamp(noon + 4 * second);
  *trace.add_spans() = span_of(1, "prepare", "w1", 0.25, 1);
  auto check = span_of(2, "check", "n1/w1", 1, 2.5);
  check.set_subject("src/a.cc");
  check.set_compiler("gcc");
  check.set_held_seconds(0.5);
  check.mutable_metrics()->set_cpu_seconds(1.25);
  check.mutable_metrics()->set_checks(1);
  *trace.add_spans() = check;
  auto lost = span_of(3, "repair", "w1", 2.5, 3.5);
  lost.set_subject("s1");
  lost.set_end(ATTEMPT_END_LOST);
  lost.set_code(static_cast<uint32_t>(runtime::errc::timed_out));
  *trace.add_spans() = lost;
  trace.set_dropped(7);
  return trace;
}

const json& otlp_spans(const json& whole) {
  return whole.at("resourceSpans")[0].at("scopeSpans")[0].at("spans");
}

} // namespace

TEST_CASE("a trace as OpenTelemetry reads it (REWRITE=1 agrees)") {
  auto text = runtime::telemetry::to_otlp_json(small_trace());
  CHECK(text == tests::golden("trace_otlp.json", text));
}

TEST_CASE("a trace as Chrome reads it (REWRITE=1 agrees)") {
  auto text = runtime::telemetry::to_chrome_json(small_trace());
  CHECK(text == tests::golden("trace_chrome.json", text));
}

TEST_CASE("ids have their lengths, and differ; all spans hang on the task's") {
  auto whole = json::parse(runtime::telemetry::to_otlp_json(small_trace()));
  auto& spans = otlp_spans(whole);
  REQUIRE(spans.size() == 4);
  std::set<std::string> ids;
  for (auto& span : spans) {
    CHECK(span.at("traceId") == spans[0].at("traceId"));
    CHECK(span.at("traceId").get<std::string>().size() == 32);
    CHECK(span.at("spanId").get<std::string>().size() == 16);
    ids.insert(span.at("spanId").get<std::string>());
    if (span != spans[0])
      CHECK(span.at("parentSpanId") == spans[0].at("spanId"));
  }
  CHECK(ids.size() == 4);
}

TEST_CASE("a second attempt beside the first one is told as such") {
  TraceReport trace;
  *trace.add_spans() = span_of(1, "check", "w1", 0, 2);
  trace.mutable_spans(0)->set_end(ATTEMPT_END_OUTRUN);
  *trace.add_spans() = span_of(1, "check", "w2", 1, 2);
  trace.mutable_spans(1)->set_speculative(true);
  auto otlp = runtime::telemetry::to_otlp_json(trace);
  auto chrome = runtime::telemetry::to_chrome_json(trace);
  auto spans = otlp_spans(json::parse(otlp));
  CHECK(spans[1].dump().find("\"outrun\"") != std::string::npos);
  CHECK(spans[1].dump().find("speculative") == std::string::npos);
  CHECK(spans[2].dump().find("{\"key\":\"cohort.speculative\",\"value\":"
                             "{\"boolValue\":true}}")
        != std::string::npos);
  CHECK(chrome.find("\"speculative\": true") != std::string::npos);
}

TEST_CASE("another attempt at the same unit is another span") {
  TraceReport trace;
  *trace.add_spans() = span_of(1, "check", "w1", 0, 1);
  *trace.add_spans() = span_of(1, "check", "w1", 1, 2);
  trace.mutable_spans(1)->set_attempt(2);
  auto whole = json::parse(runtime::telemetry::to_otlp_json(trace));
  auto& spans = otlp_spans(whole);
  CHECK(spans[1].at("spanId") != spans[2].at("spanId"));
}

TEST_CASE("a task that runs still is as long as its spans") {
  TraceReport trace;
  *trace.add_spans() = span_of(1, "check", "w1", 1, 3);
  auto whole = json::parse(runtime::telemetry::to_otlp_json(trace));
  auto& root = otlp_spans(whole)[0];
  CHECK(root.at("startTimeUnixNano") == std::to_string(noon + second));
  CHECK(root.at("endTimeUnixNano") == std::to_string(noon + 3 * second));
  CHECK(root.at("status").at("code") == 0);
}

TEST_CASE("a task that never began is a valid trace in both forms") {
  auto otlp = json::parse(runtime::telemetry::to_otlp_json({}));
  CHECK(otlp_spans(otlp).size() == 1);
  auto chrome = json::parse(runtime::telemetry::to_chrome_json({}));
  CHECK(chrome.at("traceEvents").size() == 3);
}

TEST_CASE("names that are no UTF-8 do not break the file") {
  TraceReport trace;
  *trace.add_spans() = span_of(1, "check", "w1", 0, 1);
  trace.mutable_spans(0)->set_subject("caf\xe9.cc");
  CHECK(json::accept(runtime::telemetry::to_otlp_json(trace)));
  CHECK(json::accept(runtime::telemetry::to_chrome_json(trace)));
}

} // namespace cohort::tests::trace_test
