#include "nodes/breakable_link.hpp"

#include <string>
#include <utility>

#include <caf/send.hpp>

namespace cohort::nodes {

namespace {

using actors::door_actor;

/// Stands for the head's door, and ends with it.
door_actor::behavior_type stand_in(door_actor::pointer self, door_actor head) {
  self->monitor(head);
  self->set_down_handler(
    [=](caf::down_msg& down) { self->quit(std::move(down.reason)); });
  return {
    [=](messages::v1::Envelope& envelope) {
      auto sender = caf::actor_cast<caf::actor>(self->current_sender());
      caf::send_as(sender, head, std::move(envelope));
    },
  };
}

} // namespace

actors::head_finder breakable(actors::head_finder real,
                              std::shared_ptr<runtime::chaos::injector> chaos) {
  return [real = std::move(real), chaos = std::move(chaos)](
           actors::node_link_pointer self, auto found) {
    real(self, [=](const caf::strong_actor_ptr& door, std::string why) {
      if (!door)
        return found(nullptr, std::move(why));
      auto link = self->spawn(stand_in, caf::actor_cast<door_actor>(door));
      chaos->on_drop([weak = caf::actor_cast<caf::weak_actor_ptr>(link)] {
        if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(weak))
          caf::anon_send_exit(caf::actor_cast<caf::actor>(alive),
                              caf::exit_reason::kill);
      });
      found(caf::actor_cast<caf::strong_actor_ptr>(link), "");
    });
  };
}

} // namespace cohort::nodes
