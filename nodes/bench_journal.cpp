#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/journal.hpp"
#include "actors/journaling.hpp"
#include "nodes/bench_line.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/journal/event_log.hpp"

/// Events through the production journal: an event counts once it is durable.
namespace cohort::nodes {

namespace {

using steady = std::chrono::steady_clock;

struct journal_load {
  std::string workload;
  uint64_t count = 0;     // Of events, of each producer.
  uint64_t window = 1;    // Events under way, of each producer.
  uint64_t task_size = 0; // Events of a task, the last of which ends it; 0:
                          // each producer has one task, without an end.
  unsigned producers = 1;
};

using producer_actor = caf::typed_actor<actors::accepts<messages::flush_atom>,
                                        actors::accepts<pb::EventsStored>>;

/// Of one producer; read by main once its actor has ended.
struct produced {
  std::vector<double> latencies; // Microseconds.
  std::string failure;
};

struct producer_state {
  static inline const char* name = "producer";
  uint64_t sent = 0;
  std::deque<steady::time_point> under_way; // The journal answers in order.
};

pb::Event event_number(const journal_load& what, const std::string& producer,
                       uint64_t number) {
  pb::Event event;
  event.set_task_id(producer);
  event.set_actor("coordinator");
  event.set_reason("headers first: include/shapes.h and 2 more files");
  if (what.task_size > 0)
    event.set_task_id(producer + '-' + std::to_string(number / what.task_size));
  if (what.task_size > 0 && number % what.task_size == what.task_size - 1) {
    event.mutable_finished()->mutable_result()->set_summary("nothing is left");
    return event;
  }
  auto& dispatched = *event.mutable_dispatched();
  dispatched.set_subtask_id("s" + std::to_string(number % 100));
  dispatched.set_ticket(number);
  dispatched.set_base_tree(std::string(40, 'a'));
  return event;
}

producer_actor::behavior_type
producer(producer_actor::stateful_pointer<producer_state> self,
         actors::journal_actor journal, journal_load what, std::string task,
         std::shared_ptr<produced> out) {
  auto send = [=] {
    auto& state = self->state;
    if (state.sent == what.count)
      return;
    state.under_way.push_back(steady::now());
    actors::append(self, journal, {event_number(what, task, state.sent++)});
  };
  return {
    [=](messages::flush_atom) {
      for (uint64_t i = 0; i < what.window; ++i)
        send();
    },
    [=](const pb::EventsStored& stored) {
      auto& state = self->state;
      out->latencies.push_back(std::chrono::duration<double, std::micro>(
                                 steady::now() - state.under_way.front())
                                 .count());
      state.under_way.pop_front();
      if (stored.code() != 0)
        out->failure = stored.message();
      send();
      if (state.under_way.empty() || stored.code() != 0)
        self->quit();
    },
  };
}

/// Errors: storage_failed.
runtime::expected<void> run_load(const journal_load& what,
                                 const std::filesystem::path& file) {
  auto log = runtime::journal::open_sqlite_log(file);
  if (!log)
    return log.error();
  system_config config;
  caf::actor_system system{config};
  std::vector<std::shared_ptr<produced>> results;
  measurement measured{what.workload, what.count * what.producers, 0, {}};
  {
    caf::scoped_actor self{system};
    auto journal = system.spawn<caf::detached>(
      actors::journal,
      std::shared_ptr<runtime::journal::event_log>{std::move(*log)});
    std::vector<producer_actor> producers;
    for (unsigned i = 0; i < what.producers; ++i) {
      results.push_back(std::make_shared<produced>());
      producers.push_back(system.spawn(
        producer, journal, what, "p" + std::to_string(i), results.back()));
    }
    auto began = steady::now();
    for (auto& each : producers)
      self->send(each, messages::flush_atom_v);
    self->wait_for(producers);
    measured.seconds
      = std::chrono::duration<double>(steady::now() - began).count();
    self->send_exit(journal, caf::exit_reason::user_shutdown);
  }
  for (auto& result : results) {
    if (!result->failure.empty())
      return runtime::error{runtime::errc::storage_failed, result->failure};
    std::move(result->latencies.begin(), result->latencies.end(),
              std::back_inserter(measured.latencies));
  }
  print_line(std::move(measured), "", "");
  return {};
}

std::vector<journal_load> journal_loads(const journal_bench_options& bench) {
  std::vector<journal_load> result;
  auto add = [&](journal_load what) {
    auto& chosen = bench.workloads;
    if (!chosen.empty()
        && std::find(chosen.begin(), chosen.end(), what.workload)
             == chosen.end())
      return;
    what.count = std::max<uint64_t>(1, what.count / bench.scale);
    result.push_back(std::move(what));
  };
  auto each = [&](uint64_t total) { return total / bench.producers; };
  add({"single", 1'000, 1, 0, 1});
  add({"group", each(256'000), 64, 0, bench.producers});
  add({"tasks", each(64'000), 64, 10, bench.producers});
  return result;
}

} // namespace

int bench_journal(const journal_bench_options& bench) {
  std::error_code ignored;
  auto folder = std::filesystem::temp_directory_path()
                / ("cohort-bench-" + make_task_id());
  std::filesystem::create_directory(folder, ignored);
  runtime::expected<void> done;
  for (auto& what : journal_loads(bench))
    if (done)
      done = run_load(what, folder / (what.workload + ".db"));
  std::filesystem::remove_all(folder, ignored);
  if (done)
    return 0;
  std::cerr << "cohort: " << done.error().message << '\n';
  return exit_code(done.error().code);
}

} // namespace cohort::nodes
