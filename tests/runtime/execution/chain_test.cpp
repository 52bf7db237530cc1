#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "runtime/execution/slot_runner.hpp"
#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::chain_test {

using namespace cohort::runtime;
using cohort::tests::read_file;
using cohort::tests::write_script;
namespace pb = cohort::messages::v1;
namespace fs = std::filesystem;

namespace {

/// A workspace of text files, of which each must say "Licence"; and a subtask
/// that is about some of them.
class licence_project {
public:
  explicit licence_project(std::map<std::string, std::string> files
                           = {{"a.txt", "one\n"},
                              {"b.txt", "two\n"},
                              {"dir/c.md", "three\n"}}) {
    for (auto& [name, content] : files)
      cohort::tests::write_file(root() / name, content);
    settings.store = folder.path() / "state" / "store.git";
    settings.slots = folder.path() / "state" / "slots";
    fs::create_directories(settings.slots);
    auto store = value_of(workspace::object_store::open(settings.store));
    tree = value_of(store.take_snapshot(root(), {})).tree;
    auto& unit = *what.mutable_unit();
    unit.set_task_id("t1");
    unit.set_workspace_root(root().string());
    unit.set_tree(tree);
    what.set_attempt(1);
    auto& tool = *unit.mutable_toolchain()->add_file_tools();
    tool.set_name("licence");
    tool.add_files("**/*.txt");
    for (auto* word : {"grep", "-q", "Licence", "{file}"})
      tool.add_check(word);
    unit.mutable_repair()->set_description("add the licence");
    auto& subtask = *unit.mutable_repair()->mutable_subtask();
    subtask.set_id("s1");
    subtask.set_title("the licence of a.txt");
    for (auto* name : {"a.txt"}) {
      subtask.add_files(name);
      subtask.add_units(name);
    }
  }

  [[nodiscard]] fs::path root() const {
    return folder.path() / "workspace";
  }
  [[nodiscard]] fs::path slot() const {
    return settings.slots / "w" / "tree";
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    return read_file(slot() / name);
  }

  pb::CommandExecutor& add_command(const std::string& name,
                                   const std::string& body) {
    auto& added = *what.mutable_unit()->mutable_repair()->add_executors();
    added.set_name(name);
    added.mutable_command()->add_argv(
      write_script(folder.path() / "bin" / name, body));
    return *added.mutable_command();
  }

  void add_native(const std::string& name, execution::native_executor who) {
    auto& added = *what.mutable_unit()->mutable_repair()->add_executors();
    added.set_name(name);
    added.mutable_native();
    auto known = *settings.natives;
    known[name] = std::move(who);
    settings.natives
      = std::make_shared<execution::native_executors>(std::move(known));
  }

  pb::AttemptResult run() {
    if (!runner)
      runner = execution::make_slot_runner("w", settings,
                                           cohort::tests::processes(), cache);
    std::promise<pb::AttemptResult> promise;
    auto future = promise.get_future();
    runner->start(what, [&](pb::AttemptResult result) {
      promise.set_value(std::move(result));
    });
    return future.get();
  }

  /// What the only executor did; the worktree is as it was.
  std::string outcome_of_nothing() {
    auto result = run();
    CHECK(result.error().message() == "");
    CHECK_FALSE(result.has_patch());
    REQUIRE(result.repair().executors_size() == 1);
    auto& did = result.repair().executors(0);
    CHECK_FALSE(did.helped());
    CHECK(did.files().empty());
    CHECK(names_in_slot()
          == std::vector<std::string>{"a.txt", "b.txt", "dir", "dir/c.md"});
    CHECK(text("a.txt") == "one\n");
    CHECK(text("b.txt") == "two\n");
    CHECK(text("dir/c.md") == "three\n");
    REQUIRE(result.repair().left_size() == 1);
    CHECK(result.repair().left(0).reason()
          == "no executor could: " + did.executor() + ": " + did.outcome());
    return did.outcome();
  }

