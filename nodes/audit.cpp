#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "nodes/audit_story.hpp"
#include "nodes/report.hpp"
#include "nodes/report_words.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/audit/bundle.hpp"
#include "runtime/audit/chain_check.hpp"
#include "runtime/audit/verify_log.hpp"
#include "runtime/workspace/state_folder.hpp"

/// What the journal says, to people who were not there. Needs no running head,
/// and does not disturb one.
namespace cohort::nodes {

namespace {

using nlohmann::json;
using runtime::errc;
using runtime::error;
using runtime::expected;
using runtime::audit::chain_check;
using runtime::journal::event_row;
using runtime::journal::ledger;
using runtime::journal::public_key;
using runtime::workspace::state_folder;

std::string json_text(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

error no_such_task(const std::string& task_id) {
  return {errc::not_found, "there is no task " + task_id
                             + " in the journal; `cohort audit` lists them"};
}

/// The event of that kind, or an empty one.
expected<pb::Event> event_of_kind(ledger& log, const std::string& task_id,
                                  pb::Event::PayloadCase kind) {
  auto row = log.last_of(task_id, kind);
  if (!row)
    return row.error();
  pb::Event event;
  if (*row)
    event.ParseFromString((*row)->body);
  return event;
}

struct listed_task {
  std::string id;
  double began = 0;
  std::string outcome;
  std::string description;
};

expected<listed_task> describe_task(ledger& log, const std::string& task_id) {
  auto accepted = event_of_kind(log, task_id, pb::Event::kAccepted);
  if (!accepted)
    return accepted.error();
  auto finished = event_of_kind(log, task_id, pb::Event::kFinished);
  if (!finished)
    return finished.error();
  return listed_task{task_id, seconds_of(*accepted),
                     finished->has_finished() ? std::string{outcome_name(
                       finished->finished().result().outcome())}
                                              : "unfinished",
                     cut(accepted->accepted().request().description(), 60)};
}

expected<void> list_tasks(ledger& log, output_format format) {
  auto tasks = log.tasks();
  if (!tasks)
    return tasks.error();
  auto array = json::array();
  for (auto& task_id : *tasks) {
    auto task = describe_task(log, task_id);
    if (!task)
      return task.error();
    if (format == output_format::text)
      std::cout << padded(task->id, 22) << ' ' << date_of(task->began) << "  "
                << padded(task->outcome, 12) << ' ' << task->description
                << '\n';
    else
      array.push_back({{"id", task->id},
                       {"time", date_of(task->began)},
                       {"outcome", task->outcome},
                       {"description", task->description}});
  }
  if (format != output_format::text)
    std::cout << json_text({{"tasks", std::move(array)}});
  return {};
}

/// Event by event, so that a task's size is no matter. Stops at one that is not
/// what was written.
expected<void> tell_story(ledger& log, const std::string& task_id,
                          output_format format) {
  chain_check chain{task_id};
  std::optional<double> began;
  expected<void> fine;
  auto read = log.read(task_id, [&](const event_row& row) {
    auto event = chain.add(row);
    if (!event) {
      fine = event.error();
      return false;
    }
    if (format != output_format::text) {
      std::cout << (began ? ",\n" : "[\n") << to_json(*event, false);
      began = 0;
      return true;
    }
    if (!began) {
      began = seconds_of(*event);
      std::cout << "task " << task_id << ", " << date_of(*began) << '\n';
    }
    std::cout << story_of(*event, *began);
    return true;
  });
  if (format != output_format::text && began)
    std::cout << "\n]\n";
  if (!fine)
    return fine;
  if (!read)
    return read;
  return began ? expected<void>{} : no_such_task(task_id);
}

/// Returns the exit code.
int show_log(const runtime::audit::log_findings& found, output_format format) {
  if (format != output_format::text) {
    auto bad = json::array();
    for (auto& one : found.bad)
      bad.push_back({{"task", one.task_id}, {"why", one.why}});
    std::cout << json_text({{"whole", found.bad.empty()},
                            {"tasks", found.tasks},
                            {"events", found.events},
                            {"seals", found.seals},
                            {"trees", found.trees},
                            {"objects", found.objects},
                            {"bad", std::move(bad)},
                            {"unchecked", found.unchecked}});
    return found.bad.empty() ? 0 : 1;
  }
  for (auto& one : found.bad)
    std::cout << "BAD: " << one.why << '\n';
  for (auto& what : found.unchecked)
    std::cout << "not checked: " << what << '\n';
  auto count = [](uint64_t n, std::string_view what) {
    return counted(static_cast<int64_t>(n), what);
  };
  std::cout << (found.bad.empty() ? "whole: " : "NOT whole: ")
            << count(found.tasks, "task") << ", "
            << count(found.events, "event") << ", "
            << count(found.seals, "seal") << ", " << count(found.trees, "tree")
            << " of " << count(found.objects, "object") << '\n';
  return found.bad.empty() ? 0 : 1;
}

expected<public_key> read_public_key(const std::filesystem::path& state,
                                     const audit_options& options) {
  return public_key::read(
    options.public_key.empty()
      ? runtime::journal::public_key_of(state_folder::journal_of(state))
      : std::filesystem::path{options.public_key});
}

expected<void> export_task(ledger& log, const std::filesystem::path& state,
                           const audit_options& options) {
  auto& task_id = options.task_id;
  auto tasks = log.tasks();
  if (!tasks)
    return tasks.error();
  if (std::find(tasks->begin(), tasks->end(), task_id) == tasks->end())
    return no_such_task(task_id);
  auto key = read_public_key(state, options);
  if (!key)
    return key.error();
  auto written = runtime::audit::write_bundle(
    log, state_folder::store_of(state), *key, task_id, options.bundle);
  if (written)
    std::cout << "exported " << task_id << " to " << options.bundle << '\n';
  return written;
}

expected<int> verify_journal(ledger& log, const std::filesystem::path& state,
                             const audit_options& options) {
  auto key = read_public_key(state, options);
  if (!key)
    return key.error();
  auto tasks = log.tasks();
  if (!tasks)
    return tasks.error();
  auto& one = options.task_id;
  if (!one.empty()
      && std::find(tasks->begin(), tasks->end(), one) == tasks->end())
    return no_such_task(one);
  if (!one.empty())
    *tasks = {one};
  auto found = runtime::audit::verify_log(
    log, *tasks, {state_folder::store_of(state), *key});
  auto file = one.empty() ? log.check_file() : expected<void>{};
  if (!file)
    found.bad.push_back({"", file.error().message});
  return show_log(found, options.format);
}

expected<int> carry_out_audit(const std::filesystem::path& state,
                              const audit_options& options) {
  auto log = ledger::open(state_folder::journal_of(state));
  if (!log)
    return log.error();
  if (options.verify)
    return verify_journal(*log, state, options);
  auto told = !options.bundle.empty() ? export_task(*log, state, options)
              : options.task_id.empty()
                ? list_tasks(*log, options.format)
                : tell_story(*log, options.task_id, options.format);
  if (!told)
    return told.error();
  return 0;
}

} // namespace

int audit(const audit_options& options, const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  auto code = carry_out_audit(state_path(loaded.values), options);
  if (code)
    return *code;
  std::cout.flush();
  std::cerr << "cohort: " << code.error().message << '\n';
  // A message that is not what was written is what an audit looks for.
  return code.error().code == errc::invalid_message
           ? 1
           : exit_code(code.error().code);
}

} // namespace cohort::nodes
