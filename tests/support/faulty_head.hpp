#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "nodes/wiring.hpp"

/// A real head, with its workers and compilers, in which things go wrong.
namespace cohort::tests {

namespace pb = messages::v1;

/// Writes a program that is g++, except that it never ends for files whose
/// command line holds `word`.
inline void write_hanging_compiler(const std::filesystem::path& path,
                                   const std::string& word) {
  std::ofstream{path} << "#!/bin/sh\ncase \"$*\" in *" << word
                      << "*) exec sleep 1000;; esac\nexec g++ \"$@\"\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

/// Kills `judge` before the task is accepted and `worker` at the first
/// progress of a subtask. Returns nothing after `patience`.
inline std::optional<pb::TaskResult>
run_with_deaths(nodes::head& head, const std::filesystem::path& workspace,
                const std::string& judge, const std::string& worker,
                std::chrono::seconds patience) {
  auto kill = [&](const std::string& role) {
    caf::anon_send_exit(head.find(role), caf::exit_reason::kill);
  };
  kill(judge);
  caf::scoped_actor self{head.system()};
  pb::Subscribe subscribe;
  subscribe.set_task_id("t1");
  self->send(head.services().progress, subscribe);
  pb::TaskRequest request;
  request.set_task_id("t1");
  request.set_description("fix the compile errors");
  request.set_workspace_root(workspace.string());
  request.set_mode(pb::EXECUTION_MODE_PARALLEL);
  self->send(head.orchestrator(), request);
  std::optional<pb::TaskResult> result;
  bool is_killed = false;
  auto on_event = [&](const pb::ProgressEvent& event) {
    if (event.kind() == pb::PROGRESS_KIND_RESULT)
      result = event.result();
    if (event.kind() == pb::PROGRESS_KIND_SUBTASK && !is_killed) {
      kill(worker);
      is_killed = true;
    }
  };
  auto deadline = std::chrono::steady_clock::now() + patience;
  while (!result && std::chrono::steady_clock::now() < deadline)
    self->receive(
      [&](const pb::ProgressBatch& batch) {
        for (auto& event : batch.events())
          on_event(event);
      },
      [](const pb::TaskAccepted&) {},
      caf::after(std::chrono::seconds{1}) >> [] {});
  return is_killed ? result : std::nullopt;
}

} // namespace cohort::tests
