#include <filesystem>
#include <iostream>

#include "nodes/audit_story.hpp"
#include "nodes/report_words.hpp"
#include "nodes/retention.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/audit/set_aside.hpp"
#include "runtime/journal/salvage.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

namespace {

using runtime::expected;
using runtime::audit::cleaned;
using runtime::audit::cleaning;
using runtime::audit::retention;
using runtime::workspace::state_folder;

int fail_gc(const runtime::error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

retention limits_of(const gc_options& options,
                    const runtime::journal::journal_settings& configured) {
  retention given{options.older_than_days,
                  options.keep,
                  options.max_mb.value_or(0) << 20,
                  {options.abandoned.begin(), options.abandoned.end()}};
  auto is_any = given.older_than_days || given.keep || given.max_bytes > 0
                || !given.abandoned.empty();
  return is_any ? given : retention_of(configured).value_or(retention{});
}

/// Holds the state folder, which nobody uses then. Errors: not_found as well,
/// when there is no journal in it.
expected<state_folder> hold(const std::filesystem::path& state) {
  std::error_code failed;
  if (!std::filesystem::exists(state_folder::journal_of(state), failed))
    return runtime::error{runtime::errc::not_found,
                          "there is no journal in " + state.string()};
  return state_folder::open(state);
}

void show_cleaned(const cleaned& done, bool dry) {
  auto list = [](const std::string& what, auto& tasks) {
    for (auto& task : tasks)
      std::cout << what << ' ' << task.id << ", ended "
                << date_of(static_cast<double>(task.ended) / 1e9) << '\n';
  };
  list(dry ? "would remove" : "removed", done.tasks.removed);
  list("kept, for nobody has its work (--abandon ID forgets it):",
       done.tasks.undelivered);
  std::cout << (dry ? "would remove " : "removed ")
            << counted(static_cast<int64_t>(done.tasks.removed.size()), "task")
            << " and "
            << counted(static_cast<int64_t>(done.objects.objects), "object")
            << " of "
            << number(static_cast<double>(done.objects.bytes) / 1e6, 1)
            << " MB\n";
  if (done.objects.packs > 0)
    std::cout << "what is in "
              << counted(static_cast<int64_t>(done.objects.packs), "pack")
              << " of the store stays there\n";
}

int set_one_aside(const std::filesystem::path& state,
                  const std::string& task_id) {
  auto file = runtime::audit::set_aside(state, task_id);
  if (!file)
    return fail_gc(file.error());
  std::cout << "set aside: " << task_id << ", what can be read of it is in "
            << file->string() << '\n';
  return 0;
}

int salvage_journal(const std::filesystem::path& state) {
  auto done = runtime::journal::salvage(state_folder::journal_of(state),
                                        state / "set-aside");
  if (!done)
    return fail_gc(done.error());
  std::cout << "salvaged "
            << counted(static_cast<int64_t>(done->events), "event") << " of "
            << counted(static_cast<int64_t>(done->tasks), "task")
            << "; the journal as it was is " << done->damaged.string()
            << "\n`cohort audit --verify` says what is missing\n";
  return 0;
}

} // namespace

int collect_garbage(const gc_options& options, const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  auto state = state_path(loaded.values);
  auto held = hold(state);
  if (!held)
    return fail_gc(held.error());
  keep_torn_end(state);
  if (!options.set_aside.empty())
    return set_one_aside(state, options.set_aside);
  if (options.salvages)
    return salvage_journal(state);
  auto done = clean_up(state, limits_of(options, loaded.values.journal),
                       nanoseconds_now(),
                       options.dry ? cleaning::rehearsal : cleaning::whole);
  if (!done)
    return fail_gc(done.error());
  show_cleaned(*done, options.dry);
  if (!done->objects_stay)
    return 0;
  std::cerr << "cohort: " << done->objects_stay->message << '\n';
  return 3;
}

} // namespace cohort::nodes