  [[nodiscard]] std::vector<std::string> names_in_slot() const {
    std::vector<std::string> result;
    for (auto& entry : fs::recursive_directory_iterator{slot()})
      result.push_back(entry.path().lexically_relative(slot()).string());
    std::sort(result.begin(), result.end());
    return result;
  }

  temp_folder folder;
  execution::slot_runner_settings settings;
  execution::shared_caches cache;
  std::unique_ptr<execution::unit_runner> runner;
  std::string tree;
  pb::Assignment what;
};

constexpr auto mend = "echo Licence >> a.txt\n";

errc code_of(const pb::AttemptResult& result) {
  return static_cast<errc>(result.error().code());
}

} // namespace

TEST_CASE("what a program changes is kept where its subtask's check holds") {
  licence_project project;
  project.add_command("agent", std::string{mend}
                                 + "echo '{\"cost\": 0.25}'\n"
                                   "echo '{\"progress\": \"done\"}'\n");
  auto result = project.run();
  REQUIRE(result.error().message() == "");
  CHECK(project.text("a.txt") == "one\nLicence\n");
  CHECK(result.patch().files_size() == 1);
  CHECK(result.repair().left().empty());
  REQUIRE(result.repair().executors_size() == 1);
  auto& did = result.repair().executors(0);
  CHECK(did.executor() == "agent");
  CHECK(did.helped());
  CHECK(did.outcome() == "changed a.txt");
  CHECK(did.files(0) == "a.txt");
  CHECK(did.cost() == 0.25);
  CHECK(did.seconds() > 0);
  REQUIRE(result.repair().checked_size() == 1);
  CHECK(result.repair().checked(0).ok());
}

TEST_CASE("an executor in C++ is judged as a program is") {
  licence_project project;
  project.add_native("first", [](auto& given) {
    CHECK(given.description == "add the licence");
    CHECK(given.files == std::vector<std::string>{"a.txt"});
    CHECK(given.evidence.size() == 1);
    cohort::tests::write_file(given.workspace / "a.txt", "nothing better\n");
    cohort::tests::write_file(given.workspace / "b.txt", "not its own\n");
    return execution::native_report{"was lazy", 0.5};
  });
  project.add_native("second", [](auto& given) {
    CHECK(read_file(given.workspace / "a.txt") == "one\n");
    CHECK(read_file(given.workspace / "b.txt") == "two\n");
    cohort::tests::write_file(given.workspace / "a.txt", "one\nLicence\n");
    given.alive();
    return execution::native_report{"did it"};
  });
  auto result = project.run();
  REQUIRE(result.error().message() == "");
  REQUIRE(result.repair().executors_size() == 2);
  auto& first = result.repair().executors(0);
  CHECK_FALSE(first.helped());
  CHECK(first.cost() == 0.5);
  CHECK(first.outcome()
        == "what it changed was taken back: 1 finding of 1 is left; taken "
           "back, since it may not change them: b.txt (was lazy)");
  auto& second = result.repair().executors(1);
  CHECK(second.helped());
  CHECK(second.outcome() == "changed a.txt");
  CHECK(result.repair().left().empty());
  CHECK(result.repair().checked_size() == 1);
  CHECK(project.text("a.txt") == "one\nLicence\n");
}

