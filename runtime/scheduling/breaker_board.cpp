#include "runtime/scheduling/breaker_board.hpp"

#include <algorithm>
#include <utility>

namespace cohort::runtime::scheduling {

namespace {

/// As workers of this process name their node.
constexpr std::string_view own_host = "local";

} // namespace

work_kind kind_of(const pb::WorkUnit& unit) {
  switch (unit.work_case()) {
    case pb::WorkUnit::kPrepare:
      return work_kind::preparation;
    case pb::WorkUnit::kCheck:
      return unit.check().compiler() == "gcc"     ? work_kind::gcc_checks
             : unit.check().compiler() == "clang" ? work_kind::clang_checks
                                                  : work_kind::any;
    case pb::WorkUnit::kRepair:
      return work_kind::repairs;
    case pb::WorkUnit::kTests:
    case pb::WorkUnit::kCoverage:
    case pb::WorkUnit::kPlanMutants:
    case pb::WorkUnit::kMutants:
      return work_kind::tests;
    default:
      return work_kind::any;
  }
}

std::string_view name_of(work_kind kind) {
  switch (kind) {
    case work_kind::any:
      return "work";
    case work_kind::preparation:
      return "preparing";
    case work_kind::gcc_checks:
      return "checks with gcc";
    case work_kind::clang_checks:
      return "checks with clang";
    case work_kind::repairs:
      return "repairs";
    case work_kind::tests:
      return "tests";
  }
  return "?";
}

breaker_board::breaker_board(const resilience::breaker_settings& settings)
  : settings_{settings} {
  // nop
}

uint32_t breaker_board::number_of(const std::string& node) {
  auto [it, is_new]
    = numbers_.try_emplace(node, static_cast<uint32_t>(nodes_.size()));
  if (is_new)
    nodes_.push_back(
      {node, circuit_breaker{settings_}, node != own_host,
       std::vector<circuit_breaker>(work_kinds, circuit_breaker{settings_})});
  return it->second;
}

bool breaker_board::allows(uint32_t node, work_kind kind,
                           time_point now) const {
  auto& record = nodes_[node];
  return record.own.allows(now)
         && record.work[static_cast<size_t>(kind)].allows(now);
}

breaker_board::pass breaker_board::allow(uint32_t node, work_kind kind,
                                         time_point now) {
  auto& record = nodes_[node];
  pass result;
  result.node = record.own.allow(now).value_or(result.node);
  result.work
    = record.work[static_cast<size_t>(kind)].allow(now).value_or(result.work);
  return result;
}

std::string breaker_board::what(uint32_t node) const {
  return "node " + nodes_[node].name;
}

std::string breaker_board::what(uint32_t node, work_kind kind) const {
  return std::string{name_of(kind)} + " on " + nodes_[node].name;
}

breaker_board::turns breaker_board::note(uint32_t node, work_kind kind,
                                         pass which, outcome how,
                                         time_point now, uint64_t random) {
  auto& record = nodes_[node];
  std::optional<bool> node_fails;
  std::optional<bool> work_fails;
  if (how != outcome::abandoned && record.may_be_lost)
    node_fails = how == outcome::lost;
  if (how != outcome::abandoned && how != outcome::lost
      && kind != work_kind::any)
    work_fails = how == outcome::work_failed;
  return {tell(record.own, which.node, node_fails, now, random),
          tell(record.work[static_cast<size_t>(kind)], which.work, work_fails,
               now, random)};
}

breaker_board::circuit_breaker::turn
breaker_board::tell(circuit_breaker& breaker, circuit_breaker::call which,
                    std::optional<bool> fails, time_point now,
                    uint64_t random) {
  using turn = circuit_breaker::turn;
  if (!fails) {
    breaker.abandoned(which);
    return turn::none;
  }
  auto result = *fails ? breaker.failed(which, now, random)
                       : breaker.succeeded(which, now);
  if (result == turn::opened)
    ++not_closed_;
  else if (result == turn::closed)
    --not_closed_;
  return result;
}

bool breaker_board::is_open(uint32_t node, work_kind kind,
                            time_point now) const {
  auto& breaker = nodes_[node].work[static_cast<size_t>(kind)];
  return breaker.current(now) == circuit_breaker::phase::open;
}

breaker_board::time_point breaker_board::next_probe(time_point now) const {
  auto next = time_point::max();
  auto look_at = [&](const circuit_breaker& breaker) {
    if (breaker.current(now) == circuit_breaker::phase::open)
      next = std::min(next, breaker.retry_at());
  };
  if (is_calm())
    return next;
  for (auto& node : nodes_) {
    look_at(node.own);
    for (auto& breaker : node.work)
      look_at(breaker);
  }
  return next;
}

std::vector<std::string> breaker_board::not_closed(time_point now) const {
  auto is_closed = [&](const circuit_breaker& breaker) {
    return breaker.current(now) == circuit_breaker::phase::closed;
  };
  std::vector<std::string> result;
  for (uint32_t node = 0; node < nodes_.size() && !is_calm(); ++node) {
    if (!is_closed(nodes_[node].own))
      result.push_back(what(node));
    for (uint32_t kind = 0; kind < work_kinds; ++kind)
      if (!is_closed(nodes_[node].work[kind]))
        result.push_back(what(node, static_cast<work_kind>(kind)));
  }
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace cohort::runtime::scheduling
