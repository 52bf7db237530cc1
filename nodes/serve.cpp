#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <caf/scoped_actor.hpp>
#include <google/protobuf/stubs/logging.h>

#include "actors/error.hpp"
#include "nodes/membership.hpp"
#include "nodes/metrics_endpoint.hpp"
#include "nodes/node.hpp"
#include "nodes/patience.hpp"
#include "nodes/resume.hpp"
#include "nodes/session.hpp"
#include "nodes/signals.hpp"
#include "nodes/verbs.hpp"
#include "nodes/wiring.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

namespace {

using namespace std::chrono_literals;
using runtime::cluster::role;

int fail(const runtime::error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

/// A hostile peer's bytes are no news for the log of every message.
void quiet_protobuf() {
  google::protobuf::SetLogHandler(nullptr);
}

unsigned workers_of(const cluster_options& cluster) {
  return cluster.jobs >= 0 ? static_cast<unsigned>(cluster.jobs)
                           : std::max(1U, std::thread::hardware_concurrency());
}

/// Until a signal comes and the work is done, for which it has `drain_time` and
/// no second signal, or `root` ends. Returns why that ended by itself.
std::optional<caf::error>
wait(caf::actor_system& system, const actors::root_supervisor_actor& root,
     const actors::drainable_actor& work, std::chrono::seconds drain_time) {
  caf::scoped_actor self{system};
  self->monitor(root);
  auto receiver = caf::actor_cast<caf::actor>(self.ptr());
  signal_watch watch{
    [receiver](int) { caf::anon_send(receiver, messages::v1::Shutdown{}); }};
  std::optional<caf::error> result;
  auto is_over = false;
  patience limit;
  while (!is_over && !limit.is_over())
    self->receive(
      [&](const messages::v1::Shutdown&) {
        is_over = limit.has_end();
        if (!is_over && drain_time > 0s)
          tell_drain(drain_time);
        limit.ends_in(drain_time);
        self->send(work, messages::v1::Drain{});
      },
      [&](const messages::v1::Drained&) { is_over = true; },
      [&](const caf::down_msg& down) {
        result = down.reason;
        is_over = true;
      },
      caf::after(limit.left()) >> [] {});
  self->demonitor(root.address());
  return result;
}

/// With what an earlier head had accepted.
void go_on(head& head) {
  end_those_over(head);
  auto resumed = resume_all(head);
  for (auto& why : resumed.set_aside)
    std::cerr << "cohort: " << why.message << '\n';
  if (resumed.ids.empty())
    return;
  std::cerr << "cohort: resumes " << resumed.ids.size()
            << (resumed.ids.size() == 1 ? " task:" : " tasks:");
  for (auto& id : resumed.ids)
    std::cerr << ' ' << id;
  std::cerr << '\n';
}

} // namespace

int serve(const cluster_options& cluster, const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  quiet_protobuf();
  std::optional<endpoint> metrics_at;
  if (!cluster.metrics.empty()) {
    auto parsed = parse_metrics_address(cluster.metrics);
    if (!parsed)
      return fail(parsed.error());
    metrics_at = *parsed;
  }
  auto& settings = loaded.values;
  if (!cluster.insecure)
    if (auto made = make_first_certificates(certificates_of(cluster, settings));
        !made)
      return fail(made.error());
  endpoint where{cluster.bind.empty() ? settings.cluster.bind : cluster.bind,
                 cluster.port >= 0 ? static_cast<uint16_t>(cluster.port)
                                   : settings.cluster.port};
  auto how = transport_for(cluster, settings, role::head, "head");
  if (auto usable = check(how, role::head, where.host); !usable)
    return fail(usable.error());
  if (cluster.insecure)
    std::cerr << "cohort: without TLS every user of this host can run code as "
                 "you; use --insecure for experiments only\n";
  head_options options;
  options.settings = std::move(settings);
  auto drain_time = options.settings.supervision.drain;
  auto local = workers_of(cluster);
  resolve_workers(options, std::max(1U, local), false,
                  std::thread::hardware_concurrency());
  options.workers = local;
  options.listen = listen_options{where, std::move(how)};
  auto metrics
    = metrics_at
        ? std::make_shared<runtime::telemetry::metrics_registry>(COHORT_VERSION)
        : nullptr;
  options.metrics = metrics;
  auto started = head::start(std::move(options));
  if (!started)
    return fail(started.error());
  auto& head = **started;
  // After the launcher has started: it inherits no socket.
  std::optional<metrics_endpoint> served;
  if (metrics_at) {
    auto opened = metrics_endpoint::open(*metrics_at, *metrics);
    if (!opened)
      return fail(opened.error());
    served.emplace(std::move(*opened));
    std::cerr << "cohort: metrics at " << served->url() << '\n';
  }
  std::cerr << "cohort: head on " << where.host << ':' << head.port()
            << " with " << local << (local == 1 ? " worker" : " workers")
            << " of its own; Ctrl-C ends it\n";
  go_on(head);
  auto why = wait(head.system(), head.root(), head.orchestrator(), drain_time);
  if (!why)
    return 0;
  std::cerr << "cohort: " << actors::from_caf(head.system(), *why).message
            << '\n';
  return 70;
}

int run_node(const cluster_options& cluster, const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  quiet_protobuf();
  auto name = cluster.name.empty() ? host_name() : cluster.name;
  if (!runtime::cluster::is_valid_name(name))
    return fail({runtime::errc::invalid_request,
                 "'" + name
                   + "' is no name of a node: 1 to 64 letters, digits, '.', "
                     "'_' or '-'"});
  auto head = head_of(cluster, loaded.values);
  if (!head)
    return fail(head.error());
  auto how = transport_for(cluster, loaded.values, role::node, name);
  if (auto usable = check(how, role::node, head->host); !usable)
    return fail(usable.error());
  auto chaos = make_chaos(cluster.chaos, runtime::chaos::place::node);
  if (!chaos)
    return fail(chaos.error());
  node_options options;
  options.chaos = std::move(*chaos);
  options.settings = std::move(loaded.values);
  if (options.settings.state.empty())
    options.settings.state = runtime::workspace::state_folder::default_path()
                             / "nodes" / name;
  options.name = name;
  options.workers = std::max(1U, workers_of(cluster));
  options.settings.processes.cpu_tokens = std::clamp(
    options.workers, 1U, std::max(1U, std::thread::hardware_concurrency()));
  options.head = *head;
  options.how = std::move(how);
  auto drain_time = options.settings.supervision.drain;
  auto started = node::start(std::move(options));
  if (!started)
    return fail(started.error());
  auto& node = **started;
  std::cerr << "cohort: node " << name << " of the head at " << head->host
            << ':' << head->port << "; Ctrl-C ends it\n";
  auto why = wait(node.system(), node.root(), node.link(), drain_time);
  if (!why || *why == caf::exit_reason::user_shutdown)
    return 0;
  std::cerr << "cohort: " << actors::from_caf(node.system(), *why).message
            << '\n';
  return why->category() == caf::atom("cohort")
           ? exit_code(static_cast<runtime::errc>(why->code()))
           : 70;
}

} // namespace cohort::nodes
