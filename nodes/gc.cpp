#include <chrono>
#include <filesystem>
#include <iostream>

#include "nodes/audit_story.hpp"
#include "nodes/report_words.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/audit/retention.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

namespace {

using runtime::expected;
using runtime::audit::cleaned;
using runtime::workspace::state_folder;

int64_t nanoseconds_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

expected<cleaned> clean_state(const std::filesystem::path& state,
                              const gc_options& options) {
  std::error_code failed;
  if (!std::filesystem::exists(state_folder::journal_of(state), failed))
    return runtime::error{runtime::errc::not_found,
                          "there is no journal in " + state.string()};
  auto held = state_folder::open(state);
  if (!held)
    return held.error();
  runtime::audit::retention limits{options.older_than_days, options.keep};
  return clean_up(state, limits, nanoseconds_now(), options.dry);
}

void show_cleaned(const cleaned& done, bool dry) {
  auto list = [](const std::string& what, auto& tasks) {
    for (auto& task : tasks)
      std::cout << what << ' ' << task.id << ", ended "
                << date_of(static_cast<double>(task.ended) / 1e9) << '\n';
  };
  list(dry ? "would remove" : "removed", done.tasks.removed);
  list("kept, for its result was never delivered:", done.tasks.undelivered);
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

} // namespace

int collect_garbage(const gc_options& options, const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  auto done = clean_state(loaded.values.state.empty()
                            ? state_folder::default_path()
                            : loaded.values.state,
                          options);
  if (done) {
    show_cleaned(*done, options.dry);
    return 0;
  }
  std::cerr << "cohort: " << done.error().message << '\n';
  return exit_code(done.error().code);
}

} // namespace cohort::nodes
