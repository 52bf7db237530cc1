#include "tests/simulation/node.hpp"

#include <random>
#include <utility>

#include <caf/send.hpp>

#include "actors/node_link.hpp"
#include "actors/timer.hpp"
#include "tests/simulation/head.hpp"
#include "tests/simulation/simulated_courier.hpp"

namespace cohort::tests::simulation {

node::node(std::shared_ptr<surroundings> around, dice& random,
           const scenario& what, const actors::door_actor& head,
           std::string name)
  : around_{std::move(around)},
    play_{around_->play},
    random_{random},
    name_{std::move(name)},
    wire_{play_, random_, what.network, head},
    sites_{make_sites(name_ + '/', what.node_workers, trees_)} {
  // nop
}

void node::start() {
  if (std::exchange(is_running_, true))
    return;
  timer_ = play_.spawn(actors::timer, std::chrono::milliseconds{20});
  spawn_link();
  crews_.push_back(std::make_unique<crew>(around_, sites_, link_));
}

void node::spawn_link() {
  actors::node_link_settings settings;
  // Each process is known by a number that no other one has.
  incarnation_ += random_.between(1, 1'000'000);
  settings.own = {pb::PEER_ROLE_NODE, name_, "1.0", incarnation_};
  settings.cluster = cluster_of_play();
  settings.credentials = runtime::cluster::no_credentials();
  settings.random = [random = std::make_shared<std::mt19937_64>(incarnation_)] {
    return (*random)();
  };
  settings.make_courier = courier_at(trees_);
  settings.find_head = [this](actors::node_link_pointer, auto found) {
    auto door = wire_.connect();
    found(door, door ? "" : "the way to the head is cut");
  };
  link_ = play_.spawn(actors::node_link, timer_, std::move(settings));
}

void node::crash(bool is_silent) {
  if (!std::exchange(is_running_, false))
    return;
  if (!is_silent)
    wire_.close();
  crews_.back()->end();
  caf::anon_send_exit(link_, caf::exit_reason::kill);
  caf::anon_send_exit(timer_, caf::exit_reason::kill);
}

void node::crash_worker(size_t number) {
  if (is_running_)
    crews_.back()->crash(number);
}

} // namespace cohort::tests::simulation
