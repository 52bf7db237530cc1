#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace cohort::nodes {

/// How long main goes on waiting: for ever, until somebody wants it to end.
class patience {
public:
  using clock = std::chrono::steady_clock;

  void ends_in(std::chrono::milliseconds time) {
    end_ = clock::now() + time;
  }
  [[nodiscard]] bool has_end() const {
    return end_.has_value();
  }
  /// For one wait: an hour where there is no limit, and never less than no
  /// time.
  [[nodiscard]] std::chrono::milliseconds left() const {
    using std::chrono::milliseconds;
    if (!end_)
      return std::chrono::hours{1};
    return std::max(milliseconds{0},
                    std::chrono::ceil<milliseconds>(*end_ - clock::now()));
  }
  [[nodiscard]] bool is_over() const {
    return end_ && left() == std::chrono::milliseconds{0};
  }

private:
  std::optional<clock::time_point> end_;
};

} // namespace cohort::nodes
