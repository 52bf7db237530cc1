#include "runtime/audit/chain_check.hpp"

#include "runtime/journal/rules.hpp"

namespace cohort::runtime::audit {

error chain_check::bad(int64_t sequence, const std::string& why) const {
  return {errc::invalid_message, "event " + std::to_string(sequence)
                                   + " of task " + task_id_ + ": " + why};
}

expected<pb::Event> chain_check::add(int64_t sequence,
                                     const journal::digest& hash,
                                     const std::string& body) {
  auto due = events_ + 1;
  if (has_ended_)
    return bad(due, "it comes after the task's end");
  if (sequence != due)
    return bad(due, "it is missing, event " + std::to_string(sequence)
                      + " stands in its place");
  if (auto fits = journal::chain(hash_, body); hash != fits)
    return bad(due, "its hash is " + journal::to_hex(hash) + " and should be "
                      + journal::to_hex(fits) + ": it is not what was written");
  pb::Event event;
  if (!event.ParseFromString(body))
    return bad(due, "it cannot be read");
  if (event.task_id() != task_id_
      || event.sequence() != static_cast<uint64_t>(sequence))
    return bad(due, "it says that it is event "
                      + std::to_string(event.sequence()) + " of task "
                      + event.task_id());
  events_ = due;
  hash_ = hash;
  has_ended_ = event.has_finished();
  return event;
}

expected<pb::Event> chain_check::add(const journal::event_row& row) {
  auto event = add(row.sequence, row.hash, row.body);
  if (!event)
    return event;
  if (row.task_id != event->task_id() || row.actor != event->actor()
      || row.kind != static_cast<int64_t>(event->payload_case())
      || row.time != journal::nanoseconds_of(event->time()))
    return bad(row.sequence, "what its row says of its time, actor or kind is "
                             "not what it says itself");
  if (row.id <= last_id_)
    return bad(row.sequence, "its row stands before that of an earlier event");
  last_id_ = row.id;
  return event;
}

expected<void> chain_check::end(const std::optional<journal::seal>& seal,
                                const journal::public_key& key) const {
  if (!seal && !has_ended_)
    return {};
  if (!seal)
    return bad(events_, "it ends the task, but there is no seal");
  if (!has_ended_ || seal->sequence != static_cast<uint64_t>(events_))
    return bad(events_ + 1, "it is missing: the seal says that the task ended "
                            "with event "
                              + std::to_string(seal->sequence));
  if (seal->hash != hash_)
    return bad(events_, "its hash is not the one that was sealed, which is "
                          + journal::to_hex(seal->hash));
  return key.check(*seal);
}

} // namespace cohort::runtime::audit
