#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "config/settings.hpp"

namespace cohort::nodes {

enum class output_format { text, json, stream_json };
enum class trace_format { otlp, chrome };

/// How `diagnose` prints what it found.
enum class diagnosis_format { json, sarif };

/// What the verbs that work on a workspace have in common.
struct task_options {
  std::string description; // "-": read from standard input.
  std::string log;         // A compiler's log as the task; "-": from there.
  std::string resume;      // run: id of an unfinished task, instead.
  std::string workspace = ".";
  std::string compile_commands_dir;
  std::string mode = "auto";
  std::vector<std::string> scope;
  std::vector<std::string> units;
  std::vector<std::string> configure_args;
  std::string specialty;             // Empty: as the words say.
  std::vector<std::string> checks;   // Of clang-tidy.
  std::vector<std::string> warnings; // "-Wconversion" and the like.
  std::string header_filter;         // clang-tidy's; empty: the workspace.
  unsigned jobs = 0;                 // 0: as configured.
  double budget_seconds = 0;         // 0: no limit.
  output_format format = output_format::text;
  std::string report; // run: a file for what became of each cause, or empty.
  bool apply = false;
  bool no_branch = false;
  std::string chaos; // run: SEED:FAULT,...; empty: nothing is made to fail.
  std::string trace; // run: where its trace goes; empty: nowhere.
  trace_format traced_as = trace_format::otlp;
  bool dot = false;     // plan
  bool explain = false; // plan
};

/// What the verbs of a cluster have in common.
struct cluster_options {
  std::string head;         // HOST:PORT; empty: as configured.
  std::string bind;         // serve; empty: as configured.
  int port = -1;            // serve; -1: as configured, 0: any.
  std::string metrics;      // serve: [HOST:]PORT; empty: none.
  std::string certificates; // Folder; empty: as configured.
  bool insecure = false;
  std::string name;  // node; empty: the host's. Clients; empty: "client".
  int jobs = -1;     // serve, node: workers; -1: one for each core.
  std::string chaos; // node: SEED:FAULT,...; empty: nothing is made to fail.
};

struct submit_options {
  bool watches = false;
  unsigned wait_busy_seconds = 0; // While the head is busy, it is asked again.
};

/// What every verb has.
struct global_options {
  std::string config_file;
  std::vector<std::string> overrides;
  std::string state;
  bool quiet = false;
  bool verbose = false;
  /// Executors that the program was built with; null: none.
  std::shared_ptr<const runtime::execution::native_executors> natives;
};

/// Reads the configuration: the file that was named, else $COHORT_CONFIG, else
/// $XDG_CONFIG_HOME/cohort/cohort.yaml where there is one, else the defaults.
/// (None is read from the workspace: it may be hostile.)
config::load_result load_settings(const global_options& options);

/// The state folder that the settings name, or the default one.
std::filesystem::path state_path(const config::settings& settings);

/// Prints the problems to standard error; returns whether there were any.
bool report_problems(const config::load_result& loaded);

} // namespace cohort::nodes
