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
  std::string tail;    // The lines from the first damaged event on.
  uint64_t events = 0; // All.
  uint64_t whole = 0;  // Before that one.
  bool is_damaged = false;
  bool is_there = false;
  bool is_cut_off = false; // A part could not be read at all.
};

expected<rows_of_task> read_rows(journal::ledger& log,
                                 const std::string& task_id) {
  rows_of_task result;
  chain_check chain{task_id};
  auto read = log.read(task_id, [&](const journal::event_row& row) {
    result.is_there = true;
    // Nothing can be said of what comes after a bad one.
    result.is_damaged = result.is_damaged || !chain.add(row);
    ++result.events;
    result.whole += result.is_damaged ? 0 : 1;
    auto line = line_of({{"id", row.id},
                         {"task_id", row.task_id},
                         {"sequence", row.sequence},
                         {"time", row.time},
                         {"actor", row.actor},
                         {"kind", row.kind},
                         {"hash", to_hex(row.hash)},
                         {"body", to_hex(row.body)}});
    result.tail += result.is_damaged ? line : "";
    result.lines += line;
    return true;
  });
  if (!read) {
    if (log.check_file())
      return read.error(); // The rows are whole; something else was wrong.
    result.is_damaged = result.is_cut_off = true;
    result.lines += line_of({{"error", read.error().message}});
  }
  return result;
}

expected<rows_of_task> damaged_rows(const fs::path& journal_file,
                                    const std::string& task_id) {
  auto log = journal::ledger::open(journal_file);
  if (!log)
    return log.error();
  auto rows = read_rows(*log, task_id);
  if (!rows)
    return rows;
  if (!rows->is_there && !rows->is_damaged)
    return error{errc::not_found,
                 "there is no task " + task_id + " in the journal"};
  if (!rows->is_damaged || !workspace::is_safe_path(task_id)
      || task_id.find('/') != std::string::npos)
    return error{errc::invalid_request,
                 "task " + task_id
                   + " is not set aside: none of its events is damaged"};
  return rows;
}

expected<void> write_durably(const fs::path& file, const std::string& lines) {
  workspace::write_options durably;
  durably.durable = true;
  return workspace::write_file(file, lines, durably);
}

} // namespace

expected<fs::path> set_aside(const fs::path& state,
                             const std::string& task_id) {
  auto journal_file = workspace::state_folder::journal_of(state);
  auto rows = damaged_rows(journal_file, task_id);
  if (!rows)
    return rows.error();
  auto file = state / "set-aside" / (task_id + ".jsonl");
  if (auto written = write_durably(file, rows->lines); !written)
    return written.error();
  if (auto removed = journal::remove_tasks(journal_file, {task_id}); !removed)
    return removed.error();
  return file;
}

expected<damaged_tail> set_tail_aside(const fs::path& state,
                                      const std::string& task_id) {
  auto journal_file = workspace::state_folder::journal_of(state);
  auto rows = damaged_rows(journal_file, task_id);
  if (!rows)
    return rows.error();
  if (rows->is_cut_off)
    return error{errc::storage_failed, "a part of task " + task_id
                                         + " cannot be read at all; "
                                           "`cohort gc --set-aside "
                                         + task_id + "` takes it out"};
  auto log = journal::ledger::open(journal_file);
  if (!log)
    return log.error();
  auto seal = log->seal_of(task_id);
  if (!seal)
    return seal.error();
  if (*seal || rows->whole == 0)
    return error{errc::invalid_request,
                 "task " + task_id
                   + (*seal ? " has ended: what is damaged of it stays"
                            : " is damaged from its first event on")};
  damaged_tail result;
  result.first = rows->whole + 1;
  result.events = rows->events - rows->whole;
  auto name = task_id + '.' + std::to_string(result.first);
  result.file = state / "set-aside" / (name + ".jsonl");
  std::error_code failed;
  for (unsigned again = 2; fs::exists(result.file, failed); ++again)
    result.file = state / "set-aside"
                  / (name + '.' + std::to_string(again) + ".jsonl");
  if (auto written = write_durably(result.file, rows->tail); !written)
    return written.error();
  if (auto cut = journal::cut_task(journal_file, task_id, result.first); !cut)
    return cut.error();
  return result;
}

} // namespace cohort::runtime::audit
