#pragma once

#include <string>

#include "messages/v1/event.pb.h"

/// What an event says to a person. Pure.
namespace cohort::nodes {

/// Who decided what, when and why: a line with the time since `began` (seconds
/// of the task's first event), the actor and the decision, and indented lines
/// with what it rests on.
std::string story_of(const messages::v1::Event& event, double began);

/// An event's time in seconds since 1970.
double seconds_of(const messages::v1::Event& event);

/// "2026-11-24 08:35:12 UTC".
std::string date_of(double seconds);

} // namespace cohort::nodes
