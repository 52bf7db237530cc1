#include "runtime/coordination/acceptance.hpp"

#include <algorithm>
#include <string>

#include <google/protobuf/util/time_util.h>

namespace cohort::runtime::coordination {

expected<void> check_history(const pb::EventList& history) {
  if (history.events().empty())
    return error{errc::not_found, "the journal knows no such task"};
  auto& first = history.events(0);
  if (!first.has_accepted()
      || first.accepted().request().task_id() != first.task_id())
    return error{errc::invalid_message,
                 "the journal of task " + first.task_id()
                   + " does not begin with its acceptance"};
  for (auto& event : history.events())
    if (event.payload_case() == pb::Event::PAYLOAD_NOT_SET)
      return error{errc::invalid_message,
                   "event " + std::to_string(event.sequence()) + " of task "
                     + first.task_id()
                     + " is of a kind that this cohort does not know: use a "
                       "newer one"};
  return {};
}

size_t resumptions_in_vain(const pb::EventList& history) {
  auto& events = history.events();
  auto last = std::find_if(events.rbegin(), events.rend(),
                           [](auto& event) { return !event.has_resumed(); });
  return static_cast<size_t>(last - events.rbegin());
}

bool ends_with_its_process(const pb::TaskRequest& request) {
  return request.plan_only() || !request.has_accepted();
}

std::optional<std::chrono::milliseconds>
time_left(const pb::TaskRequest& request, const pb::EventList& history,
          const google::protobuf::Timestamp& now) {
  using google::protobuf::util::TimeUtil;
  if (!request.limits().has_budget())
    return std::nullopt;
  auto left = TimeUtil::DurationToMilliseconds(request.limits().budget());
  auto last = TimeUtil::TimestampToMilliseconds(request.accepted());
  auto pass = [&](const google::protobuf::Timestamp& until) {
    auto time = TimeUtil::TimestampToMilliseconds(until);
    left -= std::max(time - last, decltype(left){0});
    last = time;
  };
  for (auto& event : history.events())
    pass(event.time());
  pass(now);
  return std::chrono::milliseconds{std::max(left, decltype(left){0})};
}

void hand_down_deadline(pb::SubmitUnits& units,
                        std::chrono::milliseconds left) {
  using google::protobuf::util::TimeUtil;
  auto time
    = TimeUtil::MillisecondsToDuration(std::max<int64_t>(1, left.count()));
  for (auto& unit : *units.mutable_units())
    *unit.mutable_time_left() = time;
}

} // namespace cohort::runtime::coordination
