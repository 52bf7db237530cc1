#include "runtime/telemetry/metrics_registry.hpp"

#include <cmath>
#include <map>
#include <utility>

#include <google/protobuf/util/time_util.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "runtime/telemetry/words.hpp"

namespace cohort::runtime::telemetry {

namespace {

using counters = prometheus::Family<prometheus::Counter>;
using gauges = prometheus::Family<prometheus::Gauge>;
using histograms = prometheus::Family<prometheus::Histogram>;

/// From a no-op to the longest lease, each four times the one before.
const prometheus::Histogram::BucketBoundaries duration_buckets{
  0.001, 0.004, 0.016, 0.064, 0.256, 1.024, 4.096, 16.384, 65.536, 262.144};

constexpr pb::NodeState node_states[]
  = {pb::NODE_STATE_JOINED, pb::NODE_STATE_DRAINING, pb::NODE_STATE_LOST,
     pb::NODE_STATE_LEFT};

/// Brings a counter to what was counted elsewhere.
template <class T>
void raise(prometheus::Counter& counter, T total) {
  counter.Increment(static_cast<double>(total) - counter.Value());
}

/// Adds what came since the last look; fewer is the count of a new session.
void advance(prometheus::Counter& counter, uint64_t& last, uint64_t now) {
  counter.Increment(static_cast<double>(now >= last ? now - last : now));
  last = now;
}

} // namespace

struct metrics_registry::impl {
  /// A node's own series.
  struct node_series {
    prometheus::Counter* sent = nullptr;
    prometheus::Counter* received = nullptr;
    prometheus::Gauge* silence = nullptr;
    prometheus::Gauge* round_trip = nullptr;
    uint64_t last_sent = 0; // Of the present session.
    uint64_t last_received = 0;
  };

  std::shared_ptr<prometheus::Registry> registry
    = std::make_shared<prometheus::Registry>();

  counters& count(const char* name, const char* help) const {
    return prometheus::BuildCounter().Name(name).Help(help).Register(*registry);
  }
  gauges& gauge(const char* name, const char* help) const {
    return prometheus::BuildGauge().Name(name).Help(help).Register(*registry);
  }

  counters& tasks = count("cohort_tasks_total", "Tasks that ended.");
  prometheus::Gauge& tasks_running
    = gauge("cohort_tasks_running", "Tasks that run.").Add({});
  prometheus::Gauge& units_queued
    = gauge("cohort_units_queued", "Units that no worker holds.").Add({});
  prometheus::Gauge& units_running
    = gauge("cohort_units_running", "Units that workers hold.").Add({});
  counters& units = count("cohort_units_total", "Units that ended.");
  counters& attempts = count("cohort_attempts_total", "Attempts that ended.");
  histograms& durations = prometheus::BuildHistogram()
                            .Name("cohort_attempt_duration_seconds")
                            .Help("How long attempts took.")
                            .Register(*registry);
  counters& cpu = count("cohort_attempt_cpu_seconds_total",
                        "CPU time of the programs that attempts started.");
  prometheus::Counter& cache_hits = count("cohort_cache_hits_total",
                                          "Checks whose answer was known.")
                                      .Add({});
  prometheus::Counter& retried
    = count("cohort_attempts_retried_total",
            "Attempts at units that were tried before.")
        .Add({});
  prometheus::Counter& retries_denied
    = count("cohort_retries_denied_total",
            "Units that were not tried again, as the retry budget was spent.")
        .Add({});
  prometheus::Counter& fenced = count("cohort_results_fenced_total",
                                      "Late results that were dropped.")
                                  .Add({});
  prometheus::Counter& speculated
    = count("cohort_attempts_speculated_total",
            "Second attempts, begun because the first one was late.")
        .Add({});
  prometheus::Counter& speculated_seconds
    = count("cohort_speculated_seconds_total", "How long those took.").Add({});
  prometheus::Counter& wasted_seconds
    = count("cohort_wasted_seconds_total",
            "How long attempts took that another one outran or outlived.")
        .Add({});
  prometheus::Gauge& workers
    = gauge("cohort_workers", "Workers that are there.").Add({});
  prometheus::Gauge& quarantined
    = gauge("cohort_workers_quarantined",
            "Workers that get nothing, as they did not answer.")
        .Add({});
  prometheus::Gauge& workers_open
    = gauge("cohort_workers_breaker_open",
            "Workers that get nothing for a while, as they failed too often.")
        .Add({});
  prometheus::Counter& breakers_opened
    = count("cohort_breakers_opened_total",
            "Circuit breakers of workers, nodes and kinds of work that opened.")
        .Add({});
  prometheus::Gauge& breakers_open
    = gauge("cohort_breakers_open",
            "Circuit breakers of nodes and kinds of work that are not closed.")
        .Add({});
  prometheus::Gauge& credits = gauge("cohort_worker_credits",
                                     "Units that all workers can hold.")
                                 .Add({});
  gauges& nodes = gauge("cohort_nodes", "Nodes, by what became of them.");
  counters& sent = count("cohort_node_sent_bytes_total",
                         "Bytes of messages to a node.");
  counters& received = count("cohort_node_received_bytes_total",
                             "Bytes of messages from a node.");
  gauges& silence = gauge("cohort_node_silence_seconds",
                          "Time since a node's last message.");
  gauges& round_trip = gauge("cohort_node_round_trip_seconds",
                             "Way to a node and back, smoothed.");
  std::map<std::string, node_series> known_nodes;

