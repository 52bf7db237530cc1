// Gearman through libgearman: gearmand (started by the caller, on the given
// port), workers that are forks of this program, and this program as the
// client.
#include <cstdlib>
#include <cstring>

#include <libgearman/gearman.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "measure.hpp"
#include "spawn_true.hpp"

namespace {

in_port_t port;

gearman_return_t noop(gearman_job_st*, void*) {
  return GEARMAN_SUCCESS;
}

gearman_return_t run_true(gearman_job_st*, void*) {
  return peers::spawn_true() ? GEARMAN_SUCCESS : GEARMAN_ERROR;
}

gearman_return_t nap(gearman_job_st*, void*) {
  usleep(100'000);
  return GEARMAN_SUCCESS;
}

[[noreturn]] void work() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto* worker = gearman_worker_create(nullptr);
  gearman_worker_add_server(worker, "127.0.0.1", port);
  auto add = [&](const char* name, gearman_function_fn* f) {
    gearman_worker_define_function(worker, name, std::strlen(name),
                                   gearman_function_create(f), 0, nullptr);
  };
  add("noop", noop);
  add("true", run_true);
  add("nap", nap);
  while (gearman_worker_work(worker) == GEARMAN_SUCCESS) {
    // One job a turn.
  }
  _exit(0);
}

std::vector<pid_t> start_workers(int n) {
  std::vector<pid_t> workers;
  for (int i = 0; i < n; ++i) {
    pid_t child = fork();
    if (child == 0)
      work();
    workers.push_back(child);
  }
  return workers;
}

void stop(const std::vector<pid_t>& workers) {
  for (auto worker : workers) {
    kill(worker, SIGKILL);
    waitpid(worker, nullptr, 0);
  }
}

int completed;

gearman_return_t count_completed(gearman_task_st*) {
  ++completed;
  return GEARMAN_SUCCESS;
}

void batch(gearman_client_st* client, const char* function, int n) {
  completed = 0;
  gearman_return_t status = GEARMAN_SUCCESS;
  gearman_client_set_complete_fn(client, count_completed);
  for (int i = 0; i < n; ++i)
    gearman_client_add_task(client, nullptr, nullptr, function, nullptr, "x", 1,
                            &status);
  gearman_client_run_tasks(client);
  gearman_client_task_free_all(client);
  if (completed != n) {
    std::fprintf(stderr, "gearman: %d of %d: %s\n", completed, n,
                 gearman_client_error(client));
    std::exit(1);
  }
}

std::vector<double> round_trips(gearman_client_st* client, int n) {
  std::vector<double> trips;
  for (int i = 0; i < n; ++i) {
    auto began = peers::now();
    size_t size = 0;
    gearman_return_t status = GEARMAN_SUCCESS;
    std::free(
      gearman_client_do(client, "noop", nullptr, "x", 1, &size, &status));
    trips.push_back(peers::now() - began);
  }
  return trips;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: peer_gearman PORT\n");
    return 2;
  }
  port = static_cast<in_port_t>(std::atoi(argv[1]));
  auto workers = start_workers(2);
  auto* client = gearman_client_create(nullptr);
  gearman_client_add_server(client, "127.0.0.1", port);
  gearman_client_set_timeout(client, 60'000);
  batch(client, "noop", 100);
  peers::measure("gearman", "noop", 5000, [&] { batch(client, "noop", 5000); });
  peers::emit_roundtrip("gearman", round_trips(client, 3000));
  peers::measure("gearman", "process", 1000,
                 [&] { batch(client, "true", 1000); });
  // Gearman knows no dependencies: the client waits for each layer.
  peers::measure("gearman", "dag", 1000, [&] {
    for (int layer = 0; layer < 50; ++layer)
      batch(client, "noop", 20);
  });
  stop(workers);
  workers = start_workers(8);
  batch(client, "nap", 64);
  peers::measure("gearman", "wait", 64, [&] { batch(client, "nap", 64); });
  stop(workers);
  gearman_client_free(client);
}
