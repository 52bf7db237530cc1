#include "actors/storekeeper.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "runtime/expected.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::storekeeper_test {

using namespace cohort;
using namespace cohort::messages::v1;

namespace fs = std::filesystem;

namespace {

/// A real store in a folder of its own, over a workspace without git.
struct store_fixture : tests::actor_fixture {
  tests::temp_folder temporary;
  fs::path workspace = temporary.path() / "ws";
  actors::storekeeper_actor store = spawn(
    actors::storekeeper,
    actors::storekeeper_settings{.store = temporary.path() / "store.git",
                                 .patches = temporary.path() / "patches",
                                 .snapshot = {}});
  tests::double_of<SnapshotReport, MergeReport, RevertReport, CompareReport,
                   DeliveryReport, StoreFailed>
    asker = spawn_double<SnapshotReport, MergeReport, RevertReport,
                         CompareReport, DeliveryReport, StoreFailed>();

  store_fixture() {
    write("a.txt", "a\n");
    write("b.txt", "b\n");
  }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories(workspace);
    std::ofstream{workspace / name} << text;
  }

  std::string snapshot() {
    TakeSnapshot ask;
    ask.set_workspace_root(workspace.string());
    auto before = asker.got<SnapshotReport>().size();
    send_as(asker.actor, store, ask);
    REQUIRE(asker.got<SnapshotReport>().size() == before + 1);
    return asker.last<SnapshotReport>().tree();
  }

  std::string changed(const std::string& name, const std::string& text) {
    write(name, text);
    return snapshot();
  }

  MergeReport merge(const std::string& base, const std::string& ours,
                    const std::string& theirs) {
    MergePatch ask;
    ask.set_base(base);
    ask.set_ours(ours);
    ask.set_theirs(theirs);
    send_as(asker.actor, store, ask);
    REQUIRE(asker.got<MergeReport>().size() == 1);
    return asker.last<MergeReport>();
  }
};

} // namespace

TEST_SUITE_BEGIN("actors/storekeeper");

TEST_CASE_FIXTURE(store_fixture, "what two changed is merged, and told") {
  auto base = snapshot();
  auto ours = changed("a.txt", "A\n");
  write("a.txt", "a\n");
  auto theirs = changed("b.txt", "B\n");
  auto merged = merge(base, ours, theirs);
  CHECK(merged.conflicts().empty());
  REQUIRE(merged.files_size() == 1);
  CHECK(merged.files(0) == "b.txt");
  CompareTrees compare;
  compare.set_base(base);
  compare.set_tree(merged.tree());
  send_as(asker.actor, store, compare);
  CHECK(asker.last<CompareReport>().files_size() == 2);
  RevertFiles revert;
  revert.set_base(base);
  revert.set_tree(merged.tree());
  revert.add_files("a.txt");
  send_as(asker.actor, store, revert);
  CHECK(asker.last<RevertReport>().tree() == theirs);
}

TEST_CASE_FIXTURE(store_fixture, "a conflict is an answer, not a failure") {
  auto base = snapshot();
  auto ours = changed("a.txt", "one\n");
  auto theirs = changed("a.txt", "two\n");
  auto merged = merge(base, ours, theirs);
  CHECK(merged.tree().empty());
  REQUIRE(merged.conflicts_size() == 1);
  CHECK(merged.conflicts(0) == "a.txt");
}

TEST_CASE_FIXTURE(store_fixture, "without a repository a patch is delivered") {
  DeliverResult deliver;
  deliver.set_task_id("t1");
  deliver.set_workspace_root(workspace.string());
  deliver.set_base_tree(snapshot());
  deliver.set_result_tree(changed("a.txt", "better\n"));
  write("a.txt", "a\n");
  send_as(asker.actor, store, deliver);
  REQUIRE(asker.got<DeliveryReport>().size() == 1);
  auto& report = asker.last<DeliveryReport>();
  CHECK(report.branch().empty());
  CHECK(fs::file_size(report.patch_file()) > 0);
  CHECK(!report.applied());
  std::string text;
  std::getline(std::ifstream{workspace / "a.txt"}, text);
  CHECK(text == "a");
}

TEST_CASE_FIXTURE(store_fixture, "what cannot be done is told with its reason, "
                                 "and the store goes on") {
  TakeSnapshot nowhere;
  nowhere.set_workspace_root((temporary.path() / "missing").string());
  send_as(asker.actor, store, nowhere);
  REQUIRE(asker.got<StoreFailed>().size() == 1);
  CHECK(asker.last<StoreFailed>().message().find("missing")
        != std::string::npos);
  MergePatch nonsense;
  nonsense.set_base("no tree");
  send_as(asker.actor, store, nonsense);
  CHECK(asker.got<StoreFailed>().size() == 2);
  CHECK(!snapshot().empty());
}

TEST_CASE_FIXTURE(store_fixture, "a base is taken only when it is asked for") {
  TakeSnapshot ask;
  ask.set_workspace_root(workspace.string());
  send_as(asker.actor, store, ask);
  CHECK(asker.last<SnapshotReport>().base_tree().empty());
  ask.set_with_base(true); // From nothing.
  send_as(asker.actor, store, ask);
  auto& report = asker.last<SnapshotReport>();
  CHECK(!report.base_tree().empty());
  CHECK(report.base_tree() != report.tree());
  ask.set_base_revision("HEAD");
  send_as(asker.actor, store, ask);
  REQUIRE(asker.got<StoreFailed>().size() == 1);
  CHECK(asker.last<StoreFailed>().message().find("'HEAD'")
        != std::string::npos);
}

TEST_SUITE_END();

} // namespace cohort::tests::storekeeper_test