TEST_CASE("an executor in C++ that fails leaves nothing behind") {
  auto spoil = [](auto& given) {
    cohort::tests::write_file(given.workspace / "a.txt", "half");
    cohort::tests::write_file(given.workspace / "new/x", "half");
  };
  licence_project throwing;
  throwing.add_native("own", [&](auto& given) -> execution::native_report {
    spoil(given);
    throw std::runtime_error{"no licence server"};
  });
  CHECK(throwing.outcome_of_nothing() == "it failed: no licence server");
  licence_project odd;
  odd.add_native("own", [&](auto& given) -> execution::native_report {
    spoil(given);
    throw 7;
  });
  CHECK(odd.outcome_of_nothing() == "it failed: it threw something");
  licence_project foreign;
  foreign.add_native("own", [&](auto& given) -> execution::native_report {
    spoil(given);
    throw std::runtime_error{"caf\xe9\nis closed"};
  });
  CHECK(foreign.outcome_of_nothing() == "it failed: caf? / is closed");
  licence_project dear;
  dear.add_native("own", [](auto&) {
    return execution::native_report{"\xff", std::nan("")};
  });
  CHECK(dear.outcome_of_nothing() == "it changed nothing (?)");
  licence_project failing;
  failing.add_native("own", [&](auto& given) {
    spoil(given);
    return expected<execution::native_report>{
      error{errc::not_found, "no licence"}};
  });
  CHECK(failing.outcome_of_nothing() == "it failed: no licence");
}

TEST_CASE("an executor in C++ ends with its attempt") {
  licence_project project;
  project.add_native("own", [&](auto& given) {
    cohort::tests::write_file(given.workspace / "a.txt", "half");
    project.runner->cancel();
    while (!given.stop.stop_requested())
      std::this_thread::yield();
    return expected<execution::native_report>{error{errc::cancelled, "stop"}};
  });
  auto result = project.run();
  CHECK(code_of(result) == errc::cancelled);
  project.what.mutable_unit()->mutable_repair()->clear_executors();
  project.add_command("next", "cat a.txt >&2\nexit 1\n");
  CHECK(project.outcome_of_nothing() == "it failed (exit code 1): one");
}

TEST_CASE("an executor in C++ that this process does not have is passed over") {
  licence_project project;
  project.add_native("own", [](auto&) { return execution::native_report{}; });
  project.settings.natives = std::make_shared<execution::native_executors>();
  project.add_command("next", mend);
  auto result = project.run();
  REQUIRE(result.repair().executors_size() == 1);
  CHECK(result.repair().executors(0).helped());
}

TEST_CASE("who comes later works only on what is left") {
  licence_project project;
  project.add_command("first", "exit 3\n");
  project.add_command("second", mend);
  project.add_command("third", "echo third >> a.txt\n");
  auto result = project.run();
  CHECK(project.text("a.txt") == "one\nLicence\n");
  REQUIRE(result.repair().executors_size() == 2);
  CHECK(result.repair().executors(0).outcome() == "it failed (exit code 3)");
  CHECK(result.repair().executors(1).helped());
  CHECK(result.repair().left().empty());
}

TEST_CASE("where nobody can, it is said what each did") {
  licence_project project;
  project.add_command("first", "echo 'no model' >&2\nexit 3\n");
  project.add_command("second", "true\n");
  auto result = project.run();
  CHECK(result.error().message() == "");
  CHECK_FALSE(result.has_patch());
  REQUIRE(result.repair().left_size() == 1);
  auto& left = result.repair().left(0);
  CHECK(left.reason()
        == "no executor could: first: it failed (exit code 3): no model; "
           "second: it changed nothing");
  CHECK(left.diagnostic().location().file() == "a.txt");
  CHECK(left.diagnostic().tool() == "licence");
}

TEST_CASE("what a tool cannot judge is left, though another accepts it") {
  licence_project project;
  auto& speller
    = *project.what.mutable_unit()->mutable_toolchain()->add_file_tools();
  speller.set_name("speller");
  speller.add_files("**/*.txt");
  speller.add_check("/no/such/speller");
  project.add_command("first", mend);
  auto result = project.run();
  CHECK(project.text("a.txt") == "one\nLicence\n");
  REQUIRE(result.repair().left_size() == 1);
  auto& left = result.repair().left(0);
  CHECK(left.reason() == "speller gives no verdict on a.txt");
  CHECK(left.diagnostic().location().file() == "a.txt");
  CHECK(left.diagnostic().message().find("/no/such/speller")
        != std::string::npos);
}

