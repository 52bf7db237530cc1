#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "runtime/resilience/circuit_breaker.hpp"

namespace cohort::runtime::scheduling {

namespace pb = messages::v1;

/// What a unit needs of the node that it runs on, as far as that can be broken
/// while the rest of the node works.
enum class work_kind : uint8_t {
  any, // Nothing of that sort.
  preparation,
  gcc_checks,
  clang_checks,
  repairs,
  tests,
};
inline constexpr uint32_t work_kinds = 6;

[[nodiscard]] work_kind kind_of(const pb::WorkUnit& unit);
/// For people: "checks with gcc".
[[nodiscard]] std::string_view name_of(work_kind kind);

/// The circuit breakers of nodes, and of each kind of work on each node. This
/// host is no node that could be lost: only what runs there has breakers.
///
/// Pure:  as circuit_breaker.
/// Costs: O(1); O(nodes) for next_probe and open.
class breaker_board {
public:
  using circuit_breaker = resilience::circuit_breaker;
  using time_point = circuit_breaker::time_point;

  /// What an attempt may run by; its outcome is reported with it.
  struct pass {
    circuit_breaker::call node;
    circuit_breaker::call work;
  };
  enum class outcome : uint8_t {
    fine,
    work_failed, // And the node answered.
    lost,        // The node did not, which says nothing of the work.
    abandoned,
  };
  struct turns {
    circuit_breaker::turn node = circuit_breaker::turn::none;
    circuit_breaker::turn work = circuit_breaker::turn::none;
  };

  explicit breaker_board(const resilience::breaker_settings& settings);

  /// Returns the node's number; the same for the same name.
  uint32_t number_of(const std::string& node);
  /// "node alpha"
  [[nodiscard]] std::string what(uint32_t node) const;
  /// "checks with gcc on alpha"
  [[nodiscard]] std::string what(uint32_t node, work_kind kind) const;

  /// Whether nothing is open, and everything allowed.
  [[nodiscard]] bool is_calm() const noexcept {
    return not_closed_ == 0;
  }
  [[nodiscard]] bool allows(uint32_t node, work_kind kind,
                            time_point now) const;
  /// REQUIRES: allows().
  pass allow(uint32_t node, work_kind kind, time_point now);
  turns note(uint32_t node, work_kind kind, pass which, outcome how,
             time_point now, uint64_t random);

  /// Whether this kind of work is kept away from the node, and not only for a
  /// probe that runs.
  [[nodiscard]] bool is_open(uint32_t node, work_kind kind,
                             time_point now) const;
  /// When a breaker that is open now will let a probe pass; time_point::max()
  /// when none is.
  [[nodiscard]] time_point next_probe(time_point now) const;
  /// What is not closed. Sorted.
  [[nodiscard]] std::vector<std::string> not_closed(time_point now) const;

private:
  struct node_record {
    std::string name;
    circuit_breaker own;
    bool may_be_lost;
    std::vector<circuit_breaker> work; // By kind.
  };

  /// `fails` is nothing when there is nothing to be told.
  circuit_breaker::turn
  tell(circuit_breaker& breaker, circuit_breaker::call which,
       std::optional<bool> fails, time_point now, uint64_t random);

  resilience::breaker_settings settings_;
  std::map<std::string, uint32_t> numbers_;
  std::vector<node_record> nodes_;
  uint32_t not_closed_ = 0;
};

} // namespace cohort::runtime::scheduling
