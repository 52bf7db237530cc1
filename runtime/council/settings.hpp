#pragma once

#include <chrono>

namespace cohort::runtime::council {

struct council_settings {
  bool enabled = true; // decomposition.enable_council_validation
  unsigned max_review_rounds = 3;
  double quorum = 0.5;         // Share of judges that must answer; more than.
  double supermajority = 0.66; // Share of weight that must approve.
  double veto_severity = 0.95; // A conflict or regression finding at or above
                               // this, from a judge that rejects, is a veto.
  std::chrono::milliseconds review_timeout{5000}; // For each round; who was
                                                  // late once is not waited
                                                  // for again.
};

} // namespace cohort::runtime::council
