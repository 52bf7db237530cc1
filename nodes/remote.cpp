#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "nodes/head_client.hpp"
#include "nodes/progress_view.hpp"
#include "nodes/report.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/coordination/synthesis.hpp"

namespace cohort::nodes {

namespace {

using runtime::errc;
using runtime::error;
using runtime::expected;

int complain(const error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

/// Connects, and lets `use` do the rest.
template <class F>
int with_head(const cluster_options& cluster, const global_options& global,
              F use) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  auto head = head_client::connect(cluster, loaded.values);
  if (!head)
    return complain(head.error());
  return use(**head);
}

std::string clock_text(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0)
    return "-";
  auto seconds = static_cast<std::time_t>(time.seconds());
  std::tm local{};
  localtime_r(&seconds, &local);
  std::ostringstream out;
  out << std::put_time(&local, "%H:%M:%S");
  return out.str();
}

/// First line, and not too long for a table.
std::string short_text(const std::string& text, size_t width) {
  auto line = text.substr(0, text.find('\n'));
  return line.size() <= width ? line : line.substr(0, width - 3) + "...";
}

std::string state_name(pb::NodeState state) {
  switch (state) {
    case pb::NODE_STATE_JOINED:
      return "joined";
    case pb::NODE_STATE_DRAINING:
      return "draining";
    case pb::NODE_STATE_LOST:
      return "lost";
    case pb::NODE_STATE_LEFT:
      return "left";
    default:
      return "unknown";
  }
}

std::string outcome_name(const pb::TaskStatus& task) {
  switch (task.outcome()) {
    case pb::TASK_OUTCOME_UNSPECIFIED:
      return task.phase().empty() ? "accepted" : task.phase();
    case pb::TASK_OUTCOME_DONE:
      return "done";
    case pb::TASK_OUTCOME_PARTIAL:
      return "partial";
    case pb::TASK_OUTCOME_CANCELLED:
      return "cancelled";
    default:
      return "failed";
  }
}

void print_result(const pb::TaskResult& result, output_format format) {
  if (format == output_format::text)
    std::cout << summary_text(result);
  else
    std::cout << to_json(result, format == output_format::json) << '\n';
}

int follow(head_client& head, const std::string& id, output_format format,
           const global_options& global) {
  auto stream = format == output_format::stream_json;
  progress_view view{stderr, global.quiet || stream};
  pb::TaskResult result;
  auto watched = head.watch(id, [&](const pb::ProgressEvent& event) {
    if (event.kind() == pb::PROGRESS_KIND_RESULT) {
      result = event.result();
      return true;
    }
    if (stream)
      std::cout << "{\"type\":\"progress\",\"progress\":"
                << to_json(event, false) << '}' << std::endl;
    else
      view.show(event);
    return false;
  });
  view.clear();
  if (!watched)
    return complain(watched.error());
  print_result(result, format);
  return runtime::coordination::exit_code(result.outcome());
}

void print_nodes(const pb::NodeTable& table) {
  std::cout << "node                 state     workers  running  heard   "
               "round trip  version\n";
  for (auto& node : table.nodes()) {
    std::ostringstream out;
    out << std::left << std::setw(20) << node.name() << ' ' << std::setw(9)
        << state_name(node.state()) << std::right << std::setw(8)
        << node.workers() << std::setw(9) << node.running() << std::setw(6)
        << std::fixed << std::setprecision(1) << node.heard_seconds() << "s "
        << std::setw(9) << std::setprecision(2)
        << node.round_trip_seconds() * 1000 << " ms  " << node.version();
    if (!node.why().empty())
      out << "  (" << node.why() << ')';
    std::cout << out.str() << '\n';
  }
}

void print_tasks(const pb::TaskTable& table) {
  std::cout << "task                       since     state       progress  "
               "what\n";
  for (auto& task : table.tasks()) {
    std::ostringstream out;
    out << std::left << std::setw(26) << task.task_id() << ' ' << std::setw(9)
        << clock_text(task.accepted()) << ' ' << std::setw(11)
        << outcome_name(task) << ' ';
    auto progress = task.total() == 0 ? std::string{"-"}
                                      : std::to_string(task.done()) + '/'
                                          + std::to_string(task.total());
    out << std::setw(9) << progress << ' '
        << short_text(task.description(), 50);
    std::cout << out.str() << '\n';
  }
  std::cout << "\nworker                     units  failed  busy     now\n";
  for (auto& worker : table.workers()) {
    std::ostringstream out;
    auto name = worker.node() == "local" ? "head/" + worker.worker()
                                         : worker.worker();
    out << std::left << std::setw(26) << name << ' ' << std::right
        << std::setw(5) << worker.finished() << std::setw(8) << worker.failed()
        << std::setw(7) << std::fixed << std::setprecision(1)
        << worker.busy_seconds() << " s  "
        << (worker.quarantined()   ? "gets nothing"
            : worker.running() > 0 ? std::to_string(worker.running()) + " held"
                                   : std::string{"idle"});
    std::cout << out.str() << '\n';
  }
}

/// Asks again as often as the head says that it may help within `patience`.
expected<pb::ClientReport> ask_while_busy(head_client& head,
                                          const pb::ClientRequest& request,
                                          std::chrono::seconds patience) {
  auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto report = head.ask(request);
    if (report || report.error().code != errc::busy)
      return report;
    std::chrono::seconds wait{std::max(1U, report.error().retry_after_seconds)};
    if (std::chrono::steady_clock::now() + wait > end)
      return report;
    if (auto kept = head.wait(wait); !kept)
      return kept.error();
  }
}

