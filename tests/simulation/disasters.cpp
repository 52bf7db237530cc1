#include "tests/simulation/disasters.hpp"

#include <map>
#include <string>

#include <caf/send.hpp>

namespace cohort::tests::simulation {

namespace {

using namespace std::chrono_literals;

/// Of the head and of all nodes.
site& any_site(scene& where, dice& random) {
  auto all = where.host().sites();
  for (auto& node : where.nodes)
    all.insert(all.end(), node->sites().begin(), node->sites().end());
  return *all[random.below(all.size())];
}

node& any_node(scene& where, dice& random) {
  return *where.nodes[random.below(where.nodes.size())];
}

std::chrono::milliseconds between(dice& random, uint64_t least, uint64_t most) {
  return std::chrono::milliseconds{random.between(least, most)};
}

// -- workers
// --------------------------------------------------------------------

void worker_crash(scene& where, dice& random) {
  auto hosts = where.nodes.size() + (where.host().sites().empty() ? 0 : 1);
  auto host = random.below(hosts);
  if (host < where.nodes.size())
    where.nodes[host]->crash_worker(
      random.below(where.nodes[host]->sites().size()));
  else
    where.host().crash_worker(random.below(where.host().sites().size()));
}

void worker_hang(scene& where, dice& random) {
  any_site(where, random).hangs = true;
}

/// One that does not stop when it is told to gets nothing any more; so one
/// worker of the head is spared.
void worker_stuck(scene& where, dice& random) {
  auto& sites = where.host().sites();
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

// -- roles of the head
// ----------------------------------------------------------

void coordinator_crash(scene& where, dice&) {
  where.host().crash_coordinator();
}

void judge_crash(scene& where, dice& random) {
  where.host().crash_judge(random.below(4));
}

void judge_silent(scene& where, dice& random) {
  where.host().silence_judge(random.below(4));
}

void merge_conflict(scene& where, dice&) {
  ++where.host().store().conflicts;
}

void store_slow(scene& where, dice&) {
  where.host().store().longest = 800ms;
  where.play().after(1s, [&where] { where.host().store().longest = 5ms; });
}

void disk_full(scene& where, dice& random) {
  where.host().log().is_full = true;
  where.play().after(between(random, 10, 2000),
                     [&where] { where.host().log().is_full = false; });
}

void store_full(scene& where, dice& random) {
  where.host().store().is_full = true;
  where.play().after(between(random, 10, 2000),
                     [&where] { where.host().store().is_full = false; });
}

void user_cancels(scene& where, dice& random) {
  pb::CancelTask cancel;
  cancel.set_task_id("t" + std::to_string(random.between(1, where.what.tasks)));
  cancel.set_reason("the user wants it");
  caf::anon_send(where.host().orchestrator(), cancel);
}

void head_crash(scene& where, dice& random) {
  if (!where.host().is_running())
    return;
  where.host().log().dies = nullptr;
  where.crash_head();
  where.play().after(between(random, 50, 1000),
                     [&where] { where.start_head(); });
}

void torn_write(scene& where, dice& random) {
  where.host().log().dies = [&where, &random] { head_crash(where, random); };
}

// -- nodes, and the way to them
// -------------------------------------------------

void node_slow(scene& where, dice& random) {
  for (auto& site : any_node(where, random).sites())
    site->slowness = 10;
}

void crash_node(scene& where, dice& random, bool is_silent) {
  auto& lost = any_node(where, random);
  lost.crash(is_silent);
  where.play().after(between(random, 50, 3000), [&lost] { lost.start(); });
}

void node_crash(scene& where, dice& random) {
  crash_node(where, random, false);
}

void node_power_loss(scene& where, dice& random) {
  crash_node(where, random, true);
}

void connection_closed(scene& where, dice& random) {
  any_node(where, random).wire().close();
}

void cut(scene& where, dice& random, bool to_head, bool to_node) {
  auto& wire = any_node(where, random).wire();
  wire.loses_to_head |= to_head;
  wire.loses_to_node |= to_node;
  where.play().after(between(random, 100, 4000), [&wire] {
    wire.loses_to_head = false;
    wire.loses_to_node = false;
  });
}

void partition(scene& where, dice& random) {
  cut(where, random, true, true);
}

void deaf_head(scene& where, dice& random) {
  cut(where, random, true, false);
}

void deaf_node(scene& where, dice& random) {
  cut(where, random, false, true);
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
    {"judge_silent", judge_silent},
    {"merge_conflict", merge_conflict},
    {"store_slow", store_slow},
    {"disk_full", disk_full},
    {"store_full", store_full},
    {"head_crash", head_crash},
    {"torn_write", torn_write},
    {"user_cancels", user_cancels},
    {"node_slow", node_slow},
    {"node_crash", node_crash},
    {"node_power_loss", node_power_loss},
    {"connection_closed", connection_closed},
    {"partition", partition},
    {"deaf_head", deaf_head},
    {"deaf_node", deaf_node},
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