TEST_CASE("fixit has nothing to say of files that compilers do not judge") {
  licence_project project;
  project.what.mutable_unit()
    ->mutable_repair()
    ->add_executors()
    ->mutable_fixit();
  auto result = project.run();
  CHECK(result.repair().executors().empty());
  REQUIRE(result.repair().left_size() == 1);
  CHECK(result.repair().left(0).reason()
        == "no executor could: none of them works on files like these");
}

TEST_CASE("what a program changes beside its files is taken back, and told") {
  licence_project project;
  project.add_command(
    "agent",
    std::string{mend}
      + "echo no > b.txt\necho new > new.txt\nmkdir -p .git/hooks x/y\n"
        "echo evil > .git/hooks/pre-commit\nrm dir/c.md\nrmdir dir\n"
        "ln -s / root\nmkfifo pipe\n");
  auto result = project.run();
  REQUIRE(result.error().message() == "");
  CHECK(project.names_in_slot()
        == std::vector<std::string>{"a.txt", "b.txt", "dir", "dir/c.md"});
  CHECK(project.text("a.txt") == "one\nLicence\n");
  CHECK(project.text("b.txt") == "two\n");
  CHECK(project.text("dir/c.md") == "three\n");
  CHECK(result.patch().files_size() == 1);
  CHECK(result.repair().executors(0).outcome()
        == "changed a.txt; taken back, since it may not change them: "
           ".git/hooks/pre-commit, b.txt, dir/c.md, new.txt, pipe and 1 more");
}

TEST_CASE("a file that became a link, a huge one or none is taken back") {
  for (auto* body :
       {"ln -sf /etc/hostname a.txt\n", "rm a.txt\n",
        "rm a.txt; mkdir a.txt; echo Licence > a.txt/x\n",
        "echo Licence > a.txt; head -c 3000 /dev/zero >> a.txt\n"}) {
    CAPTURE(body);
    licence_project project;
    project.settings.file_bytes_max = 2000;
    project.add_command("agent", body);
    auto outcome = project.outcome_of_nothing();
    CHECK(outcome.starts_with(
      "it changed nothing; taken back, since it may not change them: a.txt"));
  }
}

TEST_CASE("a folder that nobody may enter is taken back as well") {
  licence_project project;
  project.add_command("agent", "mkdir closed\necho x > closed/x\n"
                               "chmod 0 closed\n");
  project.outcome_of_nothing();
}

TEST_CASE("files outside of the task's scope are nobody's") {
  licence_project project;
  project.what.mutable_unit()->mutable_repair()->mutable_scope()->add_exclude(
    "a.txt");
  project.add_command("agent", mend);
  CHECK(project.outcome_of_nothing() == "there is no file that it may change");
}

TEST_CASE("what leaves as much to do, or more, is taken back") {
  licence_project project;
  auto& unit = *project.what.mutable_unit();
  auto& more = *unit.mutable_toolchain()->add_file_tools();
  more.set_name("short");
  more.add_files("a.txt");
  for (auto* word :
       {"sh", "-c", "test $(wc -l < \"$1\") -lt 3", "sh", "{file}"})
    more.add_check(word);
  SUBCASE("nothing is better") {
    project.add_command("agent", "echo Lizenz >> a.txt\n");
    CHECK(project.outcome_of_nothing()
          == "what it changed was taken back: 1 finding of 1 is left");
  }
  SUBCASE("something else is worse") {
    project.add_command("agent", std::string{mend} + mend);
    CHECK(project.outcome_of_nothing()
          == "what it changed was taken back: short refuses a.txt, which it "
             "accepted");
  }
}

