// Raw CAF: requests to an echoing actor, in this process or in another one over
// BASP on loopback, plain or with TLS.
//
// caf_base local|basp stealing|sharing WINDOW N
// caf_base tls stealing|sharing WINDOW N CERTIFICATES
//   (window 1: round trips; else: throughput. CERTIFICATES is a folder with
//   what `cohort certs` makes: ca.pem, head.pem, head.key, client.pem,
//   client.key)
// caf_base server POLICY [CERTIFICATES]
//   (started by `basp` and `tls`; ends with its standard input)
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/openssl/all.hpp>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.hpp"

namespace {

struct run {
  int window;
  int64_t count;
  int64_t sent = 0;
  std::vector<double> trips;
  std::promise<void> done;
};

caf::behavior echo(caf::event_based_actor*) {
  return {[](int64_t x) { return x; }};
}

void send_one(caf::event_based_actor* self, const caf::actor& server, run* r) {
  ++r->sent;
  auto began = peers::now();
  self->request(server, std::chrono::seconds(20), int64_t{1})
    .then(
      [=](int64_t) {
        r->trips.push_back(peers::now() - began);
        if (static_cast<int64_t>(r->trips.size()) == r->count)
          r->done.set_value();
        else if (r->sent < r->count)
          send_one(self, server, r);
      },
      [self](caf::error& why) {
        std::fprintf(stderr, "caf_base: %s\n",
                     self->system().render(why).c_str());
        _exit(3);
      });
}

void client(caf::event_based_actor* self, caf::actor server, run* r) {
  for (int i = 0; i < r->window && i < r->count; ++i)
    send_one(self, server, r);
}

std::vector<double> once(caf::actor_system& system, const caf::actor& server,
                         int window, int64_t count) {
  run r{window, count, 0, {}, {}};
  r.trips.reserve(static_cast<size_t>(count));
  auto done = r.done.get_future();
  auto actor = system.spawn(client, server, &r);
  done.wait();
  caf::scoped_actor self{system};
  self->wait_for(actor);
  return std::move(r.trips);
}

/// What crosses process borders, and how.
struct network {
  bool is_used = false;
  std::string certificates; // Empty: no TLS.
};

/// `who` is the name of the certificate's files.
void configure(caf::actor_system_config& config, const char* policy,
               const network& net, const std::string& who) {
  config.set("scheduler.policy", caf::atom_from_string(policy));
  if (!net.is_used)
    return;
  config.load<caf::io::middleman>();
  config.set("middleman.workers", size_t{0}); // As cohort has it.
  if (net.certificates.empty())
    return;
  config.load<caf::openssl::manager>();
  config.set("openssl.cafile", net.certificates + "/ca.pem");
  config.set("openssl.certificate", net.certificates + '/' + who + ".pem");
  config.set("openssl.key", net.certificates + '/' + who + ".key");
}

int serve(const char* policy, const network& net) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  caf::actor_system_config config;
  configure(config, policy, net, "head");
  caf::actor_system system{config};
  auto server = system.spawn(echo);
  auto port = net.certificates.empty()
                ? system.middleman().publish(server, 0, "127.0.0.1")
                : caf::openssl::publish(server, 0, "127.0.0.1");
  if (!port)
    return 1;
  std::printf("%d\n", static_cast<int>(*port));
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
    // Until the other end is closed.
  }
  _exit(0);
}

/// Another process of this program that serves; it ends when `input` is closed.
struct server_process {
  pid_t pid = 0;
  int input = -1;
  uint16_t port = 0;
};

server_process start_server(const char* policy, const network& net) {
  int in[2], out[2];
  if (pipe(in) != 0 || pipe(out) != 0)
    std::exit(1);
  server_process server{fork(), in[1], 0};
  if (server.pid == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (int fd : {in[0], in[1], out[0], out[1]})
      close(fd);
    execl("/proc/self/exe", "caf_base", "server", policy,
          net.certificates.empty() ? nullptr : net.certificates.c_str(),
          nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  auto* file = fdopen(out[0], "r");
  int port = 0;
  if (file == nullptr || std::fscanf(file, "%d", &port) != 1)
    std::exit(1);
  std::fclose(file);
  server.port = static_cast<uint16_t>(port);
  return server;
}

void bench(caf::actor_system& system, const caf::actor& server,
           const std::string& peer, int window, int64_t count) {
  once(system, server, window, std::max<int64_t>(count / 10, 10));
  if (window > 1) {
    peers::measure(peer, "noop", static_cast<int>(count),
                   [&] { once(system, server, window, count); });
    return;
  }
  std::vector<double> trips;
  for (int i = 0; i < peers::repetitions; ++i) {
    auto more = once(system, server, window, count);
    trips.insert(trips.end(), more.begin(), more.end());
  }
  peers::emit_roundtrip(peer, std::move(trips));
}

} // namespace

int main(int argc, char** argv) {
  std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "server" && (argc == 3 || argc == 4))
    return serve(argv[2], {true, argc == 4 ? argv[3] : ""});
  auto fits = mode == "tls" ? argc == 6
                            : (mode == "local" || mode == "basp") && argc == 5;
  if (!fits) {
    std::fprintf(stderr,
                 "usage: caf_base local|basp stealing|sharing WINDOW N\n"
                 "       caf_base tls stealing|sharing WINDOW N FOLDER\n");
    return 2;
  }
  network net{mode != "local", mode == "tls" ? argv[5] : ""};
  auto remote = net.is_used;
  auto peer = "CAF " + mode + " " + argv[2];
  server_process process;
  if (remote)
    process = start_server(argv[2], net);
  caf::actor_system_config config;
  configure(config, argv[2], net, "client");
  {
    caf::actor_system system{config};
    caf::actor server;
    if (remote) {
      auto found
        = net.certificates.empty()
            ? system.middleman().remote_actor("127.0.0.1", process.port)
            : caf::openssl::remote_actor(system, "127.0.0.1", process.port);
      if (!found)
        return 1;
      server = *found;
    } else {
      server = system.spawn(echo);
    }
    bench(system, server, peer, std::atoi(argv[3]), std::atoll(argv[4]));
  }
  if (remote) {
    close(process.input);
    waitpid(process.pid, nullptr, 0);
  }
}