  node_series& series_of(const std::string& node) {
    auto [found, is_new] = known_nodes.try_emplace(node);
    auto& series = found->second;
    if (is_new) {
      prometheus::Labels labels{{"node", node}};
      series.sent = &sent.Add(labels);
      series.received = &received.Add(labels);
      series.silence = &silence.Add(labels);
      series.round_trip = &round_trip.Add(labels);
    }
    return series;
  }

  void forget(const node_series& series) {
    sent.Remove(series.sent);
    received.Remove(series.received);
    silence.Remove(series.silence);
    round_trip.Remove(series.round_trip);
  }
};

metrics_registry::metrics_registry(const std::string& version)
  : impl_{std::make_unique<impl>()} {
  impl_->gauge("cohort_build_info", "What runs.")
    .Add({{"version", version}})
    .Set(1);
  // What nothing happened to yet is 0, not absent: rates need a beginning.
  for (auto* outcome : {"finished", "failed"})
    impl_->units.Add({{"outcome", outcome}});
  for (int i = pb::TASK_OUTCOME_DONE; i <= pb::TaskOutcome_MAX; ++i)
    impl_->tasks.Add({{"outcome", word_of(static_cast<pb::TaskOutcome>(i))}});
  for (auto state : node_states)
    impl_->nodes.Add({{"state", word_of(state)}});
}

metrics_registry::~metrics_registry() = default;

void metrics_registry::see(const pb::AttemptSpan& span) {
  using google::protobuf::util::TimeUtil;
  impl_->attempts.Add({{"kind", span.kind()}, {"end", word_of(span.end())}})
    .Increment();
  auto nanos = TimeUtil::DurationToNanoseconds(span.ended() - span.started());
  impl_->durations.Add({{"kind", span.kind()}}, duration_buckets)
    .Observe(static_cast<double>(nanos) * 1e-9);
  // A node may say anything.
  if (auto cpu = span.metrics().cpu_seconds(); std::isfinite(cpu) && cpu >= 0)
    impl_->cpu.Add({{"kind", span.kind()}}).Increment(cpu);
  impl_->cache_hits.Increment(span.metrics().cache_hits());
}

void metrics_registry::see(const pb::PoolReport& pool) {
  uint64_t running = 0;
  uint64_t credits = 0;
  uint64_t quarantined = 0;
  uint64_t workers_open = 0;
  for (auto& worker : pool.workers()) {
    running += worker.running();
    credits += worker.credits();
    quarantined += worker.quarantined() ? 1 : 0;
    workers_open += worker.breaker_open() ? 1 : 0;
  }
  impl_->units_queued.Set(static_cast<double>(pool.queued()));
  impl_->units_running.Set(static_cast<double>(running));
  impl_->workers.Set(pool.workers_size());
  impl_->quarantined.Set(static_cast<double>(quarantined));
  impl_->workers_open.Set(static_cast<double>(workers_open));
  impl_->credits.Set(static_cast<double>(credits));
  raise(impl_->units.Add({{"outcome", "finished"}}), pool.finished());
  raise(impl_->units.Add({{"outcome", "failed"}}), pool.failed());
  raise(impl_->retried, pool.retried());
  raise(impl_->retries_denied, pool.retries_denied());
  raise(impl_->breakers_opened, pool.breakers_opened());
  impl_->breakers_open.Set(pool.open_breakers_size());
  raise(impl_->fenced, pool.fenced());
  raise(impl_->speculated, pool.speculated());
  raise(impl_->speculated_seconds, pool.speculated_seconds());
  raise(impl_->wasted_seconds, pool.wasted_seconds());
}

void metrics_registry::see(const pb::NodeTable& table) {
  std::map<pb::NodeState, int> by_state;
  auto gone = impl_->known_nodes;
  for (auto& node : table.nodes()) {
    ++by_state[node.state()];
    gone.erase(node.name());
    auto& series = impl_->series_of(node.name());
    advance(*series.sent, series.last_sent, node.bytes_sent());
    advance(*series.received, series.last_received, node.bytes_received());
    series.silence->Set(node.heard_seconds());
    series.round_trip->Set(node.round_trip_seconds());
  }
  for (auto state : node_states)
    impl_->nodes.Add({{"state", word_of(state)}}).Set(by_state[state]);
  for (auto& [name, series] : gone) {
    impl_->forget(series);
    impl_->known_nodes.erase(name);
  }
}

void metrics_registry::set_running_tasks(size_t count) {
  impl_->tasks_running.Set(static_cast<double>(count));
}

void metrics_registry::task_ended(pb::TaskOutcome outcome) {
  impl_->tasks.Add({{"outcome", word_of(outcome)}}).Increment();
}

std::shared_ptr<prometheus::Collectable> metrics_registry::collectable() const {
  return impl_->registry;
}

} // namespace cohort::runtime::telemetry
