#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/journaling.hpp"
#include "nodes/bench_line.hpp"
#include "nodes/bench_nodes.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"

/// Work units through the production pool: leases, retries and counters on.
namespace cohort::nodes {

namespace {

using clock = std::chrono::steady_clock;
using actors::accepts;

/// What a client does: `count` units, at most `window` of them under way.
struct load {
  std::string workload;
  uint64_t count = 0;
  uint64_t window = 1;
  uint64_t batch = 1; // Units in a message.
  bool dag = false;   // All at once, each waiting for up to two earlier ones.
  std::vector<std::string> argv; // Empty: a no-op.
  unsigned workers = 8;
  unsigned nodes = 0; // That share the workers; 0: they are in this process.
  bool insecure = false;
};

using bench_client
  = caf::typed_actor<accepts<pb::UnitsFinished>, accepts<messages::flush_atom>,
                     accepts<pb::EventsStored>>;

struct client_state {
  static inline const char* name = "bench_client";
  uint64_t submitted = 0;
  uint64_t finished = 0;
  uint64_t failed = 0;
  std::vector<clock::time_point> started; // By ticket.
  std::vector<double> latencies;          // Microseconds.
  clock::time_point began;
};

pb::WorkUnit make_unit(const load& what, uint64_t ticket) {
  pb::WorkUnit unit;
  unit.set_ticket(ticket);
  unit.set_task_id("bench");
  unit.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_GENERALIST);
  if (what.argv.empty())
    unit.mutable_noop();
  else
    unit.mutable_command()->mutable_argv()->Add(what.argv.begin(),
                                                what.argv.end());
  if (what.dag && ticket > 1) {
    std::mt19937_64 random{ticket};
    unit.add_depends_on(1 + random() % (ticket - 1));
    if (auto other = 1 + random() % (ticket - 1); other != unit.depends_on(0))
      unit.add_depends_on(other);
  }
  return unit;
}

/// As a peer of its own when units cross process borders.
std::string peer_field(const load& what) {
  if (what.nodes == 0)
    return "";
  return "\"peer\":\"cohort, " + std::to_string(what.nodes)
         + (what.nodes == 1 ? " node" : " nodes")
         + (what.insecure ? ", no TLS\"," : "\",");
}

void print(const load& what, const client_state& state, bool journal) {
  auto seconds
    = std::chrono::duration<double>(clock::now() - state.began).count();
  print_line({what.workload, what.count, seconds, state.latencies},
             peer_field(what),
             ",\"failed\":" + std::to_string(state.failed)
               + (journal ? ",\"journal\":true" : ",\"journal\":false"));
}

bench_client::behavior_type
client(bench_client::stateful_pointer<client_state> self,
       actors::worker_pool_actor pool, actors::journal_actor journal, load what,
       bool with_journal) {
  auto submit = [=](uint64_t n) {
    auto& state = self->state;
    while (n > 0 && state.submitted < what.count) {
      pb::SubmitUnits message;
      auto size = std::min({n, what.batch, what.count - state.submitted});
      auto now = clock::now();
      for (uint64_t i = 0; i < size; ++i) {
        *message.add_units() = make_unit(what, ++state.submitted);
        state.started[state.submitted] = now;
      }
      n -= size;
      self->send(pool, std::move(message));
    }
  };
  return {
    [=](pb::UnitsFinished& finished) {
      auto& state = self->state;
      auto now = clock::now();
      std::vector<pb::Event> events;
      for (auto& result : *finished.mutable_results()) {
        ++state.finished;
        state.failed += result.has_error() ? 1 : 0;
        state.latencies.push_back(std::chrono::duration<double, std::micro>(
                                    now - state.started[result.ticket()])
                                    .count());
        if (with_journal) {
          auto& event = events.emplace_back();
          event.set_task_id("bench");
          event.set_actor("bench_client");
          *event.mutable_completed()->mutable_result() = result;
        }
      }
      actors::append(self, journal, std::move(events));
      submit(static_cast<uint64_t>(finished.results_size()));
      if (state.finished == what.count) {
        print(what, state, with_journal);
        self->quit();
      }
    },
    [=](messages::flush_atom) {
      auto& state = self->state;
      state.started.resize(what.count + 1);
      state.latencies.reserve(what.count);
      state.began = clock::now();
      submit(what.window);
    },
    [](const pb::EventsStored&) {
      // The client does not wait for durability; the journal keeps up or not.
    },
  };
}

std::vector<load> loads(const bench_options& bench) {
  auto scale = static_cast<uint64_t>(bench.scale);
  std::vector<load> result;
  auto add = [&](load what) {
    auto& chosen = bench.workloads;
    if (chosen.empty()
        || std::find(chosen.begin(), chosen.end(), what.workload)
             != chosen.end()) {
      what.count = std::max<uint64_t>(1, what.count / scale);
      if (bench.workers > 0)
        what.workers = bench.workers;
      what.nodes = bench.nodes;
      what.insecure = bench.insecure;
      result.push_back(std::move(what));
    }
  };
  add({"noop", 400'000, 4096, 512, false, {}});
  add({"roundtrip", 20'000, 1, 1, false, {}});
  add({"dag", 1'000, 1'000, 1'000, true, {}});
  add({"wait", 64, 64, 64, false, {"sleep", "0.1"}});
  // As many as the peers have: on few cores, more only get in each other's way.
  add({"process", 6'000, 64, 8, false, {"/bin/true"}, 2});
  return result;
}

int fail(const runtime::error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

/// Until so many workers are there. Errors: unreachable.
runtime::expected<void> wait_for_workers(caf::scoped_actor& self,
                                         const actors::worker_pool_actor& pool,
                                         unsigned count) {
  using namespace std::chrono_literals;
  auto end = clock::now() + 30s;
  unsigned there = 0;
  while (there < count && clock::now() < end) {
    std::this_thread::sleep_for(20ms);
    self->request(pool, 5s, pb::PoolQuery{})
      .receive(
        [&](const pb::PoolReport& report) {
          there = static_cast<unsigned>(report.workers_size());
        },
        [](const caf::error&) {
          // Asked again until the time is over.
        });
  }
  if (there >= count)
    return {};
  return runtime::error{runtime::errc::unreachable,
                        std::to_string(there) + " of " + std::to_string(count)
                          + " workers joined within 30 seconds"};
}

/// One load on a head of its own. Returns the exit code.
int run(const load& what, head_options options, bool with_journal) {
  resolve_workers(options, what.workers, false,
                  std::thread::hardware_concurrency());
  auto folder = options.settings.state;
  auto prefetch = options.settings.pool.prefetch;
  auto workers = what.nodes > 0 ? std::max(1U, what.workers / what.nodes) : 0;
  if (what.nodes > 0) {
    options.workers = 0;
    options.settings.state = folder / "head";
    auto how = make_bench_certificates(folder / "certs", what.nodes);
    if (!how)
      return fail(how.error());
    how->insecure = what.insecure;
    options.listen = listen_options{{"127.0.0.1", 0}, std::move(*how)};
  }
  auto started = head::start(std::move(options));
  if (!started)
    return fail(started.error());
  auto& head = **started;
  caf::scoped_actor self{head.system()};
  std::optional<bench_nodes> nodes;
  if (what.nodes > 0) {
    auto some = bench_nodes::start({"127.0.0.1", head.port()},
                                   {folder, what.insecure, what.nodes, workers,
                                    prefetch});
    if (!some)
      return fail(some.error());
    nodes.emplace(std::move(*some));
    if (auto joined = wait_for_workers(self, head.services().pool,
                                       what.nodes * workers);
        !joined)
      return fail(joined.error());
  }
  auto actor = head.system().spawn(client, head.services().pool,
                                   head.services().journal, what, with_journal);
  caf::anon_send(actor, messages::flush_atom_v);
  self->wait_for(actor);
  return 0;
}

} // namespace

int bench_dispatch(const bench_options& bench, const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  std::error_code ignored;
  auto state = std::filesystem::temp_directory_path()
               / ("cohort-bench-" + make_task_id());
  head_options options;
  options.settings = std::move(loaded.values);
  if (options.settings.state.empty())
    options.settings.state = state;
  options.memory_journal = !bench.with_journal;
  options.settings.pool.prefetch = 64;
  int result = 0;
  for (auto& what : loads(bench))
    if (result == 0)
      result = run(what, options, bench.with_journal);
  std::filesystem::remove_all(state, ignored);
  return result;
}

} // namespace cohort::nodes
