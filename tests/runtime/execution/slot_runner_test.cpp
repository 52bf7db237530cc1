#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/execution/slot_runner.hpp"
#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::slot_runner_test {

using namespace cohort::runtime;
using execution::unit_runner;
namespace pb = cohort::messages::v1;

namespace {

const std::map<std::string, std::string> cmake_project{
  {"CMakeLists.txt", "cmake_minimum_required(VERSION 3.10)\nproject(p CXX)\n"
                     "enable_testing()\nadd_executable(p main.cpp other.cpp)\n"
                     "add_test(NAME runs COMMAND p)\n"},
  {"main.cpp", "#include \"s.h\"\nint other(s x);\n"
               "int main() {\n  s x{3};\n  return other(x) - x.lenght;\n}\n"},
  {"other.cpp", "#include \"s.h\"\nint other(s x) {\n  return x.length;\n}\n"},
  {"s.h", "#pragma once\nstruct s {\n  int length;\n};\n"}};

/// A workspace, its snapshot, and the settings for workers on it.
class fixture {
public:
  explicit fixture(const std::map<std::string, std::string>& files
                   = cmake_project) {
    for (auto& [name, content] : files)
      cohort::tests::write_file(root() / name, content);
    settings.store = folder.path() / "state" / "store.git";
    settings.slots = folder.path() / "state" / "slots";
    std::filesystem::create_directories(settings.slots);
    tree = snapshot();
  }

  [[nodiscard]] std::filesystem::path root() const {
    return folder.path() / "workspace";
  }

  std::string snapshot() {
    auto store
      = cohort::tests::value_of(workspace::object_store::open(settings.store));
    return cohort::tests::value_of(store.take_snapshot(root(), {})).tree;
  }

  std::unique_ptr<unit_runner> make_runner(const std::string& worker) {
    return execution::make_slot_runner(worker, settings,
                                       cohort::tests::processes(), cache);
  }

  pb::Assignment assignment() {
    pb::Assignment result;
    auto& unit = *result.mutable_unit();
    unit.set_ticket(7);
    unit.set_task_id("t1");
    unit.set_workspace_root(root().string());
    unit.set_tree(tree);
    result.set_attempt(1);
    return result;
  }
  pb::Assignment prepare() {
    auto result = assignment();
    result.mutable_unit()->mutable_prepare();
    return result;
  }
  pb::Assignment check(const std::string& unit, const std::string& compiler) {
    auto result = assignment();
    result.mutable_unit()->mutable_check()->set_unit(unit);
    result.mutable_unit()->mutable_check()->set_compiler(compiler);
    return result;
  }
  pb::Assignment repair() {
    auto result = assignment();
    auto& subtask = *result.mutable_unit()->mutable_repair()->mutable_subtask();
    subtask.add_files("main.cpp");
    subtask.add_units("main.cpp");
    return result;
  }
  pb::Assignment command(std::vector<std::string> argv) {
    auto result = assignment();
    result.mutable_unit()->clear_tree();
    result.mutable_unit()->mutable_command()->mutable_argv()->Assign(
      argv.begin(), argv.end());
    return result;
  }
  [[nodiscard]] std::string text(const std::string& worker,
                                 const std::string& file) const {
    return cohort::tests::read_file(settings.slots / worker / "tree" / file);
  }

