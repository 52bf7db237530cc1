#include "nodes/node.hpp"

#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "actors/node_link.hpp"
#include "actors/timer.hpp"
#include "nodes/breakable_link.hpp"

namespace cohort::nodes {

namespace pb = messages::v1;
using runtime::expected;

expected<std::unique_ptr<node>> node::start(node_options options) {
  auto state = runtime::workspace::state_folder::open(options.settings.state);
  if (!state)
    return state.error();
  // Before CAF starts its threads: the launcher inherits a quiet process.
  auto processes
    = start_programs(options.settings.processes,
                     {state->path(), options.how.files.key.parent_path()});
  if (!processes)
    return processes.error();
  std::unique_ptr<node> result{
    new node{std::move(options), std::move(*state), std::move(*processes)}};
  result->spawn_all();
  return result;
}

node::node(node_options options, runtime::workspace::state_folder state,
           std::unique_ptr<runtime::process::runner> processes)
  : options_{std::move(options)},
    state_{std::move(state)},
    processes_{std::move(processes)},
    config_{options_.how, options_.settings.cluster},
    system_{std::in_place, config_} {
  // nop
}

void node::spawn_all() {
  auto& settings = options_.settings;
  auto& sys = *system_;
  std::string why_no_cache;
  caches_.checks = runtime::execution::open_check_cache(
    state_.checks(), settings.cache, why_no_cache);
  if (!caches_.checks && settings.cache.enabled)
    spdlog::warn("every check is made: {}", why_no_cache);
  std::vector<actors::child> children;
  auto timer = sys.spawn(actors::timer, std::chrono::milliseconds{20});
  children.push_back({"timer", caf::actor_cast<caf::actor>(timer), {}});
  actors::node_link_settings link;
  link.own = {pb::PEER_ROLE_NODE, options_.name, COHORT_VERSION, random_bits()};
  link.cluster = settings.cluster;
  link.credentials = options_.how.insecure
                       ? runtime::cluster::no_credentials()
                       : runtime::cluster::credentials_from(options_.how.files);
  link.random = random_bits;
  link.make_courier = courier_for(state_.store(), settings.snapshot);
  link.find_head = find_head_at(options_.head, options_.how);
  if (options_.chaos)
    link.find_head = breakable(std::move(link.find_head), options_.chaos);
  auto dispatcher = sys.spawn(actors::node_link, timer, std::move(link));
  link_ = dispatcher;
  children.push_back(
    {"node_link", caf::actor_cast<caf::actor>(dispatcher), {}, true});
  worker_site site{state_.store(), state_.slots(), settings,
                   *processes_,    caches_,        options_.chaos};
  for (unsigned i = 1; i <= options_.workers; ++i) {
    auto spawn = [&sys, dispatcher, site, i](uint64_t incarnation) {
      return caf::actor_cast<caf::actor>(
        spawn_worker(sys, dispatcher, site, i, incarnation));
    };
    children.push_back({"worker w" + std::to_string(i), spawn(1), spawn});
    children.back().rests = true;
  }
  root_ = sys.spawn(
    actors::root_supervisor, std::move(children),
    actors::root_settings{settings.supervision.worker_restarts,
                          settings.supervision.worker_restart_window});
}

node::~node() {
  if (system_ && root_)
    caf::anon_send(root_, pb::Shutdown{});
  root_ = nullptr;
  link_ = nullptr;
  system_.reset(); // Waits for the actors; runners stop their processes.
}

caf::actor_system& node::system() {
  return *system_;
}

const actors::root_supervisor_actor& node::root() const {
  return root_;
}

const actors::drainable_actor& node::link() const {
  return link_;
}

} // namespace cohort::nodes
