#include "runtime/telemetry/metrics_registry.hpp"

#include <doctest/doctest.h>

#include <google/protobuf/util/time_util.h>

#include "tests/support/golden.hpp"
#include "tests/support/prometheus_text.hpp"

namespace cohort::tests::metrics_registry_test {

using namespace cohort;
using namespace cohort::messages::v1;
using runtime::telemetry::metrics_registry;
using tests::prometheus_text;

namespace {

AttemptSpan span_of(std::string kind, AttemptEnd end, int milliseconds) {
  AttemptSpan span;
  span.set_kind(std::move(kind));
  span.set_end(end);
  using google::protobuf::util::TimeUtil;
  *span.mutable_started() = TimeUtil::MillisecondsToTimestamp(5000);
  *span.mutable_ended()
    = TimeUtil::MillisecondsToTimestamp(5000 + milliseconds);
  span.mutable_metrics()->set_cpu_seconds(0.5);
  span.mutable_metrics()->set_cache_hits(1);
  return span;
}

NodeTable table_of(std::string name, NodeState state, uint64_t sent,
                   uint64_t received) {
  NodeTable table;
  auto& node = *table.add_nodes();
  node.set_name(std::move(name));
  node.set_state(state);
  node.set_heard_seconds(0.25);
  node.set_round_trip_seconds(0.002);
  node.set_bytes_sent(sent);
  node.set_bytes_received(received);
  return table;
}

bool has(const metrics_registry& metrics, const std::string& line) {
  return ("\n" + prometheus_text(metrics)).find("\n" + line + "\n")
         != std::string::npos;
}

} // namespace

TEST_CASE("all that Prometheus reads (REWRITE=1 agrees)") {
  metrics_registry metrics{"1.2.3"};
  metrics.see(span_of("check", ATTEMPT_END_FINISHED, 300));
  metrics.see(span_of("check", ATTEMPT_END_FAILED, 20));
  metrics.see(span_of("repair", ATTEMPT_END_LOST, 5000));
  PoolReport pool;
  pool.set_queued(4);
  pool.set_finished(1);
  pool.set_failed(2);
  pool.set_retried(3);
  pool.set_retries_denied(2);
  pool.set_breakers_opened(5);
  pool.add_open_breakers("checks with gcc on alpha");
  pool.set_fenced(1);
  pool.set_speculated(2);
  pool.set_speculated_seconds(1.5);
  pool.set_wasted_seconds(2.25);
  for (auto quarantined : {false, true}) {
    auto& worker = *pool.add_workers();
    worker.set_running(1);
    worker.set_credits(2);
    worker.set_quarantined(quarantined);
    worker.set_breaker_open(!quarantined);
  }
  metrics.see(pool);
  metrics.see(table_of("n1", NODE_STATE_JOINED, 1000, 50));
  metrics.set_running_tasks(2);
  metrics.task_ended(TASK_OUTCOME_DONE);
  auto text = prometheus_text(metrics);
  CHECK(text == tests::golden("metrics.txt", text));
}

TEST_CASE("counters follow the pool's counts and do not add them up") {
  metrics_registry metrics{"1"};
  PoolReport pool;
  pool.set_finished(10);
  metrics.see(pool);
  metrics.see(pool);
  CHECK(has(metrics, "cohort_units_total{outcome=\"finished\"} 10"));
  pool.set_finished(12);
  metrics.see(pool);
  CHECK(has(metrics, "cohort_units_total{outcome=\"finished\"} 12"));
}

TEST_CASE("a node's bytes go on counting over its sessions") {
  metrics_registry metrics{"1"};
  metrics.see(table_of("n1", NODE_STATE_JOINED, 100, 10));
  metrics.see(table_of("n1", NODE_STATE_JOINED, 150, 10));
  metrics.see(table_of("n1", NODE_STATE_JOINED, 30, 40));
  CHECK(has(metrics, "cohort_node_sent_bytes_total{node=\"n1\"} 180"));
  CHECK(has(metrics, "cohort_node_received_bytes_total{node=\"n1\"} 40"));
}

TEST_CASE("a node that the table forgot is gone, and counted no more") {
  metrics_registry metrics{"1"};
  metrics.see(table_of("n1", NODE_STATE_LOST, 1, 1));
  CHECK(has(metrics, "cohort_nodes{state=\"lost\"} 1"));
  metrics.see(table_of("n2", NODE_STATE_JOINED, 1, 1));
  CHECK(has(metrics, "cohort_nodes{state=\"lost\"} 0"));
  CHECK(has(metrics, "cohort_nodes{state=\"joined\"} 1"));
  CHECK(prometheus_text(metrics).find("n1") == std::string::npos);
  metrics.see(table_of("n1", NODE_STATE_JOINED, 7, 1));
  CHECK(has(metrics, "cohort_node_sent_bytes_total{node=\"n1\"} 7"));
}

} // namespace cohort::tests::metrics_registry_test
