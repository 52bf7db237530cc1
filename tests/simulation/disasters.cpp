#include "tests/simulation/disasters.hpp"

#include <map>
#include <string>

namespace cohort::tests::simulation {

namespace {

using namespace std::chrono_literals;

site& any_site(scene& where, dice& random) {
  auto& sites = where.host.sites();
  return *sites[random.below(sites.size())];
}

void worker_crash(scene& where, dice& random) {
  where.host.crash_worker(random.below(where.host.sites().size()));
}

void worker_hang(scene& where, dice& random) {
  any_site(where, random).hangs = true;
}

/// One that does not stop when it is told to gets nothing any more; so one
/// worker is spared.
void worker_stuck(scene& where, dice& random) {
  auto& sites = where.host.sites();
  if (sites.size() > 1)
    sites[random.between(1, sites.size() - 1)]->is_stuck = true;
}

void worker_slow(scene& where, dice& random) {
  any_site(where, random).slowness
    = static_cast<unsigned>(random.between(5, 40));
}

void compiler_crash(scene& where, dice& random) {
  any_site(where, random).is_failing = true;
}

void coordinator_crash(scene& where, dice&) {
  where.host.crash_coordinator();
}

void judge_crash(scene& where, dice& random) {
  where.host.crash_judge(random.below(4));
}

void merge_conflict(scene& where, dice&) {
  ++where.host.store().conflicts;
}

void store_slow(scene& where, dice&) {
  where.host.store().longest = 800ms;
  where.play().after(1s, [&where] { where.host.store().longest = 5ms; });
}

void disk_full(scene& where, dice& random) {
  where.host.log().is_full = true;
  where.play().after(std::chrono::milliseconds{random.between(10, 2000)},
                     [&where] { where.host.log().is_full = false; });
}

using disaster = void (*)(scene&, dice&);

const std::map<std::string, disaster, std::less<>>& disasters() {
  static const std::map<std::string, disaster, std::less<>> all{
    {"worker_crash", worker_crash},
    {"worker_hang", worker_hang},
    {"worker_stuck", worker_stuck},
    {"worker_slow", worker_slow},
    {"compiler_crash", compiler_crash},
    {"coordinator_crash", coordinator_crash},
    {"judge_crash", judge_crash},
    {"merge_conflict", merge_conflict},
    {"store_slow", store_slow},
    {"disk_full", disk_full},
  };
  return all;
}

} // namespace

bool is_disaster(std::string_view name) {
  return disasters().find(name) != disasters().end();
}

void let_happen(scene& where, dice& random) {
  auto window = static_cast<uint64_t>(where.what.window.count());
  for (auto& entry : where.what.disasters) {
    auto& name = entry.first;
    auto strike = disasters().at(name);
    for (auto times = random.between(0, entry.second); times > 0; --times)
      where.play().after(std::chrono::milliseconds{random.between(0, window)},
                         [&where, &random, &name, strike] {
                           where.play().note("-- " + name);
                           strike(where, random);
                         });
  }
}

} // namespace cohort::tests::simulation
