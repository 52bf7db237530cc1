#include "runtime/audit/named_trees.hpp"

#include <algorithm>

namespace cohort::runtime::audit {

namespace {

std::vector<std::string> trees_of(const pb::Patch& patch) {
  return {patch.base_tree(), patch.result_tree()};
}

std::vector<std::string> trees_in(const pb::Event& event) {
  switch (event.payload_case()) {
    case pb::Event::kSnapshot:
      return {event.snapshot().tree(), event.snapshot().base_tree()};
    case pb::Event::kRoundStarted:
      return {event.round_started().base_tree()};
    case pb::Event::kDispatched:
      return {event.dispatched().base_tree()};
    case pb::Event::kCompleted:
      return trees_of(event.completed().result().patch());
    case pb::Event::kMerged:
      return {event.merged().tree()};
    case pb::Event::kWithdrawn:
      return {event.withdrawn().tree()};
    case pb::Event::kRoundFinished:
      return {event.round_finished().tree()};
    case pb::Event::kCoordinationFinished:
      return {event.coordination_finished().tree()};
    case pb::Event::kReverted:
      return {event.reverted().tree()};
    case pb::Event::kCulpritsFound:
      return {event.culprits_found().tree()};
    case pb::Event::kFallbackStarted:
      return {event.fallback_started().tree()};
    case pb::Event::kFallbackFinished: {
      auto trees = trees_of(event.fallback_finished().result().patch());
      trees.push_back(event.fallback_finished().tree());
      return trees;
    }
    case pb::Event::kGates:
      return {event.gates().tree()};
    case pb::Event::kFinished:
      return trees_of(event.finished().result().patch());
    default:
      return {};
  }
}

} // namespace

std::vector<std::string> named_trees(const pb::Event& event) {
  auto trees = trees_in(event);
  trees.erase(std::remove(trees.begin(), trees.end(), ""), trees.end());
  return trees;
}

} // namespace cohort::runtime::audit