  cohort::tests::temp_folder folder;
  execution::slot_runner_settings settings;
  execution::shared_caches cache;
  std::string tree;
};

std::future<pb::AttemptResult> begin(unit_runner& runner,
                                     const pb::Assignment& what) {
  auto promise = std::make_shared<std::promise<pb::AttemptResult>>();
  auto future = promise->get_future();
  auto at_once = runner.start(what, [promise](pb::AttemptResult result) {
    promise->set_value(std::move(result));
  });
  if (at_once)
    promise->set_value(std::move(*at_once));
  return future;
}

pb::AttemptResult run(unit_runner& runner, const pb::Assignment& what) {
  return begin(runner, what).get();
}

errc code_of(const pb::AttemptResult& result) {
  return static_cast<errc>(result.error().code());
}

/// A cmake that says it was started, counts it, and then does what it is told.
std::string counting_cmake(const fixture& world, const std::string& then) {
  auto log = (world.folder.path() / "cmake.log").string();
  return cohort::tests::write_script(world.folder.path() / "bin" / "cmake",
                                     "echo run >> '" + log + "'\n" + then);
}

size_t cmake_runs(const fixture& world) {
  auto text = cohort::tests::read_file(world.folder.path() / "cmake.log");
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

TEST_CASE("a no-op is answered at once") {
  fixture world;
  auto runner = world.make_runner("w1");
  auto what = world.assignment();
  what.mutable_unit()->mutable_noop();
  auto result = runner->start(what, [](pb::AttemptResult) { FAIL("called"); });
  REQUIRE(result);
  CHECK_FALSE(result->has_error());
  CHECK(result->ticket() == 7);
}

TEST_CASE("a workspace is prepared, checked, repaired and tested") {
  fixture world;
  auto runner = world.make_runner("w1");
  auto prepared = run(*runner, world.prepare());
  REQUIRE_MESSAGE(!prepared.has_error(), prepared.error().message());
  CHECK(prepared.prepared().units_size() == 2);
  CHECK(prepared.prepared().compilers_size() == 2);
  CHECK(prepared.prepared().has_tests());
  CHECK(prepared.metrics().processes() > 0);

  auto checked = run(*runner, world.check("main.cpp", "gcc"));
  REQUIRE_MESSAGE(!checked.has_error(), checked.error().message());
  CHECK_FALSE(checked.unit_report().ok());
  CHECK(checked.unit_report().failure() == "");
  CHECK(checked.metrics().checks() == 1);
  CHECK(checked.metrics().wall_seconds() > 0);

  auto repaired = run(*runner, world.repair());
  REQUIRE_MESSAGE(!repaired.has_error(), repaired.error().message());
  CHECK(repaired.patch().base_tree() == world.tree);
  REQUIRE(repaired.patch().files_size() == 1);
  CHECK(repaired.patch().files(0) == "main.cpp");
  CHECK(repaired.metrics().fixes_kept() == 1);

  auto tests_of = world.assignment();
  tests_of.mutable_unit()->set_tree(repaired.patch().result_tree());
  tests_of.mutable_unit()->mutable_tests();
  auto tested = run(*runner, tests_of);
  REQUIRE_MESSAGE(!tested.has_error(), tested.error().message());
  CHECK(tested.tests().failure() == "");
  REQUIRE(tested.tests().cases_size() == 1);
  CHECK(tested.tests().cases(0).passed());

  // The broken tree fails to build, which is a finding, no error.
  tests_of.mutable_unit()->set_tree(world.tree);
  tested = run(*runner, tests_of);
  CHECK_FALSE(tested.has_error());
  CHECK(tested.tests().failure() != "");

  CHECK_FALSE(run(*runner, world.check("other.cpp", "clang")).has_error());
  CHECK(cohort::tests::read_file(world.root() / "main.cpp")
        == cmake_project.at("main.cpp"));
}

TEST_CASE("a tree that was tested is not built again, whoever tests it") {
  auto files = cmake_project;
  files["main.cpp"] = "int main() {\n  return 0;\n}\n";
  fixture world{files};
  auto test_by = [&](const std::string& worker, const std::string& tree) {
    auto what = world.assignment();
    what.mutable_unit()->set_tree(tree);
    what.mutable_unit()->mutable_tests();
    auto result = run(*world.make_runner(worker), what);
    REQUIRE_MESSAGE(!result.has_error(), result.error().message());
    CHECK(result.tests().failure() == "");
    CHECK(result.tests().cases_size() == 1);
  };
  auto built = [&] {
    std::map<std::string, std::filesystem::file_time_type> times;
    for (auto& entry : std::filesystem::recursive_directory_iterator{
           world.settings.slots / ".." / "tests"})
      if (entry.path().extension() == ".o")
        times[entry.path().filename()] = entry.last_write_time();
    return times;
  };
  test_by("w1", world.tree);
  auto first = built();
  REQUIRE(first.count("main.cpp.o") == 1);
  test_by("w2", world.tree);
  CHECK(built() == first);

  cohort::tests::write_file(world.root() / "main.cpp",
                            "int main() {\n  return 0 * 1;\n}\n");
  test_by("w2", world.snapshot());
  auto second = built();
  CHECK(second["main.cpp.o"] != first["main.cpp.o"]);
  second["main.cpp.o"] = first["main.cpp.o"];
  CHECK(second == first); // The other unit's object is the one from before.
}

TEST_CASE("coverage is measured in a folder of its own") {
  auto files = cmake_project;
  files["main.cpp"] = "#include \"s.h\"\nint other(s x);\n"
                      "int main(int n, char**) {\n  if (n > 1)\n"
                      "    return other(s{n});\n  return 0;\n}\n";
  fixture world{files};
  auto runner = world.make_runner("w1");
  auto tests = world.assignment();
  tests.mutable_unit()->mutable_tests();
  CHECK_FALSE(run(*runner, tests).has_error());
  auto what = world.assignment();
  auto& changed = *what.mutable_unit()->mutable_coverage()->add_changed();
  changed.set_file("main.cpp");
  auto& range = *changed.add_lines();
  range.set_first(4);
  range.set_last(6);
  auto result = run(*runner, what);
  REQUIRE_MESSAGE(!result.has_error(), result.error().message());
  auto& report = result.coverage();
  CHECK(report.failure() == "");
  CHECK(report.available());
  REQUIRE(report.files_size() == 2);
  CHECK(report.files(0).file() == "main.cpp");
  REQUIRE(report.files(0).changed_missed_size() == 1);
  CHECK(report.files(0).changed_missed(0) == 5);
  CHECK(report.files(0).changed_hit_size() == 2);
  CHECK(report.files(1).hit() == 0);
  auto folders = std::filesystem::directory_iterator{world.settings.slots / ".."
                                                     / "tests"};
  CHECK(std::distance(begin(folders), end(folders)) == 2);
}

TEST_CASE("where there are no tests to run, no coverage is available") {
  auto files = cmake_project;
  files["CMakeLists.txt"]
    = "cmake_minimum_required(VERSION 3.10)\nproject(p CXX)\n"
      "add_library(p other.cpp)\n";
  fixture world{files};
  auto runner = world.make_runner("w1");
  auto what = world.assignment();
  what.mutable_unit()->mutable_coverage();
  auto result = run(*runner, what);
  CHECK_FALSE(result.has_error());
  CHECK(result.has_coverage());
  CHECK_FALSE(result.coverage().available());
  // A build of the user's own is only read.
  what.mutable_unit()->mutable_toolchain()->set_compile_commands_dir("b");
  result = run(*runner, what);
  CHECK_FALSE(result.has_error());
  CHECK_FALSE(result.coverage().available());
}

TEST_CASE("a project that cannot be configured is a failure of its coverage") {
  auto files = cmake_project;
  files["CMakeLists.txt"] = "nonsense(\n";
  fixture world{files};
  auto what = world.assignment();
  what.mutable_unit()->mutable_coverage();
  auto result = run(*world.make_runner("w1"), what);
  CHECK_FALSE(result.has_error());
  CHECK(result.coverage().available());
  CHECK(result.coverage().failure().find("cmake") != std::string::npos);
}

TEST_CASE("mutants are planned, and tried in the tree of the plan") {
  fixture world{
    {{"CMakeLists.txt", "cmake_minimum_required(VERSION 3.10)\nproject(p C)\n"
                        "enable_testing()\nadd_executable(p p.c test_p.c)\n"
                        "add_test(NAME p COMMAND p)\n"},
     {"p.c", "int p(int n) { return n - 3; }\n"},
     {"test_p.c", "int p(int n);\n"
                  "int main(void) { return p(3); }\n"}}};
  auto runner = world.make_runner("w1");
  auto what = world.assignment();
  what.mutable_unit()->mutable_plan_mutants();
  auto planned = run(*runner, what);
  REQUIRE_MESSAGE(!planned.has_error(), planned.error().message());
  auto& plan = planned.mutation_plan();
  CHECK(plan.failure() == "");
  REQUIRE(plan.mutants_size() == 3);
  CHECK(planned.patch().base_tree() == world.tree);
  CHECK(planned.patch().result_tree() == plan.tree());

  what = world.assignment();
  what.mutable_unit()->set_tree(plan.tree());
  for (auto& mutant : plan.mutants()) {
    auto& trial = *what.mutable_unit()->mutable_mutants()->add_trials();
    *trial.mutable_mutant() = mutant;
    trial.add_tests("p");
  }
  auto tried = run(*runner, what);
  REQUIRE_MESSAGE(!tried.has_error(), tried.error().message());
  REQUIRE(tried.mutants().verdicts_size() == 3);
  // Of n - 3 as 0 nobody can tell; n + 3 and n - 4 are seen.
  CHECK(tried.mutants().verdicts(0).outcome() == pb::MUTANT_OUTCOME_SURVIVED);
  CHECK(tried.mutants().verdicts(1).outcome() == pb::MUTANT_OUTCOME_KILLED);
  CHECK(tried.mutants().verdicts(2).outcome() == pb::MUTANT_OUTCOME_KILLED);
  CHECK(tried.metrics().processes() > 3);
}

TEST_CASE("a repair that changes nothing gives no patch") {
  auto files = cmake_project;
  files["main.cpp"] = "int f(int);\nint main() {\n  return f();\n}\n";
  fixture world{files};
  auto runner = world.make_runner("w1");
  auto result = run(*runner, world.repair());
  REQUIRE_MESSAGE(!result.has_error(), result.error().message());
  CHECK_FALSE(result.has_patch());
  CHECK(result.repair().left_size() == 1);
}

TEST_CASE("workers that come together configure once") {
  fixture world;
  world.settings.toolchain.cmake = counting_cmake(world, "exec cmake \"$@\"\n");
  std::vector<std::unique_ptr<unit_runner>> runners;
  std::vector<std::future<pb::AttemptResult>> results;
  for (auto i = 0; i < 4; ++i) {
    runners.push_back(world.make_runner("w" + std::to_string(i)));
    results.push_back(begin(*runners.back(), world.prepare()));
  }
  for (auto& result : results) {
    auto answer = result.get();
    CHECK_MESSAGE(!answer.has_error(), answer.error().message());
  }
  CHECK(cmake_runs(world) == 1);
  // Another tree with the same build files needs no configuration either.
  cohort::tests::write_file(world.root() / "s.h",
                            "#pragma once\nstruct s { int length; };\n");
  world.tree = world.snapshot();
  CHECK_FALSE(run(*runners[0], world.check("other.cpp", "gcc")).has_error());
  CHECK(cmake_runs(world) == 1);
  cohort::tests::write_file(world.root() / "CMakeLists.txt",
                            cmake_project.at("CMakeLists.txt") + "# changed\n");
  world.tree = world.snapshot();
  CHECK_FALSE(run(*runners[0], world.prepare()).has_error());
  CHECK(cmake_runs(world) == 2);
}

TEST_CASE("of configured folders those that were used last stay") {
  const std::map<std::string, std::string> files{
    {"main.cpp", "int main() {}\n"}};
  fixture world{files};
  cohort::tests::write_file(
    world.root() / "compile_commands.json",
    "[{\"directory\": \"" + world.root().string()
      + "\", \"file\": \"main.cpp\", \"command\": \"c++ -c main.cpp\"}]");
  world.tree = world.snapshot();
  auto projects = world.settings.slots.parent_path() / "projects";
  auto count_folders = [&] {
    auto all = std::filesystem::directory_iterator{projects};
    return std::distance(begin(all), end(all));
  };
  for (auto i = 0; i < 20; ++i) // Of an earlier process.
    std::filesystem::create_directories(projects / std::to_string(i) / "tree");
  auto runner = world.make_runner("w1");
  auto prepare = [&](int variant) {
    auto what = world.prepare();
    what.mutable_unit()->mutable_toolchain()->add_configure_args(
      "-DN=" + std::to_string(variant));
    auto result = run(*runner, what);
    INFO(result.error().message());
    CHECK(!result.has_error());
  };
  prepare(0);
  CHECK(count_folders() == 16);
  for (auto i = 1; i < 20; ++i)
    prepare(i);
  CHECK(count_folders() == 16);
  prepare(0); // It went, and is made again.
  CHECK(count_folders() == 16);
}

TEST_CASE("a configuration that failed is tried again") {
  fixture world;
  auto marker = (world.folder.path() / "works").string();
  world.settings.toolchain.cmake
    = counting_cmake(world, "test -e '" + marker
                              + "' || { echo no luck >&2; exit 1; }\n"
                                "exec cmake \"$@\"\n");
  auto runner = world.make_runner("w1");
  auto failed = run(*runner, world.prepare());
  CHECK(code_of(failed) == errc::no_toolchain);
  CHECK_FALSE(failed.error().recoverable());
  CHECK(failed.error().message().find("no luck") != std::string::npos);
  cohort::tests::write_file(marker, "");
  CHECK_FALSE(run(*runner, world.prepare()).has_error());
}

TEST_CASE("who waits for a configuration that is cancelled does it himself") {
  fixture world;
  auto started = world.folder.path() / "started";
  world.settings.toolchain.cmake
    = counting_cmake(world, "test -e '" + started.string()
                              + "' && exec cmake \"$@\"\n"
                                "touch '"
                              + started.string() + "'\nexec sleep 60\n");
  auto first = world.make_runner("w1");
  auto second = world.make_runner("w2");
  auto stopped = begin(*first, world.prepare());
  while (!std::filesystem::exists(started))
    std::this_thread::yield();
  auto waiting = begin(*second, world.prepare());
  first->cancel();
  CHECK(code_of(stopped.get()) == errc::cancelled);
  auto answer = waiting.get();
  CHECK_MESSAGE(!answer.has_error(), answer.error().message());
}

TEST_CASE("a cancelled repair leaves a clean slot, and the next unit works") {
  fixture world;
  auto runner = world.make_runner("w1");
  CHECK_FALSE(run(*runner, world.prepare()).has_error());
  runner.reset();
  auto mark = world.folder.path() / "reached";
  world.settings.toolchain.clang = cohort::tests::write_script(
    world.folder.path() / "bin" / "clang++",
    "case \"$*\" in *--version*) exec clang++ \"$@\";; esac\n"
    "if grep -q lenght '"
      + (world.settings.slots / "w1/tree/main.cpp").string()
      + "'; then exec clang++ \"$@\"; fi\ntouch '" + mark.string()
      + "'\nexec sleep 60\n");
  runner = world.make_runner("w1");
  auto running = begin(*runner, world.repair());
  while (!std::filesystem::exists(mark))
    std::this_thread::yield();
  runner->cancel();
  auto result = running.get();
  CHECK(code_of(result) == errc::cancelled);
  CHECK_FALSE(result.has_patch());
  CHECK(world.text("w1", "main.cpp") == cmake_project.at("main.cpp"));
  CHECK_FALSE(run(*runner, world.check("main.cpp", "gcc")).has_error());
}

TEST_CASE("a runner that is destroyed ends what it does first") {
  fixture world;
  auto runner = world.make_runner("w1");
  auto begun = std::chrono::steady_clock::now();
  auto sleeping = begin(*runner, world.command({"sleep", "60"}));
  runner.reset();
  CHECK(code_of(sleeping.get()) == errc::cancelled);
  runner = world.make_runner("w1");
  auto preparing = begin(*runner, world.prepare());
  runner.reset();
  preparing.get();
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{30});
}

TEST_CASE("commands: output, exit code, and failures by kind") {
  fixture world;
  auto runner = world.make_runner("w1");
  auto result = run(*runner,
                    world.command({"sh", "-c", "echo a; echo b >&2; exit 3"}));
  CHECK_FALSE(result.has_error());
  CHECK(result.output().exit_code() == 3);
  CHECK(result.output().standard_output() == "a\n");
  CHECK(result.output().standard_error() == "b\n");
  CHECK(result.metrics().processes() == 1);
  CHECK(code_of(run(*runner, world.command({"/no/such/program"})))
        == errc::tool_failed);
  CHECK(code_of(run(*runner, world.command({"sh", "-c", "kill -SEGV $$"})))
        == errc::crashed);
  CHECK(code_of(run(*runner, world.command({}))) == errc::invalid_request);
  auto slow = world.command({"sleep", "60"});
  slow.mutable_unit()->mutable_command()->mutable_deadline()->set_nanos(
    200'000'000);
  CHECK(code_of(run(*runner, slow)) == errc::timed_out);
  auto bytes = run(*runner, world.command({"printf", "\\377a"}));
  CHECK(bytes.output().standard_output() == "?a");
  pb::AttemptResult copy;
  CHECK(copy.ParseFromString(bytes.SerializeAsString()));
}

TEST_CASE("nonsense is answered with an error, and the runner goes on") {
  fixture world;
  auto runner = world.make_runner("../../w/1");
  CHECK(code_of(run(*runner, world.assignment())) == errc::invalid_message);
  auto no_tree = world.prepare();
  no_tree.mutable_unit()->clear_tree();
  CHECK(code_of(run(*runner, no_tree)) == errc::invalid_request);
  auto wrong_tree = world.prepare();
  wrong_tree.mutable_unit()->set_tree(std::string(40, 'a'));
  CHECK(run(*runner, wrong_tree).has_error());
  wrong_tree.mutable_unit()->set_tree("no tree at all");
  CHECK(run(*runner, wrong_tree).has_error());
  CHECK(code_of(run(*runner, world.check("none.cpp", "gcc")))
        == errc::not_found);
  CHECK(run(*runner, world.check("main.cpp", "tcc")).has_error());
  CHECK_FALSE(run(*runner, world.check("main.cpp", "gcc")).has_error());
  CHECK(std::distance(std::filesystem::directory_iterator{world.settings.slots},
                      std::filesystem::directory_iterator{})
        == 1);
}

TEST_CASE("a compile_commands.json of the user's is read in place") {
  auto files = cmake_project;
  files.erase("CMakeLists.txt");
  fixture world{files};
  auto build = world.root() / "out";
  cohort::tests::write_file(build / "compile_commands.json",
                            "[{\"directory\": \"" + build.string()
                              + "\", \"file\": \""
                              + (world.root() / "main.cpp").string()
                              + "\", \"arguments\": [\"g++\", \"-c\", \""
                              + (world.root() / "main.cpp").string() + "\"]}]");
  auto runner = world.make_runner("w1");
  auto with_folder = [&](pb::Assignment what) {
    what.mutable_unit()->mutable_toolchain()->set_compile_commands_dir(
      build.string());
    return what;
  };
  auto prepared = run(*runner, with_folder(world.prepare()));
  REQUIRE_MESSAGE(!prepared.has_error(), prepared.error().message());
  CHECK(prepared.prepared().units_size() == 1);
  CHECK_FALSE(prepared.prepared().has_tests());
  auto repaired = run(*runner, with_folder(world.repair()));
  REQUIRE_MESSAGE(!repaired.has_error(), repaired.error().message());
  CHECK(repaired.patch().files_size() == 1);
  auto testing = with_folder(world.assignment());
  testing.mutable_unit()->mutable_tests();
  auto tested = run(*runner, testing);
  CHECK_FALSE(tested.has_error());
  CHECK_FALSE(tested.tests().available());
}

namespace {

/// A workspace without any build, and a tool that judges its files.
fixture words_project() {
  return fixture{{{"a.txt", "fine\n"}, {"b.txt", "bad\n"}, {"c.md", "bad\n"}}};
}

void add_tool(pb::Assignment& what) {
  auto& tool = *what.mutable_unit()->mutable_toolchain()->add_file_tools();
  tool.set_name("words");
  tool.add_files("*.txt");
  for (auto* word : {"sh", "-c",
                     "grep -n bad \"$1\" | sed s/^/$1:/; ! grep -q "
                     "bad \"$1\"",
                     "sh", "{file}"})
    tool.add_check(word);
  for (auto* word : {"grep", "-q", "fine", "a.txt"})
    tool.add_tests(word);
}

} // namespace

TEST_CASE("a workspace without a build can have files that tools judge") {
  auto world = words_project();
  auto runner = world.make_runner("w");
  auto prepare = world.prepare();
  auto refused = run(*runner, prepare);
  CHECK(code_of(refused) == errc::no_toolchain);
  CHECK(refused.error().message().find("languages: {python")
        != std::string::npos);
  add_tool(prepare);
  auto result = run(*runner, prepare);
  REQUIRE(result.error().message() == "");
  CHECK(result.prepared().units().empty());
  CHECK(result.prepared().compilers().empty());
  CHECK(result.prepared().has_tests());
  REQUIRE(result.prepared().tools_size() == 1);
  CHECK(result.prepared().tools(0).ShortDebugString()
        == "tool: \"words\" units: \"a.txt\" units: \"b.txt\"");
}

TEST_CASE("a tool's check is like a compiler's, the cache included") {
  auto world = words_project();
  std::string why;
  world.cache.checks
    = execution::open_check_cache(world.folder.path() / "checks.db", {}, why);
  REQUIRE(world.cache.checks);
  auto runner = world.make_runner("w");
  for (uint32_t hits : {0, 1}) {
    auto fine = world.check("a.txt", "words");
    auto bad = world.check("b.txt", "words");
    add_tool(fine);
    add_tool(bad);
    auto good = run(*runner, fine);
    REQUIRE(good.error().message() == "");
    CHECK(good.unit_report().ok());
    CHECK(good.metrics().cache_hits() == hits);
    auto result = run(*runner, bad);
    CHECK_FALSE(result.unit_report().ok());
    REQUIRE(result.unit_report().diagnostics_size() == 1);
    auto& error = result.unit_report().diagnostics(0);
    CHECK(error.location().file() == "b.txt");
    CHECK(error.location().line() == 1);
    CHECK(error.message() == "bad");
    CHECK(result.metrics().cache_hits() == hits);
  }
}

TEST_CASE("a tool tests the project, as one case of its name") {
  auto world = words_project();
  auto runner = world.make_runner("w");
  auto tests = world.assignment();
  tests.mutable_unit()->mutable_tests()->set_runs(2);
  add_tool(tests);
  auto result = run(*runner, tests);
  REQUIRE(result.error().message() == "");
  CHECK(result.tests().ShortDebugString()
        == "available: true cases { name: \"words\" passed: true runs: 2 }");
  auto& tool
    = *tests.mutable_unit()->mutable_toolchain()->mutable_file_tools(0);
  tool.set_tests(3, "b.txt");
  result = run(*runner, tests);
  CHECK(result.tests().ShortDebugString()
        == "available: true cases { name: \"words\" runs: 2 failures: 2 }");
}

} // namespace cohort::tests::slot_runner_test