TEST_CASE("a part of the work is kept, and the next one does the rest") {
  licence_project project;
  auto& unit = *project.what.mutable_unit();
  auto& more = *unit.mutable_toolchain()->add_file_tools();
  more.set_name("author");
  more.add_files("a.txt");
  for (auto* word : {"grep", "-q", "Author", "{file}"})
    more.add_check(word);
  project.add_command("first", mend);
  project.add_command("second", "cp \"$COHORT_ASSIGNMENT\" "
                                  + (project.folder.path() / "told").string()
                                  + "\necho Author >> a.txt\n");
  auto result = project.run();
  CHECK(project.text("a.txt") == "one\nLicence\nAuthor\n");
  CHECK(result.repair().left().empty());
  CHECK(result.repair().executors_size() == 2);
  CHECK(result.repair().checked_size() == 2);
  auto told = nlohmann::json::parse(read_file(project.folder.path() / "told"));
  REQUIRE(told["evidence"].size() == 1);
  CHECK(told["evidence"][0]["tool"] == "author");
}

TEST_CASE("exit status 75 asks for another worker, and leaves nothing behind") {
  licence_project project;
  project.add_command("agent", std::string{mend}
                                 + "echo 'quota is used up' >&2\nexit 75\n");
  auto result = project.run();
  CHECK(code_of(result) == errc::busy);
  CHECK(result.error().recoverable());
  CHECK(result.error().message()
        == "agent wants another place (exit status 75): quota is used up");
  CHECK(project.text("a.txt") == "one\n");
}

TEST_CASE("a program that hangs ends at its deadline, and so does its tree") {
  licence_project project;
  auto& command = project.add_command(
    "agent", std::string{mend} + "(setsid sleep 1000 &)\nsleep 1000\n");
  command.mutable_deadline()->set_nanos(300'000'000);
  CHECK(project.outcome_of_nothing() == "it ran past its deadline");
}

TEST_CASE("a program that is not there is told by its name") {
  licence_project project;
  project.add_command("agent", "").set_argv(0, "no-such-agent");
  CHECK(project.outcome_of_nothing()
        == "it did not start: cannot start no-such-agent: no such program in "
           "PATH; install it or extend PATH");
}

TEST_CASE("a program sees what it needs of the environment, and no more") {
  setenv("LICENCE_KEY", "key", 1);
  setenv("OTHER_SECRET", "secret", 1);
  licence_project project;
  auto seen = (project.folder.path() / "seen").string();
  project.add_command("agent", "env > " + seen + "\n" + mend)
    .add_environment("LICENCE_KEY");
  project.run();
  auto text = read_file(seen);
  CHECK(text.find("LICENCE_KEY=key\n") != text.npos);
  CHECK(text.find("COHORT_ASSIGNMENT=/") != text.npos);
  CHECK(text.find("OTHER_SECRET") == text.npos);
  unsetenv("LICENCE_KEY");
  unsetenv("OTHER_SECRET");
}

TEST_CASE("the assignment stands on standard input, in a file, or in words") {
  licence_project project;
  auto seen = [&](const std::string& name) {
    return (project.folder.path() / name).string();
  };
  auto& command = project.add_command(
    "agent", "cat > " + seen("input") + "\ncp \"$1\" " + seen("file")
               + "\nprintf %s \"$2\" > " + seen("words") + "\necho \"$3\" > "
               + seen("rest") + "\n");
  command.add_argv("{assignment}");
  SUBCASE("as JSON") {
    project.outcome_of_nothing();
    auto told = nlohmann::json::parse(read_file(seen("input")));
    CHECK(read_file(seen("file")) == read_file(seen("input")));
    CHECK(told["workspace"] == project.slot().string());
    CHECK(told["files"] == nlohmann::json{"a.txt"});
    CHECK(told["task"]["description"] == "add the licence");
    CHECK(told["checks"][0]["command"]
          == nlohmann::json{"grep", "-q", "Licence", "a.txt"});
    CHECK(told["seconds_left"].is_null());
  }
  SUBCASE("in words") {
    command.add_argv("-p={prompt}");
    command.add_argv("{files}");
    project.outcome_of_nothing();
    CHECK(read_file(seen("input")).empty());
    auto words = read_file(seen("words"));
    CHECK(words.starts_with("-p=You work on one part of a larger task"));
    CHECK(words.find("- grep -q Licence a.txt\n") != words.npos);
    CHECK(read_file(seen("rest")) == "a.txt\n");
  }
  CHECK_FALSE(fs::exists(project.settings.slots / "w" / "assignment.json"));
}

