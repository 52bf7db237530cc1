#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "messages/v1/event.pb.h"
#include "messages/v1/progress.pb.h"

/// What the state machines of a task share: how an input becomes a decision.
/// Pure.
namespace cohort::runtime::coordination {

namespace pb = messages::v1;

/// What a machine wants after one input, each part in order.
template <class Effect>
struct machine_decision {
  std::vector<pb::Event> events; // To be journaled, before any effect.
  std::vector<Effect> effects;   // To be carried out.
};

/// One call of `decide`: collects events and effects, and signs them with the
/// task and the machine's actor. `Effect` is a variant.
template <class Effect>
class machine_step {
public:
  machine_step(std::string_view actor, std::string task_id)
    : actor_{actor}, task_id_{std::move(task_id)} {
    // nop
  }

  machine_decision<Effect> take() && {
    return std::move(decision_);
  }

protected:
  /// For the step that learns which task it is.
  void belongs_to(std::string task_id) {
    task_id_ = std::move(task_id);
  }

  /// A new event without payload. The reference holds until the next one.
  pb::Event& emit(std::string reason) {
    auto& event = decision_.events.emplace_back();
    event.set_task_id(task_id_);
    event.set_actor(actor_);
    event.set_reason(std::move(reason));
    return event;
  }

  /// A breaker of the pool changed because of this task; nothing follows.
  void tell(const pb::BreakerChange& change) {
    auto& event = emit("");
    if (change.is_open()) {
      event.mutable_breaker_opened()->set_what(change.what());
      event.mutable_breaker_opened()->set_why(change.why());
    } else {
      event.mutable_breaker_closed()->set_what(change.what());
    }
  }

  void carry_out(Effect effect) {
    decision_.effects.push_back(std::move(effect));
  }

  void submit(std::vector<pb::WorkUnit> units) {
    pb::SubmitUnits message;
    for (auto& unit : units)
      *message.add_units() = std::move(unit);
    carry_out(std::move(message));
  }

  void say(pb::ProgressKind kind, std::string subject, std::string_view what,
           std::string text, uint32_t done = 0, uint32_t total = 0) {
    pb::ProgressEvent event;
    event.set_task_id(task_id_);
    event.set_kind(kind);
    event.set_subject(std::move(subject));
    event.set_state(std::string{what});
    event.set_text(std::move(text));
    event.set_done(done);
    event.set_total(total);
    carry_out(std::move(event));
  }

private:
  std::string actor_;
  std::string task_id_;
  machine_decision<Effect> decision_;
};

} // namespace cohort::runtime::coordination
