#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "nodes/wiring.hpp"
#include "tests/support/temp_folder.hpp"

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

/// Like g++, but it hangs on name.cc.
void write_compiler(const fs::path& path) {
  write(path, "#!/bin/sh\ncase \"$*\" in *name.cc*) exec sleep 1000;; esac\n"
              "exec g++ \"$@\"\n");
  fs::permissions(path, fs::perms::owner_all);
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
  write_compiler(folder / "gxx");
  auto head = nodes::head::start(options_in(folder));
  REQUIRE(head);
  auto worker = (*head)->find("worker w1");
  auto judge = (*head)->find("judge conflict");
  REQUIRE(worker);
  REQUIRE(judge);
  caf::anon_send_exit(judge, caf::exit_reason::kill);
  judge = nullptr;
  std::optional<pb::TaskResult> result;
  {
    caf::scoped_actor self{(*head)->system()};
    pb::Subscribe subscribe;
    subscribe.set_task_id("t1");
    self->send((*head)->services().progress, subscribe);
    pb::TaskRequest request;
    request.set_task_id("t1");
    request.set_description("fix the compile errors");
    request.set_workspace_root((folder / "ws").string());
    request.set_mode(pb::EXECUTION_MODE_PARALLEL);
    self->send((*head)->orchestrator(), request);
    auto deadline = std::chrono::steady_clock::now() + 120s;
    while (!result && std::chrono::steady_clock::now() < deadline)
      self->receive(
        [&](const pb::ProgressBatch& batch) {
          for (auto& event : batch.events()) {
            if (event.kind() == pb::PROGRESS_KIND_RESULT)
              result = event.result();
            if (worker && event.kind() == pb::PROGRESS_KIND_SUBTASK) {
              caf::anon_send_exit(worker, caf::exit_reason::kill);
              worker = nullptr;
            }
          }
        },
        [](const pb::TaskAccepted&) {}, caf::after(1s) >> [] {});
  }
  worker = nullptr;
  REQUIRE(result);
  CAPTURE(result->summary());
  CHECK(result->outcome() != pb::TASK_OUTCOME_FAILED);
  CHECK(result->fixes_kept() >= 1);
  REQUIRE(result->patch().files_size() >= 1);
  CHECK(result->patch().files(0) == "area.cc");
  for (auto& verdict : result->verdicts())
    CHECK(verdict.judge() != "conflict");
  head->reset();
}
