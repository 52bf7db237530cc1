#include "nodes/resume.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <utility>

#include <caf/scoped_actor.hpp>
#include <spdlog/spdlog.h>

#include "actors/error.hpp"
#include "nodes/report_words.hpp"
#include "runtime/audit/set_aside.hpp"
#include "runtime/coordination/acceptance.hpp"

namespace cohort::nodes {

namespace {

using namespace std::chrono_literals;
using runtime::errc;
using runtime::error;
using runtime::expected;

/// For the disk; a journal of gigabytes takes seconds.
constexpr auto journal_timeout = 120s;
/// A task that ends its process each time must not keep a head from all others.
constexpr size_t resumptions_in_vain_max = 5;

bool is_over(const pb::Event& first) {
  return first.has_accepted()
         && runtime::coordination::ends_with_its_process(
           first.accepted().request());
}

/// Whoever asks for the head's tasks sees why this one does not go on.
void tell_set_aside(head& head, const std::string& id, const error& why) {
  pb::ProgressEvent event;
  event.set_task_id(id);
  event.set_kind(pb::PROGRESS_KIND_PHASE);
  event.set_subject("set aside");
  event.set_text(why.message);
  caf::scoped_actor self{head.system()};
  self->send(head.services().progress, std::move(event));
}

} // namespace

std::vector<std::string> resumable(const head& head) {
  std::vector<std::string> result;
  for (auto& first : head.unfinished())
    if (!is_over(first))
      result.push_back(first.task_id());
  return result;
}

namespace {

expected<pb::EventList> read_history(head& head, const std::string& id) {
  caf::scoped_actor self{head.system()};
  pb::ReadEvents read;
  read.set_task_id(id);
  self->send(head.services().journal, std::move(read));
  expected<pb::EventList> result{
    error{errc::storage_failed, "the journal does not answer"}};
  self->receive(
    [&](pb::EventList& events) { result = std::move(events); },
    [&](const pb::EventsStored& failed) {
      result = error{static_cast<errc>(failed.code()), failed.message()};
    },
    caf::after(journal_timeout) >> [] {});
  if (result && result->events().empty())
    return error{errc::not_found, "there is no task " + id + " in the journal"};
  return result;
}

bool is_unfinished(const head& head, const std::string& id) {
  return std::any_of(head.unfinished().begin(), head.unfinished().end(),
                     [&](auto& first) { return first.task_id() == id; });
}

} // namespace

expected<pb::EventList> history_of(head& head, const std::string& id) {
  auto result = read_history(head, id);
  if (result || result.error().code != errc::storage_failed
      || !is_unfinished(head, id))
    return result;
  auto tail = runtime::audit::set_tail_aside(head.state(), id);
  if (!tail)
    return result;
  std::cerr << "cohort: event " << tail->first << " of task " << id
            << " is not what was written: "
            << counted(static_cast<int64_t>(tail->events), "event")
            << " from there on moved to " << tail->file.string()
            << "; the task goes on from the one before\n";
  return read_history(head, id);
}

expected<void> resume(head& head, pb::EventList history) {
  caf::scoped_actor self{head.system()};
  expected<void> result;
  self->request(head.orchestrator(), journal_timeout, std::move(history))
    .receive([](const pb::TaskAccepted&) {},
             [&](caf::error& why) {
               result = actors::from_caf(head.system(), why);
             });
  return result;
}

namespace {

expected<void> resume_unless_in_vain(head& head, const std::string& id) {
  auto history = history_of(head, id);
  if (!history)
    return history.error();
  if (runtime::coordination::resumptions_in_vain(*history)
      >= resumptions_in_vain_max)
    return error{errc::internal,
                 "its process ended " + std::to_string(resumptions_in_vain_max)
                   + " times in a row before it got any further; `cohort run "
                     "--resume "
                   + id + "` tries again"};
  return resume(head, std::move(*history));
}

} // namespace

resumed_tasks resume_all(head& head) {
  resumed_tasks result;
  for (auto& id : resumable(head)) {
    auto resumed = resume_unless_in_vain(head, id);
    if (resumed) {
      result.ids.push_back(id);
      continue;
    }
    tell_set_aside(head, id, resumed.error());
    result.set_aside.push_back(
      {resumed.error().code,
       "task " + id + " is set aside: " + resumed.error().message});
  }
  return result;
}

void end_those_over(head& head) {
  for (auto& first : head.unfinished()) {
    if (!is_over(first))
      continue;
    auto history = history_of(head, first.task_id());
    auto ended = history ? resume(head, std::move(*history)) : history.error();
    if (!ended)
      spdlog::warn("the end of task {} is not written down: {}",
                   first.task_id(), ended.error().message);
  }
}

} // namespace cohort::nodes
