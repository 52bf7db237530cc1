#include "tests/simulation/network.hpp"

#include <algorithm>
#include <functional>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace cohort::tests::simulation {

namespace {

namespace pb = messages::v1;

struct line_end_state {
  static inline const char* name = "line_end";
};

} // namespace

/// One direction of a connection.
struct network::line {
  const bool& loses;
  caf::strong_actor_ptr seen_as; // By the receiver, as the sender.
  caf::strong_actor_ptr to;      // A door; it is dead with its process.
  stage::duration free_at{0};    // What was sent before has come.
};

network::network(stage& play, dice& random, const network_settings& settings,
                 actors::door_actor head)
  : play_{play}, random_{random}, settings_{settings}, head_{std::move(head)} {
  // nop
}

caf::strong_actor_ptr network::connect() {
  close();
  if (loses_to_head || loses_to_node || !head_)
    return nullptr;
  auto to_head = std::make_shared<line>(line{loses_to_head, {}, {}});
  auto to_node = std::make_shared<line>(line{loses_to_node, {}, {}});
  to_head->to = caf::actor_cast<caf::strong_actor_ptr>(head_);
  using end_self = actors::door_actor::stateful_pointer<line_end_state>;
  auto end_of = [this](const std::shared_ptr<line>& way,
                       std::function<void(end_self)> look) {
    return caf::actor_cast<caf::strong_actor_ptr>(play_.spawn(
      [=, this](end_self self) -> actors::door_actor::behavior_type {
        return {[=, this](const pb::Envelope& envelope) {
          look(self);
          carry(way, envelope);
        }};
      }));
  };
  // The head answers to whoever speaks for the node.
  auto head_end = end_of(to_head, [to_node](end_self self) {
    to_node->to = self->current_sender();
  });
  auto node_end = end_of(to_node, [](end_self) {});
  to_head->seen_as = node_end;
  ends_ = {head_end, node_end};
  return head_end;
}

void network::close() {
  for (auto& end : ends_)
    caf::anon_send_exit(end, caf::exit_reason::kill);
  ends_.clear();
}

void network::lead_to(actors::door_actor head) {
  close();
  head_ = std::move(head);
}

void network::carry(const std::shared_ptr<line>& way,
                    const pb::Envelope& envelope) {
  auto times = random_.chance(settings_.loss)          ? 0
               : random_.chance(settings_.duplication) ? 2
                                                       : 1;
  for (; times > 0 && !way->loses; --times) {
    auto most = static_cast<uint64_t>(settings_.delay.count()) * 1000;
    auto due = play_.now()
               + std::chrono::microseconds{random_.between(1, most)};
    if (!random_.chance(settings_.reordering))
      due = way->free_at = std::max(due, way->free_at + stage::duration{1});
    play_.after(due - play_.now(), [way, envelope] {
      if (way->loses || !way->to)
        return;
      auto door = caf::actor_cast<actors::door_actor>(way->to);
      if (way->seen_as)
        caf::send_as(caf::actor_cast<caf::actor>(way->seen_as), door, envelope);
      else
        caf::anon_send(door, envelope);
    });
  }
}

} // namespace cohort::tests::simulation
