#include "nodes/door_keeper.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include <caf/scoped_actor.hpp>

#include "nodes/wiring.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::door_test {

using namespace std::chrono_literals;
using namespace cohort;

TEST_CASE("a head whose door a peer kills opens another on the same port") {
  tests::temp_folder folder;
  nodes::head_options options;
  options.settings.state = folder.path() / "state";
  nodes::resolve_workers(options, 1, false, 1);
  nodes::transport plain;
  plain.insecure = true;
  options.listen = nodes::listen_options{{"127.0.0.1", 0}, plain};
  auto head = nodes::head::start(std::move(options));
  REQUIRE(head);
  nodes::endpoint where{"127.0.0.1", (*head)->port()};

  for (auto round = 0; round < 3; ++round) {
    // A system of its own each time: CAF remembers whom it has met.
    nodes::system_config config{plain, {}};
    caf::actor_system system{config};
    caf::scoped_actor self{system};
    // Until the other door is open.
    auto alive = false;
    for (auto tries = 0; tries < 100 && !alive; ++tries) {
      auto door = nodes::find_head(system, where, plain);
      if (door) {
        self->monitor(*door);
        self->receive([](const caf::down_msg&) {},
                      caf::after(200ms) >> [&] { alive = true; });
        if (alive)
          self->send_exit(*door, caf::exit_reason::kill);
      } else {
        std::this_thread::sleep_for(50ms);
      }
    }
    CHECK(alive);
  }
  CHECK((*head)->root());
}

} // namespace cohort::tests::door_test
