#include "nodes/task_record.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "nodes/audit_story.hpp"

namespace cohort::nodes {

void task_recorder::add(const pb::Event& event) {
  ++record_.events;
  if (event.has_accepted()) {
    record_.request = event.accepted().request();
    record_.accepted = seconds_of(event);
  }
  auto now = std::max(0.0, seconds_of(event) - record_.accepted);
  switch (event.payload_case()) {
    case pb::Event::kSnapshot:
      return end_phase("snapshot", now);
    case pb::Event::kPrepared:
      return end_phase("configure", now);
    case pb::Event::kRouted:
      return end_phase("check", now);
    case pb::Event::kRoundFinished:
      return end_phase(
        "round " + std::to_string(event.round_finished().round()), now);
    case pb::Event::kCompleted:
      return add_attempt(event.completed().result(),
                         event.completed().subtask_id(), false, now);
    case pb::Event::kFailed:
      record_.spans.push_back(
        {event.failed().worker(), event.failed().subtask_id(), now, now, true});
      return;
    case pb::Event::kFallbackFinished:
      add_attempt(event.fallback_finished().result(), "everything",
                  event.fallback_finished().result().has_error(), now);
      return end_phase("sequential work", now);
    case pb::Event::kGates:
      return end_phase("gates", now);
    case pb::Event::kCulpritsFound:
      return end_phase("blame", now);
    case pb::Event::kDelivered:
      return end_phase("delivery", now);
    case pb::Event::kFinished:
      record_.result = event.finished().result();
      record_.seconds = now;
      return;
    default:
      return;
  }
}

task_record task_recorder::take() && {
  std::map<std::string, size_t> order;
  for (auto& span : record_.spans)
    order.emplace(span.lane, span.lane == "task" ? 0 : order.size() + 1);
  std::stable_sort(record_.spans.begin(), record_.spans.end(),
                   [&](auto& a, auto& b) {
                     return std::pair{order[a.lane], a.begin}
                            < std::pair{order[b.lane], b.begin};
                   });
  return std::move(record_);
}

/// What the task as a whole was about until now.
void task_recorder::end_phase(std::string_view name, double now) {
  record_.spans.push_back(
    {"task", std::string{name}, std::exchange(phase_began_, now), now, false});
}

void task_recorder::add_attempt(const pb::AttemptResult& result,
                                const std::string& what, bool failed,
                                double now) {
  record_.spans.push_back(
    {result.worker().empty() ? "worker" : result.worker(), what,
     std::max(0.0, now - result.metrics().wall_seconds()), now, failed});
}

} // namespace cohort::nodes