TEST_CASE("fixit first, and then a program for what compilers cannot mend") {
  licence_project project{
    {{"CMakeLists.txt", "cmake_minimum_required(VERSION 3.10)\nproject(p CXX)\n"
                        "add_library(p m.cpp)\n"},
     {"m.cpp", "struct s { int length; };\nint f(s x) { return x.lenght; }\n"
               "int g() { return unknown_thing; }\n"}}};
  auto& unit = *project.what.mutable_unit();
  unit.mutable_toolchain()->clear_file_tools();
  auto& repair = *unit.mutable_repair();
  repair.mutable_subtask()->set_files(0, "m.cpp");
  repair.mutable_subtask()->set_units(0, "m.cpp");
  auto& fixit = *repair.add_executors();
  fixit.set_name("fixit");
  fixit.mutable_fixit();
  project.add_command("agent", "sed -i s/unknown_thing/7/ m.cpp\n");
  auto result = project.run();
  REQUIRE(result.error().message() == "");
  CHECK(project.text("m.cpp")
        == "struct s { int length; };\nint f(s x) { return x.length; }\n"
           "int g() { return 7; }\n");
  REQUIRE(result.repair().executors_size() == 2);
  CHECK(result.repair().executors(0).helped());
  CHECK(result.repair().executors(0).outcome().starts_with("kept 1 of "));
  CHECK(result.repair().executors(1).outcome() == "changed m.cpp");
  CHECK(result.repair().left().empty());
  for (auto& report : result.repair().checked())
    CHECK(report.ok());
}

TEST_CASE("a program that is stopped leaves nothing for the next unit") {
  licence_project project;
  project.add_command("hangs", "echo x >> a.txt; echo x >> b.txt\n"
                               "mkfifo pipe; echo x > new; exec sleep 1000\n");
  project.runner = execution::make_slot_runner(
    "w", project.settings, cohort::tests::processes(), project.cache);
  std::promise<pb::AttemptResult> promise;
  project.runner->start(project.what, [&](pb::AttemptResult result) {
    promise.set_value(std::move(result));
  });
  while (!fs::exists(project.slot() / "new"))
    std::this_thread::yield();
  project.runner->cancel();
  auto stopped = promise.get_future().get();
  CHECK(stopped.error().code() == static_cast<uint32_t>(errc::cancelled));
  project.what.mutable_unit()->mutable_repair()->clear_executors();
  project.add_command("idles", "exit 0\n");
  project.outcome_of_nothing();
}

TEST_CASE("what one made is kept when the next wants another place") {
  licence_project project;
  auto& repair = *project.what.mutable_unit()->mutable_repair();
  repair.mutable_subtask()->add_files("b.txt");
  repair.mutable_subtask()->add_units("b.txt");
  project.add_command("mends-one", "echo Licence >> a.txt\n");
  project.add_command("is-busy",
                      "echo '{\"cost\": 0.5}'; echo no quota >&2; exit 75\n");
  auto result = project.run();
  CHECK(result.error().message() == "");
  CHECK(result.has_patch());
  CHECK(project.text("a.txt") == "one\nLicence\n");
  REQUIRE(result.repair().executors_size() == 2);
  CHECK(result.repair().executors(1).outcome()
        == "is-busy wants another place (exit status 75): no quota");
  CHECK(result.repair().executors(1).cost() == 0.5);
  REQUIRE(result.repair().left_size() == 1);
  CHECK(result.repair().left(0).diagnostic().location().file() == "b.txt");
}

TEST_CASE("who is busy is passed over while others can be asked") {
  licence_project project;
  project.add_command("is-busy", "exit 75\n");
  project.add_command("mends", "echo Licence >> a.txt\n");
  auto result = project.run();
  CHECK(result.error().message() == "");
  CHECK(result.has_patch());
}

} // namespace cohort::tests::chain_test
