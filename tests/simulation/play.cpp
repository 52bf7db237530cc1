#include "tests/simulation/play.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include <caf/send.hpp>

#include "tests/simulation/audience.hpp"
#include "tests/simulation/disasters.hpp"
#include "tests/simulation/invariants.hpp"
#include "tests/simulation/replaying.hpp"
#include "tests/simulation/scene.hpp"
#include "tests/simulation/spare_parts.hpp"

namespace cohort::tests::simulation {

namespace {

using namespace std::chrono_literals;

constexpr size_t turns_max = 300'000;
constexpr auto time_max = 600s;
/// After the last result: what is late comes, and what runs is stopped.
constexpr auto aftermath = 3s;
/// Per mille of the moments in which nobody has anything to do.
constexpr unsigned replays = 8;
/// Different workspaces of a scenario: few, so that each is played undisturbed
/// once only.
constexpr uint64_t workspaces = 64;

std::string root_of(const std::string& task) {
  return "/workspaces/" + task;
}

std::vector<std::string> task_ids(const scenario& what) {
  std::vector<std::string> result;
  for (unsigned i = 1; i <= what.tasks; ++i)
    result.push_back("t" + std::to_string(i));
  return result;
}

/// Runs until all tasks have ended and what comes after has come.
void run(scene& where, const audience& watching, dice& looks,
         record& happened) {
  auto& on = where.play();
  stage::duration end = time_max;
  auto is_over = false;
  auto stop = [&](const char* why) { happened.stopped_because = why; };
  while (on.now() < end) {
    if (!is_over && watching.has_all_results()) {
      is_over = true;
      end = on.now() + aftermath;
    }
    if (on.is_idle() && looks.chance(replays))
      compare_with_replay(where, happened.replay_differences);
    if (++happened.turns > turns_max)
      return stop("it took too many turns");
    if (on.longest_queue() > queue_max)
      return stop("a queue is too long");
    if (!on.step())
      return is_over ? void() : stop("nobody has anything to do any more");
  }
  if (!is_over)
    stop("it took too long");
}

/// Asks the pool how it is, when there is an end to what goes on.
void ask_pool(scene& where, audience& watching, const record& happened) {
  if (!happened.stopped_because.empty())
    return;
  watching.ask_pool();
  while (!where.play().is_idle())
    where.play().step();
}

std::string tree_of(scene& where, const std::string& task) {
  auto& deliveries = where.host().store().deliveries;
  if (auto found = deliveries.find(task); found != deliveries.end())
    return found->second.result_tree();
  return name_of(where.around->worlds.at(root_of(task)).faults);
}

record play_once(const scenario& what, uint64_t seed, const spare_parts& parts,
                 std::vector<std::string>* trace) {
  stage on{seed};
  on.trace_to(trace);
  dice effects{seed, dice::stream::effects};
  dice network{seed, dice::stream::network};
  dice fate{seed, dice::stream::disasters};
  dice looks{seed, dice::stream::looks};
  auto around = std::make_shared<surroundings>(surroundings{on, effects, {}});
  auto number = seed % workspaces;
  for (auto& task : task_ids(what))
    around->worlds.emplace(root_of(task), make_world(what.workspace, number++));
  scene where{what, parts, seed, around, {}, {}, {}, {}};
  where.start_head();
  for (unsigned i = 1; i <= what.nodes; ++i)
    where.nodes
      .emplace_back(std::make_unique<node>(
        around, network, what, where.host().door(), "n" + std::to_string(i)))
      ->start();
  audience watching{where, task_ids(what)};
  for (auto& task : task_ids(what))
    watching.submit(task, root_of(task));
  let_happen(where, fate);
  record happened;
  run(where, watching, looks, happened);
  ask_pool(where, watching, happened);
  watching.tell(happened);
  for (auto& [id, task] : happened.tasks) {
    task.journal = *where.storage.log->read(id);
    task.audit = where.storage.log->audit(id);
    task.is_whole = where.storage.log->refused.count(id) == 0;
    task.tree = tree_of(where, id);
  }
  happened.longest_queue = on.longest_queue();
  happened.seconds = std::chrono::duration<double>{on.now()}.count();
  on.end();
  return happened;
}

/// What an undisturbed play of the workspaces comes to, by task.
const std::map<std::string, std::string>& expected_trees(const scenario& what,
                                                         uint64_t number) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, uint64_t>,
                  std::map<std::string, std::string>>
    known;
  std::lock_guard guard{mutex};
  auto [entry, is_new] = known.try_emplace({what.name, number});
  if (is_new) {
    auto happened = play_once(what.undisturbed(), number, {}, nullptr);
    for (auto& [id, task] : happened.tasks)
      entry->second[id] = task.tree;
  }
  return entry->second;
}

} // namespace

record play(const scenario& what, uint64_t seed, const spare_parts& parts,
            std::vector<std::string>* trace) {
  auto happened = play_once(what, seed, parts, trace);
  auto& expected = expected_trees(what, seed % workspaces);
  for (auto& [id, task] : happened.tasks)
    task.expected = expected.at(id);
  return happened;
}

std::vector<std::string> broken_invariants(const scenario& what,
                                           const record& happened) {
  std::vector<std::string> result;
  for (auto& known : invariants()) {
    if (!what.keeps.empty()
        && std::find(what.keeps.begin(), what.keeps.end(), known.name)
             == what.keeps.end())
      continue;
    if (auto found = known.broken(happened); !found.empty())
      result.push_back(std::string{known.name} + ": " + found);
  }
  return result;
}

} // namespace cohort::tests::simulation
