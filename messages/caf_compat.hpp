#pragma once

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

/// What CAF 0.17 and CAF 1.x spell differently, spelled once.
namespace cohort::messages {

/// Interface entry: a `Request` that is answered with a `Report` or an error.
template <class Request, class Report>
using answers = typename caf::replies_to<Request>::template with<Report>;

/// Interface entry: a message that is not answered.
template <class Message>
using accepts = caf::reacts_to<Message>;

} // namespace cohort::messages
