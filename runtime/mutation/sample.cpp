#include "runtime/mutation/sample.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace cohort::runtime::mutation {

namespace {

/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators"
/// (OOPSLA 2014): SplitMix64.
uint64_t mixed(uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

uint64_t lot_of(const site& one, uint64_t seed) {
  auto& mutant = one.mutant;
  auto text = mutant.file() + '\n' + mutant.mutator() + '\n'
              + mutant.replacement();
  auto result = mixed(mixed(seed) ^ mutant.begin());
  for (auto c : text)
    result = mixed(result ^ static_cast<unsigned char>(c));
  return result;
}

} // namespace

std::vector<site> sample(std::vector<site> sites, uint32_t count,
                         uint64_t seed) {
  if (count > 0 && sites.size() > count) {
    std::vector<std::pair<uint64_t, size_t>> lots;
    for (size_t i = 0; i < sites.size(); ++i)
      lots.emplace_back(lot_of(sites[i], seed), i);
    std::sort(lots.begin(), lots.end());
    std::vector<site> drawn;
    for (size_t i = 0; i < count; ++i)
      drawn.push_back(std::move(sites[lots[i].second]));
    sites = std::move(drawn);
  }
  number(sites);
  return sites;
}

} // namespace cohort::runtime::mutation
