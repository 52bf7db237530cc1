#include <doctest/doctest.h>

#include "actors/error.hpp"
#include "nodes/resume.hpp"
#include "nodes/session.hpp"
#include "tests/support/faulty_head.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::faults_test {

using namespace std::chrono_literals;
using namespace cohort;
namespace pb = cohort::messages::v1;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream{path} << text;
}

/// A project with a fault in each of two files.
void write_project(const fs::path& folder) {
  write(folder / "CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.16)\nproject(small CXX)\n"
        "add_library(small area.cc name.cc)\n");
  write(folder / "area.cc",
        "int area() {\n  int squared = 9\n  return squared;\n}\n");
  write(folder / "name.cc",
        "int name() {\n  int length = 4\n  return length;\n}\n");
}

nodes::head_options options_in(const fs::path& folder) {
  nodes::head_options result;
  result.settings.state = folder / "state";
  result.settings.toolchain.gcc = (folder / "gxx").string();
  result.settings.processes.check_timeout = 6s;
  result.settings.council.review_timeout = 500ms;
  nodes::resolve_workers(result, 2, false, 2);
  return result;
}

} // namespace

TEST_CASE("a worker crashes, a judge never answers, a compiler hangs: the rest "
          "is repaired") {
  tests::temp_folder temporary;
  auto& folder = temporary.path();
  write_project(folder / "ws");
  tests::write_hanging_compiler(folder / "gxx", "name.cc");
  auto head = nodes::head::start(options_in(folder));
  REQUIRE(head);
  auto result = tests::run_with_deaths(**head, folder / "ws", "judge conflict",
                                       "worker w1", 120s);
  REQUIRE(result);
  CAPTURE(result->summary());
  CHECK(result->outcome() != pb::TASK_OUTCOME_FAILED);
  CHECK(result->fixes_kept() >= 1);
  REQUIRE(result->patch().files_size() >= 1);
  CHECK(result->patch().files(0) == "area.cc");
  for (auto& verdict : result->verdicts())
    CHECK(verdict.judge() != "conflict");
}

TEST_CASE("what the root gives up on ends the process's work with its journal "
          "whole, and the next one goes on") {
  tests::temp_folder temporary;
  auto& folder = temporary.path();
  write_project(folder / "ws");
  auto options = options_in(folder);
  tests::write_hanging_compiler(folder / "gxx", "name.cc"); // There is time.
  {
    auto head = nodes::head::start(options);
    REQUIRE(head);
    caf::scoped_actor self{(*head)->system()};
    self->monitor((*head)->root());
    pb::Subscribe subscribe;
    subscribe.set_task_id("t1");
    self->send((*head)->services().progress, subscribe);
    pb::TaskRequest request;
    request.set_task_id("t1");
    request.set_description("fix the compile errors");
    request.set_workspace_root((folder / "ws").string());
    self->send((*head)->orchestrator(), request);
    std::optional<caf::error> end;
    while (!end)
      self->receive(
        [&](const pb::ProgressBatch&) {
          caf::anon_send_exit((*head)->find("storekeeper"),
                              caf::exit_reason::kill);
        },
        [](const pb::TaskAccepted&) {},
        [&](caf::down_msg& down) { end = down.reason; },
        caf::after(60s) >> [&] { end.emplace(); });
    CHECK(*end == runtime::errc::internal);
    CHECK(nodes::exit_code(runtime::errc::internal) == 70);
  }
  auto again = nodes::head::start(options);
  REQUIRE(again);
  auto left = nodes::resumable(**again);
  REQUIRE(left.size() == 1);
  auto history = nodes::history_of(**again, left.front());
  REQUIRE(history);
  CHECK(history->events(0).has_accepted());
}

} // namespace cohort::tests::faults_test
