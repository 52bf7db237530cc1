#include <filesystem>
#include <string>
#include <utility>

#include "nodes/one_task.hpp"
#include "nodes/output_file.hpp"
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

expected<void> carry_out(const std::filesystem::path& state,
                         const page_options& options) {
  auto task = read_task(state, options.task_id);
  if (!task)
    return task.error();
  return write_output(options.file,
                      options.is_markdown
                        ? to_markdown(*task)
                        : to_html(*task, diff_of(state, task->result.patch())));
}

} // namespace

int report_task(const page_options& options, const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  auto written = carry_out(state_path(loaded.values), options);
  return written ? 0 : refuse(written.error());
}

} // namespace cohort::nodes
