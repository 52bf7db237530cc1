#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "config/keys.hpp"
#include "tests/config/files.hpp"

namespace cohort::tests::load_test {

using namespace cohort::tests;
using namespace std::chrono_literals;
using words = std::vector<std::string>;

namespace {

config::load_result set_to(words overrides) {
  return config::load({std::nullopt, std::move(overrides), {}});
}

/// The only problem that there is, in words.
std::string problem_of(const config::load_result& loaded) {
  REQUIRE(loaded.problems.size() == 1);
  return loaded.problems[0].describe();
}

} // namespace

TEST_CASE("a variable that is nearly a key's is a problem") {
  auto load_with = [](const char* name) {
    config::load_request request;
    request.variables = {"PATH", "COHORT_CONFIG", "COHORT_BINARY",
                         "COHORT_TOOLCHAIN__GCC", name};
    return config::load(request);
  };
  CHECK(load_with("OTHER__THING").problems.empty());
  CHECK(problem_of(load_with("COHORT_TOOLCHAIN_GCC"))
        == "COHORT_TOOLCHAIN_GCC: unknown variable; did you mean "
           "COHORT_TOOLCHAIN__GCC?");
  CHECK(problem_of(load_with("COHORT_TOOLCHAIN__GC"))
          .starts_with("COHORT_TOOLCHAIN__GC: unknown variable; "));
}

TEST_CASE("without a file there are the defaults") {
  auto loaded = config::load({});
  CHECK(loaded.problems.empty());
  CHECK(config::to_yaml(loaded.values) == config::to_yaml(config::settings{}));
}

TEST_CASE("a file that says nothing gives the defaults") {
  for (auto text : {"", "\n\n", "# only a comment\n", "---\n", "~\n", "{}\n",
                    "parallel_workers:\n", "parallel_workers:\n  council:\n",
                    "\xef\xbb\xbf# after a byte order mark\n"}) {
    CAPTURE(text);
    auto loaded = load_text(text);
    CHECK(loaded.problems.empty());
    CHECK(config::to_yaml(loaded.values)
          == config::to_yaml(config::settings{}));
  }
}

TEST_CASE("a file's values arrive, in their units") {
  auto loaded = load_text("parallel_workers:\r\n"
                          "  enabled: false\r\n"
                          "  complexity_threshold: 1\r\n"
                          "  coordination: {worker_timeout_seconds: 7}\r\n"
                          "  resilience:\r\n"
                          "    retry_backoff_ms: 50\r\n"
                          "    worker_restart_window_seconds: 9\r\n"
                          "snapshot:\r\n"
                          "  include: ['**/*.inc', \"gen/a b.h\"]\r\n"
                          "  max_file_mb: 3\r\n"
                          "processes:\r\n"
                          "  pass_environment: []\r\n"
                          "  memory_limit_mb: 0\r\n"
                          "state_directory: /var/lib/cohort\r\n");
  REQUIRE(loaded.problems.empty());
  auto& values = loaded.values;
  CHECK_FALSE(values.routing.parallel_enabled);
  CHECK(values.routing.complexity_threshold == 1.0);
  CHECK(values.pool.worker_timeout == 7s);
  CHECK(values.pool.retry_backoff == 50ms);
  CHECK(values.supervision.worker_restart_window == 9s);
  CHECK(values.snapshot.include == words{"**/*.inc", "gen/a b.h"});
  CHECK(values.snapshot.max_file_bytes == 3U << 20);
  CHECK(values.processes.pass_environment.empty());
  CHECK(values.processes.memory_limit_bytes == 0);
  CHECK(values.state == "/var/lib/cohort");
  CHECK(values.council.max_review_rounds == 3); // Not named: the default.
}

TEST_CASE("the number of workers is planned with and run with") {
  auto loaded = set_to({"parallel_workers.max_concurrent_workers=3"});
  CHECK(loaded.values.pool.max_concurrent_workers == 3);
  CHECK(loaded.values.routing.workers == 3);
}

TEST_CASE("the limits of a range belong to it") {
  auto key = std::string{"parallel_workers.complexity_threshold="};
  for (auto value : {"0", "1", "0.0", "1.0", "1e-3", "0.6"})
    CHECK(set_to({key + value}).problems.empty());
  for (auto value : {"-0.001", "1.001", "nan", "inf", "-inf", "1e400", "", " 1",
                     "1 ", "0.5x", "+1", "0x1"}) {
    CAPTURE(value);
    CHECK(set_to({key + value}).problems.size() == 1);
  }
  key = "parallel_workers.max_subtasks_per_task=";
  for (auto value : {"1", "10000"})
    CHECK(set_to({key + value}).problems.empty());
  for (auto value :
       {"0", "10001", "-1", "1.0", "1e2", "007", "99999999999999999999"}) {
    CAPTURE(value);
    CHECK(set_to({key + value}).problems.size() == 1);
  }
}

TEST_CASE("--set wins over the environment, which wins over the file") {
  config_file file{"parallel_workers:\n"
                   "  max_subtasks_per_task: 2\n"
                   "  coordination: {prefetch: 2}\n"
                   "  resilience: {max_rounds: 2}\n"};
  std::map<std::string, std::string> variables{
    {"COHORT_PARALLEL_WORKERS__COORDINATION__PREFETCH", "3"},
    {"COHORT_PARALLEL_WORKERS__RESILIENCE__MAX_ROUNDS", "3"}};
  config::load_request request;
  request.file = file.path();
  request.environment = [&](const char* name) -> const char* {
    auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
  request.overrides = {"parallel_workers.resilience.max_rounds=9",
                       "parallel_workers.resilience.max_rounds=4"};
  auto loaded = config::load(request);
  REQUIRE(loaded.problems.empty());
  CHECK(loaded.values.decomposition.max_subtasks_per_task == 2);
  CHECK(loaded.values.pool.prefetch == 3);
  CHECK(loaded.values.supervision.max_rounds == 4);
}

TEST_CASE("the environment is asked for every key, and for nothing else") {
  std::map<std::string, int> asked;
  config::load({std::nullopt, {}, [&](const char* name) -> const char* {
                  ++asked[name];
                  return nullptr;
                }});
  CHECK(asked.size() == config::keys().size());
  CHECK(asked["COHORT_PARALLEL_WORKERS__COORDINATION__WORKER_TIMEOUT_SECONDS"]
        == 1);
  CHECK(asked["COHORT_STATE_DIRECTORY"] == 1);
}

TEST_CASE("a list stands between commas") {
  CHECK(set_to({"toolchain.compilers=clang,gcc"}).values.toolchain.compilers
        == words{"clang", "gcc"});
  CHECK(set_to({"snapshot.include=a=b"}).values.snapshot.include
        == words{"a=b"});
  CHECK(set_to({"snapshot.include="}).values.snapshot.include.empty());
  for (auto wrong :
       {"snapshot.include=a,", "snapshot.include=,", "snapshot.include=a,,b",
        "toolchain.compilers=", "toolchain.compilers=gcc,gcc",
        "toolchain.compilers=gcc,icc"}) {
    CAPTURE(wrong);
    CHECK(set_to({wrong}).problems.size() == 1);
  }
}

TEST_CASE("a wrong override says what is wrong with it") {
  CHECK(problem_of(set_to({"parallel_workers.enabled=yes"}))
        == "--set: parallel_workers.enabled: 'yes': expected true or false");
  CHECK(problem_of(set_to({"parallel_workers.enable=true"}))
        == "--set: parallel_workers.enable: unknown key; did you mean "
           "parallel_workers.enabled?");
  CHECK(problem_of(set_to({"max_rounds=3"}))
        == "--set: max_rounds: unknown key; did you mean "
           "parallel_workers.resilience.max_rounds?");
  CHECK(problem_of(set_to({"parallel_workers=3"}))
        == "--set: parallel_workers: a section; set one of its keys");
  CHECK(problem_of(set_to({"parallel_workers.enabled"}))
        == "--set: parallel_workers.enabled: expected KEY=VALUE");
  CHECK(problem_of(set_to({"=3"}))
        == "--set: unknown key; `cohort config show` lists all");
  CHECK(problem_of(set_to({""})) == "--set: : expected KEY=VALUE");
  auto from_variable = config::load(
    {std::nullopt, {}, [](const char* name) {
       return std::string{name} == "COHORT_STATE_DIRECTORY" ? "x" : nullptr;
     }});
  CHECK(problem_of(from_variable)
        == "COHORT_STATE_DIRECTORY: state_directory: 'x': expected an absolute "
           "path, or \"\"");
}

TEST_CASE("with any problem, no value is taken") {
  auto loaded = set_to({"parallel_workers.enabled=false",
                        "parallel_workers.complexity_threshold=2"});
  CHECK(loaded.problems.size() == 1);
  CHECK(loaded.values.routing.parallel_enabled);
}

TEST_CASE("silence is longer than a few heartbeats") {
  CHECK(set_to({"cluster.heartbeat_interval_ms=1000"}).problems.empty());
  CHECK(problem_of(set_to({"cluster.heartbeat_interval_ms=1001"}))
        == "all together: cluster.failure_timeout_ms: 3000 with a heartbeat "
           "every 1001: allowed is the time of three heartbeats and more");
}

TEST_CASE("what is printed is read back as the same, for any values") {
  words odd{"a b", "true", "null", "~", "- x", "a: b", "#x", "\"q\"",
            "\\",  "[",    "é",    "'", "010", "!tag", "*a", "&b",
            "a,b", "%",    "@",    "`", "?",   "|",    ">",  " x "};
  for (unsigned seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    config::settings values;
    for (auto& key : config::keys()) {
      words given;
      for (auto n = key.is_list ? random() % 4 : 1; n > 0; --n)
        given.push_back(random() % 2 == 0 ? odd[random() % odd.size()]
                                          : std::to_string(random() % 1000));
      if (key.path == "state_directory")
        given[0] = '/' + given[0];
      key.set(values, given); // Some are refused, and change nothing.
    }
    auto& cluster = values.cluster;
    cluster.failure_timeout = std::max(cluster.failure_timeout,
                                       3 * cluster.heartbeat_interval);
    auto printed = config::to_yaml(values);
    CAPTURE(printed);
    auto loaded = load_text(printed);
    CHECK(loaded.problems.empty());
    CHECK(config::to_yaml(loaded.values) == printed);
    CHECK(loaded.values.snapshot.include == values.snapshot.include);
    CHECK(loaded.values.toolchain.gcc == values.toolchain.gcc);
    CHECK(loaded.values.state == values.state);
  }
}

} // namespace cohort::tests::load_test
