#include "tests/simulation/stage.hpp"

#include <algorithm>
#include <cstdio>

#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include "messages/type_ids.hpp"

namespace cohort::tests::simulation {

namespace {

/// So much time passes at most though somebody has something to do.
constexpr uint64_t hurry_us_max = 5'000;
/// Queues are looked at once in so many turns.
constexpr uint64_t queue_turns = 16;

struct prompter_state {
  static inline const char* name = "prompter";
};

} // namespace

stage::config::config() {
  add_message_types<caf::id_block::cohort>();
  set("scheduler.policy", caf::atom("testing"));
}

stage::stage(uint64_t seed, unsigned hurry)
  : scheduler_{dynamic_cast<caf::scheduler::test_coordinator&>(
    system_.scheduler())},
    order_{seed, dice::stream::order},
    hurry_{hurry},
    began_{scheduler_.clock().now()} {
  prompter_
    = spawn([this](caf::stateful_actor<prompter_state>*) -> caf::behavior {
        return {
          [this](uint64_t number) {
            if (auto due = actions_.extract(number))
              due.mapped()();
          },
        };
      });
}

stage::~stage() {
  end();
}

void stage::end() {
  prompter_ = nullptr;
  actions_.clear();
  while (!spawned_.empty()) { // Some may be restarted meanwhile.
    for (auto& actor : std::exchange(spawned_, {}))
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    do
      while (scheduler_.try_run_once()) {
        // nop
      }
    while (scheduler_.trigger_timeouts() > 0);
  }
}

void stage::after(duration delay, action what) {
  auto number = next_action_++;
  actions_.emplace(number, std::move(what));
  caf::delayed_anon_send(prompter_, delay, number);
}

bool stage::step() {
  auto& jobs = scheduler_.jobs;
  if (jobs.empty())
    return scheduler_.trigger_timeout();
  if (order_.chance(hurry_))
    scheduler_.advance_time(
      std::chrono::microseconds{order_.between(1, hurry_us_max)});
  std::swap(jobs.front(), jobs[order_.below(jobs.size())]);
  look_at_next();
  return scheduler_.try_run_once();
}

stage::duration stage::now() const {
  return scheduler_.clock().now() - began_;
}

void stage::note(const std::string& what) {
  if (trace_ == nullptr)
    return;
  char time[32];
  std::snprintf(time, sizeof time, "%10.6f ",
                std::chrono::duration<double>{now()}.count());
  trace_->push_back(time + what);
}

void stage::look_at_next() {
  auto looks_at_queue = ++turns_ % queue_turns == 0;
  if (!looks_at_queue && trace_ == nullptr)
    return;
  auto* actor = dynamic_cast<caf::scheduled_actor*>(scheduler_.jobs.front());
  if (actor == nullptr)
    return;
  if (looks_at_queue)
    longest_queue_ = std::max(longest_queue_, actor->mailbox().size());
  if (trace_ == nullptr)
    return;
  auto* next = actor->peek_at_next_mailbox_element();
  auto name = std::string{actor->name()} + '#' + std::to_string(actor->id());
  if (next == nullptr)
    return note(name + " begins");
  auto& content = next->content();
  auto what = content.empty() ? std::string{"nothing"}
                              : system_.types().portable_name(content.type(0));
  note(name + " <- " + what.substr(what.rfind(':') + 1));
}

} // namespace cohort::tests::simulation
