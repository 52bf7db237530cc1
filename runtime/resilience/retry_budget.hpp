#pragma once

#include <cstdint>

namespace cohort::runtime::resilience {

/// Keeps retries from becoming most of the traffic: where much fails, trying
/// everything again only adds to what it fails from.
///
/// A token bucket: a first attempt puts `share` of a token in, a retry takes
/// one out, or is denied. It begins with a reserve, so that what is small may
/// be retried, too; and it saves no more than ten reserves, so that a long calm
/// does not pay for a storm.
///
/// Invariant: retries <= reserve + share * first attempts.
/// Pure.   Costs: O(1).
/// Source: RetryBudget of Finagle (com.twitter.finagle.service), whose tokens
///         expire instead; Envoy's retry_budget.
class retry_budget {
public:
  /// REQUIRES: share >= 0.
  explicit retry_budget(double share, uint32_t reserve = 10);

  void first_attempt();
  /// Returns whether a retry may begin, and counts it if so.
  [[nodiscard]] bool may_retry();

private:
  double share_;
  double saved_max_;
  double saved_; // Tokens.
};

} // namespace cohort::runtime::resilience
