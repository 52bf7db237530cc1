#include "runtime/audit/set_aside.hpp"

#include <nlohmann/json.hpp>

#include "runtime/audit/chain_check.hpp"
#include "runtime/journal/ledger.hpp"
#include "runtime/journal/removal.hpp"
#include "runtime/workspace/files.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::runtime::audit {

namespace {

namespace fs = std::filesystem;
using row_json = nlohmann::ordered_json;
using journal::to_hex;

/// What of a damaged row is no UTF-8 becomes U+FFFD.
std::string line_of(const row_json& what) {
  return what.dump(-1, ' ', false, row_json::error_handler_t::replace) + '\n';
}

/// What could be read of a task.
struct rows_of_task {
  std::string lines;
  bool is_damaged = false;
  bool is_there = false;
};

expected<rows_of_task> read_rows(journal::ledger& log,
                                 const std::string& task_id) {
  rows_of_task result;
  chain_check chain{task_id};
  auto read = log.read(task_id, [&](const journal::event_row& row) {
    result.is_there = true;
    // Nothing can be said of what comes after a bad one.
    result.is_damaged = result.is_damaged || !chain.add(row);
    result.lines += line_of({{"id", row.id},
                             {"task_id", row.task_id},
                             {"sequence", row.sequence},
                             {"time", row.time},
                             {"actor", row.actor},
                             {"kind", row.kind},
                             {"hash", to_hex(row.hash)},
                             {"body", to_hex(row.body)}});
    return true;
  });
  if (!read) {
    if (log.check_file())
      return read.error(); // The rows are whole; something else was wrong.
    result.is_damaged = true;
    result.lines += line_of({{"error", read.error().message}});
  }
  return result;
}

} // namespace

expected<fs::path> set_aside(const fs::path& state,
                             const std::string& task_id) {
  auto journal_file = workspace::state_folder::journal_of(state);
  rows_of_task rows;
  {
    auto log = journal::ledger::open(journal_file);
    if (!log)
      return log.error();
    auto found = read_rows(*log, task_id);
    if (!found)
      return found.error();
    rows = std::move(*found);
  }
  if (!rows.is_there && !rows.is_damaged)
    return error{errc::not_found,
                 "there is no task " + task_id + " in the journal"};
  auto name = task_id + ".jsonl";
  if (!rows.is_damaged || !workspace::is_safe_path(name)
      || name.find('/') != std::string::npos)
    return error{errc::invalid_request,
                 "task " + task_id
                   + " is not set aside: none of its events is damaged"};
  auto file = state / "set-aside" / name;
  workspace::write_options durably;
  durably.durable = true;
  if (auto written = workspace::write_file(file, rows.lines, durably); !written)
    return written.error();
  if (auto removed = journal::remove_tasks(journal_file, {task_id}); !removed)
    return removed.error();
  return file;
}

} // namespace cohort::runtime::audit
