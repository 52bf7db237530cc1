#include "actors/telemetry.hpp"

#include <chrono>
#include <utility>

#include <caf/send.hpp>

namespace cohort::actors {

namespace {

using namespace std::chrono_literals;
using telemetry_self = telemetry_actor::stateful_pointer<telemetry_state>;

constexpr std::chrono::milliseconds look_interval = 1s;

void start_telemetry_timer(telemetry_self self, const timer_actor& timer) {
  pb::StartTimer start;
  start.set_delay_ms(static_cast<uint64_t>(look_interval.count()));
  self->send(timer, std::move(start));
}

void on_spans(telemetry_self self, const telemetry_settings& settings,
              pb::AttemptSpans& spans) {
  for (auto& span : *spans.mutable_spans()) {
    if (settings.metrics)
      settings.metrics->see(span);
    self->state.spans.push(std::move(span));
  }
}

void on_progress(telemetry_self self, const telemetry_settings& settings,
                 const pb::ProgressBatch& batch) {
  auto& tasks = self->state.tasks;
  for (auto& event : batch.events())
    if (tasks.see(event) && settings.metrics)
      settings.metrics->task_ended(event.result().outcome());
  if (settings.metrics)
    settings.metrics->set_running_tasks(tasks.running());
}

void look_at_pool(telemetry_self self, const worker_pool_actor& pool,
                  const telemetry_settings& settings) {
  self->request(pool, look_interval, pb::PoolQuery{})
    .then([=](const pb::PoolReport& report) { settings.metrics->see(report); },
          [](const caf::error&) {
            // The next look may find it less busy.
          });
}

} // namespace

telemetry_actor::behavior_type telemetry(telemetry_self self, timer_actor timer,
                                         worker_pool_actor pool,
                                         telemetry_settings settings) {
  self->state.spans = runtime::telemetry::span_buffer{settings.spans_max};
  if (settings.metrics)
    start_telemetry_timer(self, timer);
  return {
    [=](pb::AttemptSpans& spans) { on_spans(self, settings, spans); },
    [=](const pb::NodeTable& table) {
      if (settings.metrics)
        settings.metrics->see(table);
    },
    [=](const pb::ProgressBatch& batch) { on_progress(self, settings, batch); },
    [=](const pb::TimerExpired&) {
      look_at_pool(self, pool, settings);
      start_telemetry_timer(self, timer);
    },
    [=](const pb::TraceQuery& query) {
      pb::TraceReport report;
      report.set_task_id(query.task_id());
      self->state.tasks.report(query.task_id(), report);
      self->state.spans.report(query.task_id(), report);
      return report;
    },
  };
}

void watch(const telemetry_actor& watcher, const worker_pool_actor& pool,
           const progress_hub_actor& progress) {
  // In its name: its own first words might come after what they ask for.
  caf::send_as(watcher, pool, pb::ObserveAttempts{});
  caf::send_as(watcher, progress, pb::Subscribe{});
}

} // namespace cohort::actors
