#include "config/keys.hpp"

#include <chrono>

#include "config/key_kinds.hpp"
#include "runtime/decomposition/decompose.hpp"

namespace cohort::config {

namespace {

using namespace kinds;

settings_key strategy() {
  choices<std::string> known;
  for (auto& name : runtime::decomposition::strategies())
    known.emplace_back(name, name);
  return choice<std::string>(
    "parallel_workers.decomposition.strategy", "how a task is split", known,
    [](auto& all) -> auto& { return all.decomposition.strategy; });
}

/// What is planned for and what runs must agree: one key sets both.
settings_key workers() {
  return whole(
    "parallel_workers.max_concurrent_workers",
    "workers of a host; above the number of cores only what waits gains", 1,
    10'000,
    [](const settings& all) {
      return static_cast<int64_t>(all.pool.max_concurrent_workers);
    },
    [](settings& all, int64_t value) {
      all.pool.max_concurrent_workers = static_cast<unsigned>(value);
      all.routing.workers = static_cast<unsigned>(value);
    });
}

using runtime::quality::gate_policy;

template <class Field>
settings_key policy(std::string path, std::string meaning, Field field) {
  return choice<gate_policy>(std::move(path), std::move(meaning),
                             {{"required", gate_policy::required},
                              {"advisory", gate_policy::advisory},
                              {"off", gate_policy::off}},
                             field);
}

settings_key sandbox() {
  using runtime::process::sandbox_policy;
  return choice<sandbox_policy>(
    "processes.sandbox",
    "whether what a workspace's programs see and change is limited by "
    "bubblewrap; preferred: where it works",
    {{"required", sandbox_policy::required},
     {"preferred", sandbox_policy::preferred},
     {"off", sandbox_policy::off}},
    [](auto& all) -> auto& { return all.processes.sandbox; });
}

settings_key coverage_scope() {
  using runtime::quality::coverage_scope;
  return choice<coverage_scope>(
    "parallel_workers.quality_gates.coverage_scope",
    "lines that count: those of the change, all, or all and no less than "
    "before",
    {{"changed", coverage_scope::changed},
     {"overall", coverage_scope::overall},
     {"no_regression", coverage_scope::no_regression}},
    [](auto& all) -> auto& { return all.gates.coverage_scope; });
}

settings_key state_folder() {
  return folder(
    "state_directory",
    "where snapshots, the journal and worktrees are kept; \"\" "
    "stands for $XDG_STATE_HOME/cohort",
    [](auto& all) -> auto& { return all.state; });
}

#define COHORT_FIELD(path)                                                     \
  [](auto& all) -> auto& {                                                     \
    return all.path;                                                           \
  }

std::vector<settings_key> make_keys() {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  return {
    boolean("parallel_workers.enabled", "false: every task runs sequentially",
            COHORT_FIELD(routing.parallel_enabled)),
    number("parallel_workers.complexity_threshold",
           "a task whose score is strictly above is split", 0, 1,
           COHORT_FIELD(routing.complexity_threshold)),
    workers(),
    count("parallel_workers.max_subtasks_per_task", "subtasks of one round", 1,
          10'000, COHORT_FIELD(decomposition.max_subtasks_per_task)),
    number("parallel_workers.min_predicted_speedup",
           "a split that predicts less is taken back", 1, 100,
           COHORT_FIELD(routing.min_predicted_speedup)),
    count("parallel_workers.coordination.message_buffer_size",
          "progress events that wait for one subscriber", 1, 1'000'000,
          COHORT_FIELD(progress.message_buffer_size)),
    duration<milliseconds>(
      "parallel_workers.coordination.progress_update_interval_ms",
      "milliseconds between progress updates", 10, 3'600'000,
      COHORT_FIELD(progress.progress_update_interval)),
    duration<seconds>("parallel_workers.coordination.worker_timeout_seconds",
                      "seconds that an attempt may take to get further", 1,
                      86'400, COHORT_FIELD(pool.worker_timeout)),
    count("parallel_workers.coordination.prefetch",
          "assignments that a worker holds at once", 1, 10'000,
          COHORT_FIELD(pool.prefetch)),
    strategy(),
    count("parallel_workers.decomposition.max_dependency_depth",
          "longest chain of subtasks", 1, 100,
          COHORT_FIELD(decomposition.max_dependency_depth)),
    boolean("parallel_workers.decomposition.enable_council_validation",
            "false: a split runs without review",
            COHORT_FIELD(council.enabled)),
    count("parallel_workers.council.max_review_rounds",
          "reviews of one split, amendments included", 1, 100,
          COHORT_FIELD(council.max_review_rounds)),
    number("parallel_workers.council.quorum",
           "more than this share of the judges, or all of them, must answer", 0,
           1, COHORT_FIELD(council.quorum)),
    number("parallel_workers.council.supermajority",
           "share of the judges' weight that must approve", 0, 1,
           COHORT_FIELD(council.supermajority)),
    number("parallel_workers.council.veto_severity",
           "a rejecting judge's finding of at least this severity is a veto", 0,
           1, COHORT_FIELD(council.veto_severity)),
    duration<milliseconds>("parallel_workers.council.review_timeout_ms",
                           "milliseconds that judges have for a review", 1,
                           3'600'000, COHORT_FIELD(council.review_timeout)),
    boolean("parallel_workers.quality_gates.compilation_validation",
            "judge that no unit broke",
            COHORT_FIELD(gates.compilation_validation)),
    boolean("parallel_workers.quality_gates.tests",
            "build and run the project's tests", COHORT_FIELD(gates.tests)),
    count("parallel_workers.quality_gates.test_reruns",
          "further runs of a test that fails; one that then passes is flaky", 0,
          100, COHORT_FIELD(gates.test_reruns)),
    policy("parallel_workers.quality_gates.coverage",
           "whether the share of lines that the tests execute decides",
           COHORT_FIELD(gates.coverage)),
    coverage_scope(),
    number("parallel_workers.quality_gates.test_coverage_threshold",
           "share of lines that the tests must execute", 0, 1,
           COHORT_FIELD(gates.test_coverage_threshold)),
    policy("parallel_workers.quality_gates.mutation",
           "whether the share of mutants that the tests notice decides",
           COHORT_FIELD(gates.mutation)),
    number("parallel_workers.quality_gates.mutation_testing_threshold",
           "share of mutants that the tests must notice", 0, 1,
           COHORT_FIELD(gates.mutation_testing_threshold)),
    count("parallel_workers.quality_gates.mutation_max_mutants",
          "mutants that are tried, a sample of all; 0: no limit", 0, 1'000'000,
          COHORT_FIELD(gates.mutation_max_mutants)),
    policy("parallel_workers.quality_gates.security",
           "whether a secret in the change, or a way out of the workspace, "
           "decides",
           COHORT_FIELD(gates.security)),
    policy("parallel_workers.quality_gates.lint",
           "whether what clang-tidy finds anew in changed files decides",
           COHORT_FIELD(gates.lint)),
    word("parallel_workers.quality_gates.lint_checks",
         "the checks that it then makes",
         "globs over names of checks, as clang-tidy's --checks has them",
         COHORT_FIELD(gates.lint_checks)),
    boolean("parallel_workers.resilience.fallback",
            "run what is left sequentially when the parallel way fails",
            COHORT_FIELD(supervision.fallback)),
    count("parallel_workers.resilience.max_attempts", "attempts at one unit", 1,
          100, COHORT_FIELD(pool.max_attempts)),
    boolean("parallel_workers.resilience.speculation",
            "where an attempt is late and a worker idle, begin a second one",
            COHORT_FIELD(pool.speculation.enabled)),
    number("parallel_workers.resilience.speculation_factor",
           "late is what takes this many times what nine of ten like it took",
           1, 100, COHORT_FIELD(pool.speculation.factor)),
    duration<milliseconds>("parallel_workers.resilience.speculation_min_ms",
                           "milliseconds before which no attempt is late", 1,
                           3'600'000, COHORT_FIELD(pool.speculation.least)),
    number("parallel_workers.resilience.speculation_budget",
           "share of all attempts' time that second ones may take", 0, 1,
           COHORT_FIELD(pool.speculation.budget)),
    count("parallel_workers.resilience.max_coordinator_restarts",
          "restarts of a task's coordinator before the fallback", 0, 100,
          COHORT_FIELD(supervision.max_coordinator_restarts)),
    count("parallel_workers.resilience.max_rebase_attempts",
          "times that a subtask whose patch conflicts runs again", 0, 100,
          COHORT_FIELD(supervision.max_rebase_attempts)),
    count("parallel_workers.resilience.max_rounds",
          "rounds of probe, split, repair and merge", 1, 100,
          COHORT_FIELD(supervision.max_rounds)),
    number("parallel_workers.resilience.max_failed_share",
           "a round in which a larger share of subtasks fails falls back", 0, 1,
           COHORT_FIELD(supervision.max_failed_share)),
    count("parallel_workers.resilience.admission_limit",
          "tasks at once; more are told busy", 1, 100'000,
          COHORT_FIELD(supervision.admission_limit)),
    count("parallel_workers.resilience.worker_restarts",
          "restarts of one worker within the window before cohort gives up", 0,
          10'000, COHORT_FIELD(supervision.worker_restarts)),
    duration<seconds>(
      "parallel_workers.resilience.worker_restart_window_seconds",
      "seconds of that window", 1, 86'400,
      COHORT_FIELD(supervision.worker_restart_window)),
    duration<seconds>("parallel_workers.resilience.drain_seconds",
                      "seconds that what runs gets to end, once its process is "
                      "told to stop",
                      0, 86'400, COHORT_FIELD(supervision.drain)),
    duration<milliseconds>(
      "parallel_workers.resilience.retry_backoff_ms",
      "milliseconds before a second attempt, at most; doubles", 1, 3'600'000,
      COHORT_FIELD(pool.retry_backoff)),
    duration<milliseconds>("parallel_workers.resilience.retry_backoff_max_ms",
                           "milliseconds before any attempt, at most", 1,
                           3'600'000, COHORT_FIELD(pool.retry_backoff_max)),
    number("parallel_workers.resilience.retry_budget",
           "retries for each unit that is tried, beside ten for the beginning; "
           "what fails when they are spent is not tried again",
           0, 100, COHORT_FIELD(pool.retry_budget)),
    duration<milliseconds>("parallel_workers.resilience.cancel_timeout_ms",
                           "milliseconds until a worker that does not stop is "
                           "given up",
                           10, 3'600'000, COHORT_FIELD(pool.cancel_timeout)),
    count("parallel_workers.resilience.quarantine_failures",
          "crashes in a row that take a worker out for a while", 1, 1000,
          COHORT_FIELD(pool.quarantine_failures)),
    number("parallel_workers.resilience.breaker_failure_rate",
           "share of failures that takes a worker, a node, or one kind of work "
           "on a node out for a while",
           0, 1, COHORT_FIELD(pool.breaker_failure_rate)),
    count("parallel_workers.resilience.breaker_minimum_calls",
          "attempts that must have ended before their share says anything", 1,
          1'000'000, COHORT_FIELD(pool.breaker_minimum_calls)),
    duration<milliseconds>("parallel_workers.resilience.breaker_window_ms",
                           "milliseconds within which these attempts ended", 10,
                           86'400'000, COHORT_FIELD(pool.breaker_window)),
    duration<milliseconds>("parallel_workers.resilience.breaker_cool_down_ms",
                           "milliseconds of that while; up to half as long "
                           "again at random",
                           1, 3'600'000, COHORT_FIELD(pool.breaker_cool_down)),
    list("snapshot.include", "ignored files that a build needs",
         "a list of globs", {}, COHORT_FIELD(snapshot.include)),
    megabytes("snapshot.max_file_mb", "megabytes of the largest file", 1,
              COHORT_FIELD(snapshot.max_file_bytes)),
    list("toolchain.compilers", "compilers that check each unit",
         "a list of gcc, clang or both", {"gcc", "clang"},
         COHORT_FIELD(toolchain.compilers)),
    program("toolchain.gcc", "GCC's C++ driver", COHORT_FIELD(toolchain.gcc)),
    program("toolchain.clang", "clang's C++ driver",
            COHORT_FIELD(toolchain.clang)),
    program("toolchain.clang_tidy", "clang-tidy",
            COHORT_FIELD(toolchain.clang_tidy)),
    program("toolchain.cmake", "CMake", COHORT_FIELD(toolchain.cmake)),
    program("toolchain.ctest", "CTest", COHORT_FIELD(toolchain.ctest)),
    program("toolchain.ctags", "Universal Ctags",
            COHORT_FIELD(toolchain.ctags)),
    duration<seconds>("processes.check_timeout_seconds",
                      "seconds that one compiler run may take", 1, 86'400,
                      COHORT_FIELD(processes.check_timeout)),
    duration<seconds>("processes.build_timeout_seconds",
                      "seconds that configuring, building or testing may take",
                      1, 864'000, COHORT_FIELD(processes.build_timeout)),
    megabytes("processes.output_limit_mb",
              "megabytes that a program may print before it is killed", 1,
              COHORT_FIELD(processes.output_limit_bytes)),
    megabytes("processes.memory_limit_mb",
              "megabytes of address space of a program; 0: no limit", 0,
              COHORT_FIELD(processes.memory_limit_bytes)),
    megabytes("processes.file_limit_mb",
              "megabytes of each file that a workspace's program writes; 0: no "
              "limit",
              0, COHORT_FIELD(processes.file_limit_bytes)),
    count("processes.process_limit",
          "processes of this user beyond which a workspace's program starts no "
          "more; 0: no limit; not for root",
          0, 4'194'304, COHORT_FIELD(processes.process_limit)),
    sandbox(),
    boolean("processes.sandbox_network",
            "let configuring, building and testing reach the network",
            COHORT_FIELD(processes.sandbox_network)),
    list("processes.sandbox_readable",
         "folders that programs in a sandbox see although they lie in a hidden "
         "place",
         "a list of absolute paths", {},
         COHORT_FIELD(processes.sandbox_readable)),
    list("processes.sandbox_writable",
         "folders that programs in a sandbox may change, a compiler cache for "
         "instance",
         "a list of absolute paths", {},
         COHORT_FIELD(processes.sandbox_writable)),
    list("processes.pass_environment",
         "environment variables that programs see, beside COHORT_*",
         "a list of names", {}, COHORT_FIELD(processes.pass_environment)),
    boolean("learning.enabled",
            "learn from tasks how long kinds of subtasks take and how well "
            "judges predict, and use it for the next",
            COHORT_FIELD(learning.enabled)),
    boolean("cache.enabled", "remember what compilers said of which content",
            COHORT_FIELD(cache.enabled)),
    megabytes("cache.limit_mb", "megabytes of that, compressed", 1,
              COHORT_FIELD(cache.limit_bytes)),
    count("journal.retention_days",
          "days that a head keeps tasks that have ended and were delivered; 0: "
          "for ever",
          0, 36'500, COHORT_FIELD(journal.retention_days)),
    megabytes("journal.max_mb",
              "megabytes of the journal, beyond which the oldest of them go; "
              "0: no limit",
              0, COHORT_FIELD(journal.max_bytes)),
    word("cluster.bind", "address that a head listens on",
         "an address or a name of this host", COHORT_FIELD(cluster.bind)),
    count("cluster.port", "port of a head", 1, 65'535,
          COHORT_FIELD(cluster.port)),
    folder("cluster.certificates",
           "folder of the cluster's certificates; \"\" stands for certs in the "
           "state folder",
           COHORT_FIELD(cluster.certificates)),
    duration<milliseconds>("cluster.heartbeat_interval_ms",
                           "milliseconds between heartbeats, both ways", 10,
                           600'000, COHORT_FIELD(cluster.heartbeat_interval)),
    duration<milliseconds>(
      "cluster.failure_timeout_ms",
      "milliseconds of silence after which a peer is lost; several heartbeats",
      50, 3'600'000, COHORT_FIELD(cluster.failure_timeout)),
    duration<milliseconds>("cluster.join_timeout_ms",
                           "milliseconds that a peer has to prove who it is",
                           100, 600'000, COHORT_FIELD(cluster.join_timeout)),
    megabytes("cluster.max_message_mb",
              "megabytes of the largest message between processes", 1,
              COHORT_FIELD(cluster.message_bytes_max)),
    count("cluster.max_peers", "nodes and clients that a head serves at once",
          1, 100'000, COHORT_FIELD(cluster.max_peers)),
    state_folder(),
  };
}

#undef COHORT_FIELD

} // namespace

const std::vector<settings_key>& keys() {
  static const auto all = make_keys();
  return all;
}

const settings_key* find_key(std::string_view path) {
  for (auto& key : keys())
    if (key.path == path)
      return &key;
  return nullptr;
}

bool is_section(std::string_view path) {
  for (auto& key : keys())
    if (key.path.size() > path.size() && key.path[path.size()] == '.'
        && std::string_view{key.path}.substr(0, path.size()) == path)
      return true;
  return false;
}

std::string variable_of(const settings_key& key) {
  std::string result = "COHORT_";
  for (auto c : key.path)
    if (c == '.')
      result += "__";
    else
      result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

} // namespace cohort::config
