#include "runtime/mutation/site.hpp"

#include <algorithm>
#include <tuple>

namespace cohort::runtime::mutation {

void number(std::vector<site>& sites) {
  auto key = [](const site& one) {
    auto& mutant = one.mutant;
    return std::make_tuple(std::string_view{mutant.file()}, mutant.begin(),
                           mutant.end(), std::string_view{mutant.mutator()},
                           std::string_view{mutant.replacement()});
  };
  std::sort(sites.begin(), sites.end(),
            [&](auto& a, auto& b) { return key(a) < key(b); });
  uint32_t id = 0;
  for (auto& one : sites)
    one.mutant.set_id(++id);
}

} // namespace cohort::runtime::mutation
