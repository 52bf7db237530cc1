#pragma once

#include <memory>
#include <vector>

#include "actors/interfaces.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/stage.hpp"

namespace cohort::tests::simulation {

/// What lies between a node and the head: connections, one after the other,
/// whose two ends stand for the doors of the other side. Envelopes are delayed,
/// and now and then lost, doubled or overtaken, as the settings have it.
///
/// An end that goes down is what a closed connection is to both sides; silence
/// is what they see of a cut.
class network {
public:
  network(stage& play, dice& random, const network_settings& settings,
          actors::door_actor head);

  /// A new connection; what is left of the old one closes. Returns what the
  /// node sees as the head's door; null while the way to the head is cut.
  [[nodiscard]] caf::strong_actor_ptr connect();
  /// Both sides hear of it.
  void close();
  /// What was there before is closed. Null: nobody is there.
  void lead_to(actors::door_actor head);

  bool loses_to_head = false;
  bool loses_to_node = false;

private:
  struct line;

  void carry(const std::shared_ptr<line>& way,
             const messages::v1::Envelope& envelope);

  stage& play_;
  dice& random_;
  network_settings settings_;
  actors::door_actor head_;
  std::vector<caf::strong_actor_ptr> ends_; // Of the connection.
};

} // namespace cohort::tests::simulation
