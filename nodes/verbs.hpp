#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nodes/options.hpp"
#include "runtime/chat/settings.hpp"

/// One function a verb. Each returns the process's exit code.
///
/// Exit codes: 0 done; 1 failed, nothing usable; 2 usage or configuration;
/// 3 partial; 4 precondition; 5 refused; 6 cluster unreachable; 70 internal;
/// 130 interrupted.
namespace cohort::nodes {

int run_task(const task_options& task, const global_options& global);
int plan_task(const task_options& task, const global_options& global);
/// `file` is a compiler's log to read, "-" for standard input; empty: the
/// workspace is checked.
int diagnose(const task_options& task, const std::string& file,
             diagnosis_format format, const global_options& global);

struct gates_options {
  std::string base = "HEAD";      // A revision; empty: from nothing.
  std::vector<std::string> gates; // Of `gate_names`; empty: as configured.
  double coverage_threshold = 0;  // In (0, 1]; 0: as configured.
  double mutation_threshold = 0;  // The same.
  bool blame = false;             // Look for the changes that break tests.
  std::string junit;              // A file to write; empty: none.
  std::string sarif;              // A file to write; empty: none.
};
std::vector<std::string> gate_names();
/// Has the gates judge how the workspace differs from a revision, and changes
/// nothing. Exit code 1: a gate fails; 3: one warns.
int judge_change(const task_options& task, const gates_options& gates,
                 const global_options& global);
/// Tries mutants of what the workspace has changed since a revision, and shows
/// those that no test notices. Exit code 1: the tests fail, or notice too few.
int mutate(const task_options& task, gates_options gates,
           const global_options& global);

/// Without a description: JSON lines {"id","text"} in, {"id","score","reasons"}
/// out.
int score(const std::string& description, output_format format);
int apply_result(const std::string& task_id, const std::string& workspace,
                 const global_options& global);
/// `arguments` are files with fixes, folders of such, or "-". Exit code 3: some
/// were refused; 1: all were.
int apply_fixes(const std::vector<std::string>& arguments,
                const task_options& options);

/// Has a model work on the assignment on standard input, as a program that is
/// an executor does. Exit code 75: another time or place may do.
int chat(const runtime::chat::chat_settings& settings);

struct audit_options {
  std::string task_id; // Empty: all.
  output_format format = output_format::text;
  bool verify = false;
  std::string public_key; // verify: a file; empty: the state folder's own.
  std::string bundle;     // A file to write; empty: none.
};
/// Lists the tasks of the journal, tells the story of one, checks that they are
/// what was written, or exports one. Exit code 1: they are not.
int audit(const audit_options& options, const global_options& global);

struct page_options {
  std::string task_id;
  bool is_markdown = false; // Else HTML.
  std::string file = "-";   // Standard output.
};
/// Writes what became of a task that has ended for people who were not there.
int report_task(const page_options& options, const global_options& global);

struct bundle_options {
  std::string file;
  std::string public_key; // A file; empty: the bundle's own is believed.
  std::string repository; // A folder; empty: none is at hand.
  output_format format = output_format::text;
};
/// Checks what `audit` exported. Exit code 1: it does not hold.
int verify_bundle(const bundle_options& options);

struct gc_options {
  std::optional<double> older_than_days;
  std::optional<size_t> keep;
  std::optional<uint64_t> max_mb;
  bool dry = false;
  std::vector<std::string> abandoned; // Tasks that go though nobody has them.
  std::string set_aside; // A damaged task's id, and nothing else is done.
  bool salvages = false; // A damaged journal, and nothing else is done.
};
/// Without any limit, those of the configuration hold. Exit code 3: tasks were
/// forgotten, but their objects are there still.
int collect_garbage(const gc_options& options, const global_options& global);

struct history_options {
  bool forgets = false;
  output_format format = output_format::text;
};
/// Shows what was learnt from tasks, or forgets it; a running head may use it
/// meanwhile.
int history_of_tasks(const history_options& options,
                     const global_options& global);

int show_config(const global_options& global);
int validate_config(const global_options& global);
int doctor(const global_options& global);

/// Runs a head until a signal ends it, or a second one where work goes on.
int serve(const cluster_options& cluster, const global_options& global);
/// Runs a node until a signal, a drain, or the head's refusal ends it.
int run_node(const cluster_options& cluster, const global_options& global);

// Clients of a running head.
int submit(const cluster_options& cluster, const task_options& task,
           const submit_options& how, const global_options& global);
int watch(const cluster_options& cluster, const std::string& task_id,
          output_format format, const global_options& global);
int show_status(const cluster_options& cluster, output_format format,
                const global_options& global);
int show_result(const cluster_options& cluster, const std::string& task_id,
                output_format format, const global_options& global);
int cancel(const cluster_options& cluster, const std::string& task_id,
           const global_options& global);
int show_nodes(const cluster_options& cluster, output_format format,
               const global_options& global);
int drain(const cluster_options& cluster, const std::string& node,
          const global_options& global);

struct certs_options {
  std::string kind;               // ca, head, node, client or show.
  std::string name;               // show: a file; empty: all of the folder.
  std::string folder;             // Of the authority; empty: the state's.
  std::string out;                // Where members' files go; empty: `folder`.
  std::vector<std::string> hosts; // Beside the name.
  unsigned days = 0;              // 0: ten years for an authority, else one.
  bool new_key = false;
};
int certs(const certs_options& options, const global_options& global);

struct bench_options {
  std::vector<std::string> workloads; // Empty: all.
  unsigned workers = 0;               // 0: 8, and 2 for programs.
  unsigned nodes = 0;    // Processes that share the workers; 0: this one.
  bool insecure = false; // Nodes without TLS.
  unsigned scale = 1;    // Divides the numbers of units, for a quick look.
  bool with_journal = false;
};
int bench_dispatch(const bench_options& bench, const global_options& global);

struct journal_bench_options {
  std::vector<std::string> workloads; // Empty: all.
  unsigned producers = 64;
  unsigned scale = 1; // Divides the numbers of events.
};
/// In a folder of its own below that of temporary files, which $TMPDIR names.
int bench_journal(const journal_bench_options& bench);

/// Factors between which true times differ from predicted ones.
struct noise_range {
  double low = 1;
  double high = 1;
};
/// "0.5:2"; nothing when it is not such a range.
std::optional<noise_range> parse_noise(const std::string& text);

struct schedule_bench_options {
  std::string dags;             // A file, a task graph a line; "-" for stdin.
  std::vector<size_t> generate; // Tasks of graphs that are made up.
  size_t workers = 8;
  uint64_t seed = 1;
  /// Tasks that are placed, over all schedules of a graph that are tried.
  uint64_t effort = 10'000'000;
  std::optional<uint64_t> improve_ms; // Instead; differs from run to run.
  std::vector<noise_range> noises;
  bool with_assignments = false;
};
/// Prints how long each graph takes on so many workers, a JSON line each. Exit
/// code 2: some could not be used.
int bench_schedule(const schedule_bench_options& bench);

struct council_bench_options {
  size_t plans = 1000; // Half good, half faulty.
  uint64_t seed = 11;
};
/// What the council makes of made-up plans, of which a simulation says whether
/// they are good.
int bench_council(const council_bench_options& bench);

} // namespace cohort::nodes
