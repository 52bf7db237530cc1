#include "runtime/process/sandbox.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/process/confined_runner.hpp"
#include "runtime/process/sandbox_runner.hpp"
#include "tests/support/fake_processes.hpp"

namespace cohort::tests::sandbox_test {

using namespace cohort::runtime::process;
using words = std::vector<std::string>;

namespace {

const view_map host{
  {"/tmp", view::scratch},          {"/home/u", view::scratch},
  {"/home/u/work", view::readable}, {"/home/u/work/state", view::hidden_folder},
  {"/run", view::hidden_folder},    {"/etc/shadow", view::hidden_file}};

command confined(words argv, confinement to = {}) {
  command result;
  result.argv = std::move(argv);
  result.confined = std::move(to);
  return result;
}

/// The mounts behind those that every sandbox has: "bind /a", ...
words mounts(const command& what) {
  auto all = sandbox_arguments(what, host);
  auto next = std::find(all.begin(), all.end(), "/proc/sys") + 2;
  words result;
  for (; *next != "--unsetenv"; ++next)
    if (next->starts_with("--") && *next != "--size")
      result.push_back(next->substr(2) + ' ' + *(next + 1)
                       + (*next == "--ro-bind" ? " on " + *(next + 2) : ""));
  return result;
}

outcome ended(int code, std::string out = {}, std::string err = {}) {
  return outcome_in_sandbox(
    fake_processes::exits(code, std::move(out), std::move(err)), "cc1");
}

} // namespace

TEST_CASE("a confined program sees the system, and of the rest what is said") {
  auto what = confined({"g++", "-c", "--help.cpp"});
  what.working_directory = "/slot";
  auto all = sandbox_arguments(what, {});
  CHECK(all
        == words{"bwrap",
                 "--unshare-all",
                 "--die-with-parent",
                 "--cap-drop",
                 "ALL",
                 "--ro-bind",
                 "/",
                 "/",
                 "--dev",
                 "/dev",
                 "--proc",
                 "/proc",
                 "--ro-bind",
                 "/proc/sys",
                 "/proc/sys",
                 "--unsetenv",
                 "TMPDIR",
                 "--chdir",
                 "/slot",
                 "--",
                 "g++",
                 "-c",
                 "--help.cpp"});
  CHECK(mounts(what)
        == words{"ro-bind /dev/null on /etc/shadow", "tmpfs /home/u",
                 "ro-bind-try /home/u/work", "tmpfs /home/u/work/state",
                 "tmpfs /run", "tmpfs /tmp"});
}

TEST_CASE("a program without a folder of its own runs in the root") {
  auto all = sandbox_arguments(confined({"true"}), {});
  CHECK(*(std::find(all.begin(), all.end(), "--chdir") + 1) == "/");
}

TEST_CASE("the network is there when it is asked for") {
  auto has_network = [](bool wanted) {
    auto all = sandbox_arguments(confined({"true"}, {{}, {}, wanted}), {});
    return std::count(all.begin(), all.end(), "--share-net") == 1;
  };
  CHECK(has_network(true));
  CHECK_FALSE(has_network(false));
}

TEST_CASE("of two rules the one for the deeper folder holds") {
  auto seen = mounts(confined({"true"}, {{"/home/u/work/state/slots/w1"},
                                         {"/home/u/work/state/projects/p"},
                                         false}));
  CHECK(seen
        == words{"ro-bind /dev/null on /etc/shadow", "tmpfs /home/u",
                 "ro-bind-try /home/u/work", "tmpfs /home/u/work/state",
                 "ro-bind-try /home/u/work/state/projects/p",
                 "bind /home/u/work/state/slots/w1", "tmpfs /run",
                 "tmpfs /tmp"});
}

TEST_CASE("what can be read anyway needs no rule") {
  auto as_ever = mounts(confined({"true"}));
  CHECK(mounts(confined({"true"}, {{}, {"/usr", "/home/u/work/x"}, false}))
        == as_ever);
  // Nor does a name that leads nowhere for sure.
  CHECK(mounts(confined({"true"}, {{}, {"", "work"}, false})) == as_ever);
}

TEST_CASE("to be readable takes nothing away from what can be written") {
  auto seen = mounts(confined({"/tmp/slot/build/test"},
                              {{"/tmp/slot"}, {"/tmp/slot/x"}, false}));
  CHECK(std::count(seen.begin(), seen.end(), "bind /tmp/slot") == 1);
  CHECK(seen.size() == mounts(confined({"true"})).size() + 1);
}

TEST_CASE("a workspace that holds a hidden folder does not uncover it") {
  for (auto* path : {"/tmp", "/home/u", "/home/u/work/state", "/"})
    CHECK(mounts(confined({"true"}, {{}, {path}, false}))
          == mounts(confined({"true"})));
}

TEST_CASE("a program that is named by its path can be read") {
  auto seen = mounts(confined({"/tmp/tools/g++"}));
  CHECK(seen.back() == "ro-bind-try /tmp/tools");
}

TEST_CASE("a view in hidden places needs no hiding") {
  auto views = host;
  hide(views, "/tmp/state", view::hidden_folder);
  CHECK(views == host);
  hide(views, "/srv/state", view::hidden_folder);
  CHECK(views.at("/srv/state") == view::hidden_folder);
}

TEST_CASE("a signal that ended a program in a sandbox is one") {
  auto killed = ended(137);
  CHECK(killed.status == status::signalled);
  CHECK(killed.signal == 9);
  CHECK(ended(128).status == status::exited);
  CHECK(ended(192).signal == 64);
  CHECK(ended(193).status == status::exited);
  CHECK(ended(0).ok());
  auto late = outcome_in_sandbox(fake_processes::ended_as(status::timed_out),
                                 "cc1");
  CHECK(late.status == status::timed_out);
}

TEST_CASE("a program that its sandbox could not start did not run") {
  auto none = ended(1, "", "bwrap: execvp cc1: No such file or directory\n");
  CHECK(none.status == status::start_failed);
  CHECK(none.message
        == "cannot start cc1 in a sandbox: execvp cc1: No such file or "
           "directory");
  CHECK(ended(1, "", "cc1: error").status == status::exited);
  CHECK(ended(1, "text", "bwrap: ").status == status::exited);
  CHECK(ended(2, "", "bwrap: ").status == status::exited);
}

// -- runners ------------------------------------------------------------------

namespace {

/// Over programs that all exit with `code`.
std::unique_ptr<fake_processes> programs(int code, std::string err = {}) {
  auto result = std::make_unique<fake_processes>();
  result->on(fake_processes::any(),
             fake_processes::exits(code, {}, std::move(err)));
  return result;
}

process_settings wanting(sandbox_policy policy) {
  process_settings result;
  result.sandbox = policy;
  return result;
}

} // namespace

TEST_CASE("only what is confined runs in a sandbox") {
  auto owned = programs(139);
  auto& seen = *owned;
  sandbox_runner sandboxes{std::move(owned), host};
  command plain;
  plain.argv = {"true"};
  CHECK(sandboxes.run(plain).exit_code == 139);
  CHECK(seen.commands().back().argv == words{"true"});
  CHECK(sandboxes.run(confined({"true"})).signal == 11);
  CHECK(seen.commands().back().argv
        == sandbox_arguments(confined({"true"}), host));
  // Where there is no program, the one who starts it says so.
  CHECK(sandboxes.run(confined({})).exit_code == 139);
  CHECK(seen.commands().back().argv.empty());
}

TEST_CASE("a workspace's programs have the settings' limits") {
  fake_processes seen;
  process_settings settings;
  settings.file_limit_bytes = 7;
  settings.process_limit = 8;
  confined_runner inside{seen, settings, {{"/slot"}, {"/ws"}, true}};
  command plain;
  plain.argv = {"true"};
  static_cast<void>(inside.run(plain));
  auto what = seen.commands().front();
  REQUIRE(what.confined);
  CHECK(what.confined->writable.front() == "/slot");
  CHECK(what.confined->readable.front() == "/ws");
  CHECK(what.confined->network);
  CHECK(what.file_limit_bytes == 7);
  CHECK(what.process_limit == 8);
}

TEST_CASE("sandboxes that are off are not even tried") {
  auto owned = programs(1);
  auto& seen = *owned;
  auto made = with_sandboxes(std::move(owned), {"/state"},
                             wanting(sandbox_policy::off));
  REQUIRE(made);
  CHECK(made->processes.get() == &seen);
  CHECK(made->why_not.empty());
  CHECK(seen.commands().empty());
}

TEST_CASE("where sandboxes cannot be made, they are missing or an error") {
  auto said = "bwrap: No permissions to create new namespace\nmore\n";
  auto owned = programs(1, said);
  auto& seen = *owned;
  auto made = with_sandboxes(std::move(owned), {"/state"},
                             wanting(sandbox_policy::preferred));
  REQUIRE(made);
  CHECK(made->processes.get() == &seen);
  CHECK(made->why_not
        == "bwrap: No permissions to create new namespace; it takes bubblewrap "
           "0.7, and a kernel, container or service that allows user "
           "namespaces");
  auto refused = with_sandboxes(programs(1, said), {"/state"},
                                wanting(sandbox_policy::required));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == cohort::runtime::errc::no_toolchain);
  CHECK(refused.error().message
        == "processes.sandbox is required, and there is none: "
             + made->why_not);
}

TEST_CASE("where there is no bubblewrap, that is what is missing") {
  auto owned = std::make_unique<fake_processes>();
  owned->on(fake_processes::any(),
            fake_processes::ended_as(status::start_failed,
                                     "cannot start bwrap: no such program"));
  CHECK(why_no_sandbox(*owned, {})
        == "cannot start bwrap: no such program (package bubblewrap)");
}

TEST_CASE("where sandboxes can be made, they are") {
  auto owned = programs(0);
  auto& seen = *owned;
  auto made = with_sandboxes(std::move(owned), {"/state"},
                             wanting(sandbox_policy::required));
  REQUIRE(made);
  CHECK(made->why_not.empty());
  CHECK(made->processes->run(confined({"true"})).ok());
  CHECK(seen.commands().size() == 2);
  CHECK(seen.commands().back().argv.front() == "bwrap");
}

} // namespace cohort::tests::sandbox_test
