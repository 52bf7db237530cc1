#include "runtime/resilience/retry_after.hpp"

#include <algorithm>
#include <numeric>

namespace cohort::runtime::resilience {

std::chrono::seconds
retry_after(const std::deque<std::chrono::duration<double>>& took,
            const std::vector<std::chrono::duration<double>>& running) {
  using namespace std::chrono_literals;
  using seconds = std::chrono::duration<double>;
  auto sum = std::accumulate(took.begin(), took.end(), seconds{0});
  auto mean = took.empty() ? seconds{0}
                           : sum / static_cast<double>(took.size());
  auto rest = running.empty() ? seconds{0} : seconds{3600};
  for (auto& so_far : running)
    rest = std::min(rest, so_far < mean ? mean - so_far : so_far);
  return std::clamp(std::chrono::ceil<std::chrono::seconds>(rest), 1s, 3600s);
}

} // namespace cohort::runtime::resilience
