#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/journal/event_log.hpp"
#include "runtime/journal/seal.hpp"
#include "runtime/workspace/delivery.hpp"
#include "runtime/workspace/object_store.hpp"
#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests {

namespace fs = std::filesystem;

inline std::string bytes_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write_bytes(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  fs::permissions(file.parent_path(), fs::perms::owner_write,
                  fs::perm_options::add);
  fs::remove(file); // Objects may not be written.
  std::ofstream{file, std::ios::binary} << bytes;
}

/// A state folder in which two tasks ran: "done" changed, added and removed
/// files of a workspace, and delivered a patch; "open" has not ended.
struct audited_state {
  temp_folder folder;
  fs::path workspace = folder.path() / "ws";
  fs::path state = folder.path() / "state";
  fs::path journal_file = state / "journal.db";
  fs::path store = state / "store.git";
  fs::path patch = state / "patches" / "done.patch";
  std::string base, result;

  explicit audited_state(bool is_applied = true) {
    write_bytes(workspace / "src" / "a.cc", "int a;\n");
    write_bytes(workspace / "src" / "b.cc", "int b\n");
    write_bytes(workspace / "old.cc", "int old;\n");
    write_bytes(workspace / "run.sh", "#!/bin/sh\n");
    base = snapshot();
    write_bytes(workspace / "src" / "b.cc", std::string{"int b;\n\0\xff", 9});
    write_bytes(workspace / "new" / "c.cc", "int c;\n");
    fs::remove(workspace / "old.cc");
    fs::permissions(workspace / "run.sh", fs::perms{0755});
    fs::create_symlink("src/a.cc", workspace / "link.cc");
    result = snapshot();
    auto trees = runtime::workspace::object_store::open(store);
    runtime::workspace::delivery delivery{*trees};
    fs::create_directories(patch.parent_path());
    REQUIRE(delivery.write_patch(patch, base, result).has_value());
    REQUIRE(trees->keep("done/base", base).has_value());
    REQUIRE(trees->keep("done/result", result).has_value());
    write_events(is_applied);
  }

  /// What the workspace is now, in the store.
  std::string snapshot() {
    auto trees = runtime::workspace::object_store::open(store);
    REQUIRE(trees.has_value());
    auto taken = trees->take_snapshot(workspace, {});
    REQUIRE(taken.has_value());
    return taken->tree;
  }

  [[nodiscard]] runtime::journal::public_key key() const {
    auto read = runtime::journal::public_key::read(
      runtime::journal::public_key_of(journal_file));
    REQUIRE(read.has_value());
    return std::move(*read);
  }

private:
  void write_events(bool is_applied) {
    auto log = open_log(journal_file);
    auto accepted = event_of("done");
    auto& request = *accepted.mutable_accepted()->mutable_request();
    request.set_task_id("done");
    request.set_description("repair it");
    request.set_workspace_root(workspace.string());
    auto taken = event_of("done");
    taken.mutable_snapshot()->set_tree(base);
    auto merged = event_of("done");
    merged.mutable_merged()->set_tree(result);
    auto gates = event_of("done");
    auto& report = *gates.mutable_gates()->add_reports();
    report.set_kind(messages::v1::GATE_KIND_TESTS);
    report.set_verdict(messages::v1::GATE_VERDICT_PASS);
    report.set_details("1 of 1 test pass");
    auto& objection = *report.add_objections();
    objection.set_rule("uncovered");
    objection.mutable_location()->set_file("a.cc");
    objection.mutable_location()->set_line(3);
    auto& survivor = *report.add_survivors()->mutable_mutant();
    survivor.set_file("a.cc");
    survivor.set_line(3);
    gates.mutable_gates()->set_tree(result);
    auto finished = finished_event("done");
    auto& outcome = *finished.mutable_finished()->mutable_result();
    outcome.set_task_id("done");
    outcome.set_patch_file(patch.string());
    outcome.set_applied(is_applied);
    outcome.mutable_patch()->set_base_tree(base);
    outcome.mutable_patch()->set_result_tree(result);
    *outcome.add_gates() = report;
    append(*log, {accepted, taken, event_of("open"), merged});
    append(*log, {gates, event_of("open", 2), finished});
  }
};

} // namespace cohort::tests
