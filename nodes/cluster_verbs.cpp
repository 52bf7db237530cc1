#include "nodes/cluster_verbs.hpp"

#include <utility>

#include "nodes/signals.hpp"
#include "nodes/verb_options.hpp"

namespace cohort::nodes {

namespace {

void add_transport(CLI::App& verb, cluster_options& cluster) {
  verb.add_option("--certs", cluster.certificates,
                  "folder of the cluster's certificates (default: certs in the "
                  "state folder)");
  verb.add_flag("--insecure", cluster.insecure,
                "no TLS, on 127.0.0.1 only: whoever reaches the port can run "
                "code here");
}

} // namespace

cluster_verbs::cluster_verbs(CLI::App& app, task_options& task,
                             const global_options& global, int& code)
  : app_{app}, task_{task}, global_{global}, code_{code} {
  add_servers();
  add_clients();
  add_certs();
}

void cluster_verbs::add_servers() {
  auto* head = app_.add_subcommand(
    "serve", "run a head: nodes join it, clients submit tasks");
  head->add_option("--bind", cluster_.bind, "address to listen on");
  head->add_option("--port", cluster_.port, "port to listen on; 0: any")
    ->check(CLI::Range(0, 65535));
  head
    ->add_option("-j,--jobs", cluster_.jobs,
                 "workers of its own (default: one for each core); 0: none")
    ->check(CLI::Range(0, 1000));
  head->add_option("--metrics", cluster_.metrics,
                   "[HOST:]PORT: serve metrics for Prometheus at /metrics "
                   "there (default host: 127.0.0.1); without it: none");
  add_transport(*head, cluster_);
  head->callback([this] { code_ = serve(cluster_, global_); });

  auto* node = app_.add_subcommand("node", "run workers for a head");
  node->add_option("--join", cluster_.head, "HOST:PORT of the head")
    ->required();
  node->add_option("--name", cluster_.name,
                   "the node's name, as its certificate has it (default: the "
                   "host's)");
  node
    ->add_option("-j,--jobs", cluster_.jobs,
                 "workers (default: one for each core)")
    ->check(CLI::Range(1, 1000));
  add_transport(*node, cluster_);
  add_chaos(*node, cluster_.chaos,
            "kill-worker (a worker dies, and its program), hang-worker (a "
            "program stops for ever), slow-node (all programs take ten times "
            "as long), drop-link (the connection to the head breaks)");
  node->callback([this] { code_ = run_node(cluster_, global_); });
}

CLI::App* cluster_verbs::add_client(const char* name, const char* what) {
  auto* verb = app_.add_subcommand(name, what);
  verb->add_option("--head", cluster_.head,
                   "HOST:PORT of the head (default: 127.0.0.1 and the "
                   "configured port)");
  verb->add_option("--name", cluster_.name,
                   "whose certificate to show (default: client)");
  add_transport(*verb, cluster_);
  return verb;
}

template <class F>
void cluster_verbs::add_task_client(const char* name, const char* what, F act) {
  auto* verb = add_client(name, what);
  verb->add_option("id", id_, "task id, as `submit` printed it")->required();
  add_format(*verb, task_.format);
  verb->callback([this, act] {
    unblock_signals();
    code_ = act();
  });
}

void cluster_verbs::add_clients() {
  auto* submitting = add_client("submit", "give a task to a head");
  add_task(*submitting, task_);
  submitting->add_flag("--watch", submit_.watches,
                       "wait, and show how it goes");
  submitting
    ->add_option("--wait-busy", submit_.wait_busy_seconds,
                 "for so many seconds, ask again when the head is busy "
                 "(default: 0)")
    ->check(CLI::Range(0, 86'400));
  submitting->callback([this, submitting] {
    require_task(*submitting);
    unblock_signals();
    code_ = submit(cluster_, task_, submit_, global_);
  });
  add_task_client("watch", "follow a task to its end", [this] {
    return watch(cluster_, id_, task_.format, global_);
  });
  add_task_client("result", "what became of a task", [this] {
    return show_result(cluster_, id_, task_.format, global_);
  });
  add_task_client("cancel", "stop a task",
                  [this] { return cancel(cluster_, id_, global_); });

  auto* status = add_client("status", "a head's tasks and workers");
  add_format(*status, task_.format);
  status->callback([this] {
    unblock_signals();
    code_ = show_status(cluster_, task_.format, global_);
  });
  auto* nodes = add_client("nodes", "a head's nodes");
  add_format(*nodes, task_.format);
  nodes->callback([this] {
    unblock_signals();
    code_ = show_nodes(cluster_, task_.format, global_);
  });
  auto* draining = add_client("drain",
                              "let a node finish what it runs, and leave");
  draining->add_option("node", id_, "its name")->required();
  draining->callback([this] {
    unblock_signals();
    code_ = drain(cluster_, id_, global_);
  });
}

void cluster_verbs::add_certs() {
  auto& options = certs_;
  auto run = [this] {
    unblock_signals();
    code_ = certs(certs_, global_);
  };
  auto* group = app_.add_subcommand(
    "certs", "certificates of a cluster: its authority and its members");
  group->require_subcommand(0, 1); // An unknown word is named as such.
  auto add = [&](const char* kind, const char* help) {
    auto* verb = group->add_subcommand(kind, help);
    verb->add_option("--dir", options.folder,
                     "folder of the authority (default: certs in the state "
                     "folder)");
    verb->callback([&options, run, kind] {
      options.kind = kind;
      run();
    });
    return verb;
  };
  auto add_days = [&](CLI::App& verb, const char* help) {
    verb.add_option("--days", options.days, help)->check(CLI::Range(1, 36500));
  };
  add_days(*add("ca", "make the authority that signs the others"),
           "how long it is valid (default: 3650)");
  for (auto [kind, help] :
       {std::pair{"head", "make or renew a head's certificate"},
        std::pair{"node", "make or renew a worker node's"},
        std::pair{"client", "make or renew a user's"}}) {
    auto* verb = add(kind, help);
    verb->add_option("name", options.name,
                     "its name (default: the role; for nodes the host's name)");
    add_days(*verb, "how long it is valid (default: 365)");
    verb->add_option("--host", options.hosts,
                     "further host names and addresses");
    verb->add_option("--out", options.out,
                     "where the files go (default: the authority's folder)");
    verb->add_flag("--new-key", options.new_key,
                   "another key, too; stop the process that uses the old one "
                   "before");
  }
  add("show", "who they are of, and until when")
    ->add_option("file", options.name, "one certificate (default: all)");
  group->callback([&options, run, group] {
    if (group->get_subcommands().empty()) {
      options.kind = "show";
      run();
    }
  });
}

} // namespace cohort::nodes
