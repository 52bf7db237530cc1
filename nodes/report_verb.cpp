#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

#include "nodes/report_page.hpp"
#include "nodes/session.hpp"
#include "nodes/task_record.hpp"
#include "nodes/verbs.hpp"
#include "runtime/journal/ledger.hpp"
#include "runtime/workspace/object_store.hpp"
#include "runtime/workspace/state_folder.hpp"

/// `cohort report`: a task that has ended, as one file to hand around.
namespace cohort::nodes {

namespace {

using runtime::errc;
using runtime::error;
using runtime::expected;
using runtime::journal::event_row;
using runtime::journal::ledger;
using runtime::workspace::state_folder;

expected<task_record> read_task(const std::filesystem::path& state,
                                const std::string& task_id) {
  auto log = ledger::open(state_folder::journal_of(state));
  if (!log)
    return log.error();
  task_recorder recorder;
  auto is_known = false;
  auto has_ended = false;
  auto read = log->read(task_id, [&](const event_row& row) {
    pb::Event event;
    if (!event.ParseFromString(row.body))
      return true; // What is damaged is `cohort audit`'s to find.
    is_known = true;
    has_ended |= event.has_finished();
    recorder.add(event);
    return true;
  });
  if (!read)
    return read.error();
  if (!is_known)
    return error{errc::not_found, "there is no task " + task_id
                                    + " in the journal; `cohort audit` lists "
                                      "them"};
  if (!has_ended)
    return error{errc::invalid_request,
                 "task " + task_id + " has not ended; `cohort audit " + task_id
                   + "` tells what is known of it so far"};
  return std::move(recorder).take();
}

/// The change; a store that has lost it leaves the rest of the page as it is.
std::string diff_of(const std::filesystem::path& state,
                    const pb::Patch& patch) {
  if (patch.files().empty())
    return "";
  auto store
    = runtime::workspace::object_store::open(state_folder::store_of(state));
  if (!store)
    return "";
  auto diff = store->diff(patch.base_tree(), patch.result_tree());
  return diff ? std::move(*diff) : "";
}

expected<void> write(const std::string& text, const std::string& file) {
  if (file.empty() || file == "-") {
    std::cout << text << std::flush;
    return {};
  }
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out << text << std::flush;
  if (!out)
    return error{errc::storage_failed,
                 "cannot write " + file + "; is its folder there, and yours?"};
  return {};
}

expected<void> carry_out(const std::filesystem::path& state,
                         const page_options& options) {
  auto task = read_task(state, options.task_id);
  if (!task)
    return task.error();
  return write(options.is_markdown
                 ? to_markdown(*task)
                 : to_html(*task, diff_of(state, task->result.patch())),
               options.file);
}

} // namespace

int report_task(const page_options& options, const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  auto written = carry_out(loaded.values.state.empty()
                             ? state_folder::default_path()
                             : loaded.values.state,
                           options);
  if (written)
    return 0;
  std::cerr << "cohort: " << written.error().message << '\n';
  return exit_code(written.error().code);
}

} // namespace cohort::nodes