/// For programs: what the error says, and when to ask again if that helps.
void print_refusal(const error& why) {
  nlohmann::json out{{"error", runtime::to_string(why.code)},
                     {"message", why.message}};
  if (why.retry_after_seconds > 0)
    out["retry_after_seconds"] = why.retry_after_seconds;
  std::cout << out << '\n';
}

} // namespace

int submit(const cluster_options& cluster, const task_options& task,
           const submit_options& how, const global_options& global) {
  if (!task.compile_commands_dir.empty())
    return complain({errc::invalid_request,
                     "-p names a folder of this host, which nodes do not see; "
                     "submit a CMake project, or use `cohort run -p`"});
  auto request = make_request(task);
  if (!request)
    return complain(request.error());
  request->set_task_id(make_task_id());
  return with_head(cluster, global, [&](head_client& head) {
    pb::ClientRequest ask;
    *ask.mutable_submit() = *request;
    auto report = ask_while_busy(head, ask,
                                 std::chrono::seconds{how.wait_busy_seconds});
    if (!report && task.format != output_format::text)
      print_refusal(report.error());
    if (!report)
      return complain(report.error());
    auto& id = report->accepted().task_id();
    if (how.watches)
      return follow(head, id, task.format, global);
    if (task.format == output_format::text)
      std::cout << id << '\n';
    else
      std::cout << to_json(report->accepted(), false) << '\n';
    return 0;
  });
}

int watch(const cluster_options& cluster, const std::string& task_id,
          output_format format, const global_options& global) {
  return with_head(cluster, global, [&](head_client& head) {
    return follow(head, task_id, format, global);
  });
}

int show_status(const cluster_options& cluster, output_format format,
                const global_options& global) {
  return with_head(cluster, global, [&](head_client& head) {
    pb::ClientRequest ask;
    ask.mutable_tasks();
    auto report = head.ask(std::move(ask));
    if (!report)
      return complain(report.error());
    if (format == output_format::text)
      print_tasks(report->tasks());
    else
      std::cout << to_json(report->tasks(), format == output_format::json)
                << '\n';
    return 0;
  });
}

int show_result(const cluster_options& cluster, const std::string& task_id,
                output_format format, const global_options& global) {
  return with_head(cluster, global, [&](head_client& head) {
    pb::ClientRequest ask;
    ask.mutable_result()->set_task_id(task_id);
    auto report = head.ask(std::move(ask));
    if (!report)
      return complain(report.error());
    print_result(report->result(), format);
    return runtime::coordination::exit_code(report->result().outcome());
  });
}

int cancel(const cluster_options& cluster, const std::string& task_id,
           const global_options& global) {
  return with_head(cluster, global, [&](head_client& head) {
    pb::ClientRequest ask;
    ask.mutable_cancel()->set_task_id(task_id);
    ask.mutable_cancel()->set_reason("cancelled by a client");
    auto report = head.ask(std::move(ask), std::chrono::seconds{120});
    if (!report)
      return complain(report.error());
    std::cout << "cancelled " << task_id << '\n';
    return 0;
  });
}

int show_nodes(const cluster_options& cluster, output_format format,
               const global_options& global) {
  return with_head(cluster, global, [&](head_client& head) {
    pb::ClientRequest ask;
    ask.mutable_nodes();
    auto report = head.ask(std::move(ask));
    if (!report)
      return complain(report.error());
    if (format == output_format::text)
      print_nodes(report->nodes());
    else
      std::cout << to_json(report->nodes(), format == output_format::json)
                << '\n';
    return 0;
  });
}

int drain(const cluster_options& cluster, const std::string& node,
          const global_options& global) {
  return with_head(cluster, global, [&](head_client& head) {
    pb::ClientRequest ask;
    ask.mutable_drain()->set_name(node);
    auto report = head.ask(std::move(ask));
    if (!report)
      return complain(report.error());
    std::cout << node << " finishes what it runs, and leaves\n";
    return 0;
  });
}

} // namespace cohort::nodes
