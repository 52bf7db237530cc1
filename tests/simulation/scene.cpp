#include "tests/simulation/scene.hpp"

#include <caf/send.hpp>

namespace cohort::tests::simulation {

void scene::start_head() {
  heads.push_back(std::make_unique<head>(around, what, parts, seed, storage));
  for (auto& node : nodes)
    node->wire().lead_to(host().door());
  if (head_started)
    head_started();
  auto unfinished = *storage.log->unfinished();
  for (auto& first : unfinished) {
    pb::EventList history;
    auto events = *storage.log->read(first.task_id());
    for (auto& event : events)
      *history.add_events() = std::move(event);
    caf::anon_send(host().orchestrator(), std::move(history));
  }
}

void scene::crash_head() {
  host().crash();
  for (auto& node : nodes)
    node->wire().lead_to({});
}

} // namespace cohort::tests::simulation
