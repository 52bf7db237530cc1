#include "nodes/session.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <csignal>
#include <google/protobuf/util/time_util.h>
#include <spdlog/spdlog.h>

#include "actors/error.hpp"
#include "nodes/log_task.hpp"
#include "nodes/patience.hpp"
#include "nodes/resume.hpp"
#include "nodes/signals.hpp"
#include "runtime/analysis/text.hpp"
#include "runtime/coordination/acceptance.hpp"
#include "runtime/coordination/specialists.hpp"

namespace cohort::nodes {

namespace {

using namespace std::chrono_literals;
using runtime::errc;
using runtime::error;
using runtime::expected;

pb::ExecutionMode mode_of(const std::string& name) {
  if (name == "sequential")
    return pb::EXECUTION_MODE_SEQUENTIAL;
  if (name == "parallel")
    return pb::EXECUTION_MODE_PARALLEL;
  return pb::EXECUTION_MODE_AUTO;
}

expected<pb::ToolchainRequest> toolchain_of(const task_options& options) {
  pb::ToolchainRequest result;
  if (!options.compile_commands_dir.empty()) {
    std::error_code failed;
    auto folder = std::filesystem::canonical(options.compile_commands_dir,
                                             failed);
    if (failed)
      return error{errc::no_toolchain,
                   "the build folder " + options.compile_commands_dir
                     + " cannot be read: " + failed.message()};
    result.set_compile_commands_dir(folder.string());
  }
  auto add = [](auto& to, const std::vector<std::string>& texts) {
    to.Add(texts.begin(), texts.end());
  };
  add(*result.mutable_configure_args(), options.configure_args);
  add(*result.mutable_units(), options.units);
  add(*result.mutable_tidy_checks(), options.checks);
  add(*result.mutable_warnings(), options.warnings);
  result.set_header_filter(options.header_filter);
  return result;
}

} // namespace

expected<pb::TaskRequest> make_request(const task_options& options) {
  pb::TaskRequest request;
  auto description = options.description;
  if (description == "-" && options.log == "-")
    return error{errc::invalid_request,
                 "standard input can be the task or its log, not both"};
  if (description == "-")
    description.assign(std::istreambuf_iterator<char>{std::cin}, {});
  request.set_description(runtime::analysis::valid_utf8(description));
  std::error_code failed;
  auto root = std::filesystem::canonical(options.workspace, failed);
  if (failed)
    return error{errc::workspace_unreadable,
                 "the workspace " + options.workspace
                   + " cannot be read: " + failed.message()};
  if (!std::filesystem::is_directory(root, failed))
    return error{errc::workspace_unreadable,
                 "the workspace " + root.string() + " is not a folder"};
  request.set_workspace_root(root.string());
  if (!options.log.empty())
    if (auto added = add_log(request, options.log); !added)
      return added.error();
  request.set_mode(mode_of(options.mode));
  *request.mutable_scope() = scope_of(options.scope);
  auto toolchain = toolchain_of(options);
  if (!toolchain)
    return toolchain.error();
  *request.mutable_toolchain() = std::move(*toolchain);
  if (!options.specialty.empty()) {
    auto specialty = runtime::coordination::read_specialty(options.specialty);
    if (!specialty)
      return specialty.error();
    *request.mutable_specialty() = std::move(*specialty);
  }
  request.set_no_branch(options.no_branch);
  request.set_apply(options.apply);
  request.set_chaos(options.chaos);
  if (options.budget_seconds > 0)
    *request.mutable_limits()->mutable_budget()
      = google::protobuf::util::TimeUtil::MillisecondsToDuration(
        static_cast<int64_t>(options.budget_seconds * 1000));
  return request;
}

namespace {

/// What the orchestrator is to be given.
struct beginning {
  pb::TaskRequest request;
  pb::EventList history; // Empty for a new task.
};

expected<beginning> begin(head& head, session_task task) {
  beginning result;
  if (auto* request = std::get_if<pb::TaskRequest>(&task)) {
    result.request = std::move(*request);
    result.request.set_task_id(make_task_id());
    return result;
  }
  auto& id = std::get<earlier_task>(task).id;
  auto history = history_of(head, id);
  if (!history)
    return history.error();
  if (auto fine = runtime::coordination::check_history(*history); !fine)
    return fine.error();
  result.history = std::move(*history);
  auto& events = result.history.events();
  result.request = events[0].accepted().request();
  auto is_finished = std::any_of(events.begin(), events.end(), [](auto& event) {
    return event.has_finished();
  });
  if (!is_finished
      && runtime::coordination::ends_with_its_process(result.request))
    return error{errc::invalid_request,
                 "task " + id + " ended with its process; ask for it again"};
  return result;
}

std::vector<std::string> others_than(const std::string& id,
                                     std::vector<std::string> ids) {
  std::erase(ids, id);
  return ids;
}

} // namespace

expected<pb::TaskResult> run_session(head_options options, session_task task,
                                     const session_observer& observer) {
  auto drain_time = options.settings.supervision.drain;
  auto started = head::start(std::move(options));
  if (!started)
    return started.error();
  auto& head = **started;
  auto begun = begin(head, std::move(task));
  if (!begun)
    return begun.error();
  observer.begins(begun->request);
  auto id = begun->request.task_id();
  if (auto others = others_than(id, resumable(head)); !others.empty())
    observer.unfinished(others);
  end_those_over(head);
  std::optional<pb::TaskResult> result;
  std::optional<error> failed;
  {
    caf::scoped_actor self{head.system()};
    pb::Subscribe subscribe;
    subscribe.set_task_id(id);
    self->send(head.services().progress, std::move(subscribe));
    self->monitor(head.root());
    auto receiver = caf::actor_cast<caf::actor>(self.ptr());
    auto may_go_on = !begun->request.plan_only();
    signal_watch watch{[receiver, id, may_go_on](int signal) {
      if (signal == SIGTERM && may_go_on)
        return caf::anon_send(receiver, pb::Drain{});
      pb::CancelTask cancel;
      cancel.set_task_id(id);
      cancel.set_reason("interrupted");
      caf::anon_send(receiver, std::move(cancel));
    }};
    auto give = [&](auto what) {
      self->request(head.orchestrator(), 30s, std::move(what))
        .receive([](const pb::TaskAccepted&) {},
                 [&](caf::error& why) {
                   failed = actors::from_caf(head.system(), why);
                 });
    };
    if (begun->history.events().empty())
      give(std::move(begun->request));
    else
      give(std::move(begun->history));
    auto is_over = [&] { return result || failed; };
    auto is_stopping = false;
    patience limit;
    /// Whether it is the first one, which leaves that much time.
    auto is_first = [&](std::chrono::milliseconds time) {
      auto had_end = limit.has_end();
      limit.ends_in(had_end ? 0ms : time);
      return !had_end;
    };
    while (!is_over() && !limit.is_over())
      self->receive(
        [&](const pb::ProgressBatch& batch) {
          for (auto& event : batch.events()) {
            if (event.kind() == pb::PROGRESS_KIND_RESULT)
              result = event.result();
            else
              observer.progress(event);
          }
        },
        [&](const pb::CancelTask& cancel) {
          if (is_first(1500ms))
            self->send(head.orchestrator(), cancel);
        },
        [&](const pb::Drain& drain) {
          if (!is_first(drain_time))
            return;
          is_stopping = true;
          observer.drains(drain_time);
          self->send(head.orchestrator(), drain);
        },
        [&](const pb::Drained&) { limit.ends_in(0ms); },
        [](const pb::TaskCancelled&) {
          // Its result comes by way of the progress hub.
        },
        [&](const caf::down_msg& down) {
          failed = error{errc::internal, "cohort gave up: "
                                           + head.system().render(down.reason)};
        },
        caf::after(limit.left()) >> [] {});
    if (!is_over() && is_stopping) {
      failed = error{errc::stopped, "stopped; `cohort run --resume " + id
                                      + "` goes on with the task"};
    } else if (!is_over()) {
      result.emplace();
      result->set_task_id(id);
      result->set_outcome(pb::TASK_OUTCOME_CANCELLED);
      result->set_summary("interrupted");
    }
    self->demonitor(head.root().address());
    if (head.telemetry()) {
      pb::TraceQuery query;
      query.set_task_id(id);
      self->request(head.telemetry(), 10s, std::move(query))
        .receive(observer.trace, [&](const caf::error& why) {
          spdlog::warn("no trace: {}", head.system().render(why));
        });
    }
  }
  if (failed)
    return *failed;
  return std::move(*result);
}

pb::Scope scope_of(const std::vector<std::string>& globs) {
  pb::Scope result;
  for (auto& glob : globs)
    if (!glob.empty() && glob.front() == '!')
      result.add_exclude(glob.substr(1));
    else
      result.add_include(glob);
  return result;
}

int exit_code(errc code) {
  switch (code) {
    case errc::invalid_request:
    case errc::invalid_message:
    case errc::invalid_config:
    case errc::not_found:
      return 2;
    case errc::workspace_unreadable:
    case errc::no_toolchain:
    case errc::state_locked:
    case errc::storage_failed:
    case errc::workspace_moved:
      return 4;
    case errc::refused:
      return 5;
    case errc::unreachable:
    case errc::busy:
      return 6;
    case errc::cancelled:
      return 130;
    case errc::internal:
      return 70;
    case errc::stopped:
      return 143;
    default:
      return 1;
  }
}

} // namespace cohort::nodes
