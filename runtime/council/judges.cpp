#include "runtime/council/judges.hpp"

namespace cohort::runtime::council {

const std::vector<judge>& judges() {
  static const std::vector<judge> all{
    {"balance", judge_balance},         {"conflict", judge_conflict},
    {"granularity", judge_granularity}, {"history", judge_history},
    {"regression", judge_regression},
  };
  return all;
}

} // namespace cohort::runtime::council
