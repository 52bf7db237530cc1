#include "runtime/execution/project_cache.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/execution/cache/digest.hpp"
#include "runtime/execution/folder_limit.hpp"
#include "runtime/process/confined_runner.hpp"
#include "runtime/toolchain/file_tool.hpp"
#include "runtime/toolchain/prepare.hpp"

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

namespace {

/// Keys that are remembered; more are worked out again.
constexpr size_t keys_max = 1000;
/// Folders of projects, each a worktree and what its configuration made.
constexpr size_t projects_max = 16;

fs::path folder_of_projects(const slot_runner_settings& settings) {
  return (settings.slots / ".." / "projects").lexically_normal();
}

bool ends_with_one_of(std::string_view name,
                      std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) {
    return name.size() >= end.size()
           && name.substr(name.size() - end.size()) == end;
  });
}

/// Whether a file's content says how the workspace is configured.
bool is_build_file(const std::string& path) {
  auto name = fs::path{path}.filename().string();
  return name == "CMakeLists.txt" || name == "CMakePresets.json"
         || name == "CMakeUserPresets.json" || name == "compile_commands.json"
         || ends_with_one_of(name, {".cmake", ".in"});
}

/// Whether a file's existence may: build files collect sources with globs.
bool is_source(const std::string& path) {
  return ends_with_one_of(path, {".c", ".cc", ".cpp", ".cxx", ".c++", ".C"});
}

/// When and how large: a compile_commands.json of the user's is read in place.
void add_stamp(digest_builder& sum, const fs::path& file) {
  std::error_code failed;
  auto size = fs::file_size(file, failed);
  if (failed) {
    sum.add("none");
    return;
  }
  sum.add(file.string());
  sum.add(std::to_string(size));
  auto time = fs::last_write_time(file, failed);
  sum.add(std::to_string(time.time_since_epoch().count()));
}

/// Everything that names a request but for the content of its tree.
digest_builder digest_of(const project_request& request) {
  digest_builder sum;
  sum.add(request.workspace_root.string());
  auto& toolchain = request.toolchain;
  sum.add(toolchain.compile_commands_dir());
  for (auto& tool : toolchain.file_tools())
    sum.add(tool.SerializeAsString());
  for (auto& argument : toolchain.configure_args())
    sum.add(argument);
  constexpr auto file = "compile_commands.json";
  if (!toolchain.compile_commands_dir().empty()) {
    add_stamp(sum, fs::path{toolchain.compile_commands_dir()} / file);
  } else {
    add_stamp(sum, request.workspace_root / file);
    add_stamp(sum, request.workspace_root / "build" / file);
  }
  return sum;
}

std::string no_compiler_works(const toolchain::toolchain_settings& settings) {
  std::string result = "no compiler works:";
  for (auto& compiler : settings.compilers)
    result += " `" + (compiler == "clang" ? settings.clang : settings.gcc)
              + " --version` fails;";
  return result
         + " install one, or name it in toolchain.gcc or toolchain.clang";
}

/// For tools that judge files one by one: there is nothing to compile.
project_cache::handle
project_without_build(const toolchain::prepare_request& what) {
  auto result = std::make_shared<prepared_project>();
  result->project.source_root = what.tree;
  result->project.build_dir = what.build;
  return result;
}

expected<project_cache::handle>
configure(const project_request& request, const std::string& key,
          const slot_runner_settings& settings, workspace::object_store& store,
          process::runner& processes, std::stop_token stop) {
  auto folder = folder_of_projects(settings) / key;
  toolchain::prepare_request what{request.workspace_root, folder / "tree",
                                  folder / "build", request.toolchain};
  if (request.toolchain.compile_commands_dir().empty())
    if (auto there = store.materialise(what.tree, request.tree, {}); !there)
      return there.error();
  if (!toolchain::has_build_system(what)) {
    auto files = store.list_files(request.tree);
    if (!files)
      return files.error();
    if (!toolchain::tool_units(request.toolchain, *files, what.tree).empty())
      return project_without_build(what);
  }
  // A workspace's CMakeLists.txt is a program. What it may write is what is
  // mounted, and so cannot be exchanged for a link.
  process::confined_runner inside{processes,
                                  settings.processes,
                                  {{what.tree, what.build},
                                   {request.workspace_root},
                                   settings.processes.sandbox_network}};
  auto project = toolchain::prepare(what, settings.toolchain,
                                    settings.processes, inside, stop);
  if (!project)
    return project.error();
  auto result = std::make_shared<prepared_project>();
  result->project = std::move(*project);
  result->compilers = toolchain::installed_compilers(
    result->project, settings.toolchain, processes, stop);
  if (stop.stop_requested())
    return error{errc::cancelled, "configuring was stopped"};
  if (result->compilers.empty())
    return error{errc::no_toolchain, no_compiler_works(settings.toolchain)};
  return project_cache::handle{std::move(result)};
}

} // namespace

expected<std::string> project_cache::key_of(const project_request& request,
                                            workspace::object_store& store) {
  auto described = digest_of(request).finish();
  auto exact = described + request.tree;
  {
    std::lock_guard guard{mutex_};
    auto found = keys_.find(exact);
    if (found != keys_.end())
      return found->second;
  }
  digest_builder sum;
  sum.add(described);
  // With a compile_commands.json from outside, the tree says nothing.
  if (request.toolchain.compile_commands_dir().empty()) {
    auto files = store.list_files(request.tree);
    if (!files)
      return files.error();
    for (auto& file : *files) {
      if (is_build_file(file)) {
        auto content = store.read_file(request.tree, file);
        if (!content)
          return content.error();
        sum.add(file);
        sum.add(*content);
      } else if (is_source(file)) {
        sum.add(file);
      }
    }
  }
  std::lock_guard guard{mutex_};
  if (keys_.size() >= keys_max)
    keys_.clear();
  // It names a folder; 128 bits are enough for that.
  return keys_[exact] = to_hex(std::move(sum).finish()).substr(0, 32);
}

expected<project_cache::handle>
project_cache::get(const project_request& request,
                   const slot_runner_settings& settings,
                   workspace::object_store& store, process::runner& processes,
                   std::stop_token stop) {
  auto key = key_of(request, store);
  if (!key)
    return key.error();
  while (true) {
    std::unique_lock lock{mutex_};
    auto [found, is_mine] = entries_.try_emplace(*key);
    if (is_mine)
      found->second = std::make_shared<entry>();
    found->second->last_use = ++uses_;
    if (is_mine) {
      auto mine = found->second;
      auto gone = make_room(folder_of_projects(settings));
      lock.unlock();
      remove_folders(gone);
      expected<handle> outcome = error{errc::internal, "configuring threw"};
      try {
        outcome = configure(request, *key, settings, store, processes, stop);
      } catch (const std::exception& thrown) {
        outcome = error{errc::internal, thrown.what()};
      }
      settle(*key, *mine, outcome);
      return outcome;
    }
    auto again = false;
    auto result = wait(found->second, stop, std::move(lock), again);
    if (!again)
      return result;
  }
}

/// Forgets the projects that nobody has a handle of or waits for, the longest
/// unused first, while there are too many. Returns folders that are to be
/// removed once the lock is given back.
std::vector<fs::path> project_cache::make_room(const fs::path& folder) {
  auto is_free = [](const entry& one, long holders) {
    return one.settled && holders == 1 && one.made.use_count() == 1;
  };
  while (entries_.size() > projects_max) {
    auto oldest = entries_.end();
    for (auto it = entries_.begin(); it != entries_.end(); ++it)
      if (is_free(*it->second, it->second.use_count())
          && (oldest == entries_.end()
              || it->second->last_use < oldest->second->last_use))
        oldest = it;
    if (oldest == entries_.end())
      break;
    entries_.erase(oldest);
  }
  std::set<std::string> used;
  for (auto& [key, shared] : entries_)
    used.insert(key);
  return keep_newest(folder, projects_max, used);
}

/// Waits for the caller who configures. `again`: he gave up; somebody else
/// must.
expected<project_cache::handle>
project_cache::wait(std::shared_ptr<entry> shared, std::stop_token stop,
                    std::unique_lock<std::mutex> lock, bool& again) {
  auto settled = changed_.wait(lock, stop, [&] { return shared->settled; });
  if (!settled)
    return error{errc::cancelled,
                 "stopped while waiting for the configuration"};
  if (!shared->failure)
    return shared->made;
  again = shared->failure->code == errc::cancelled;
  return *shared->failure;
}

void project_cache::settle(const std::string& key, entry& mine,
                           expected<handle> outcome) {
  std::lock_guard guard{mutex_};
  mine.settled = true;
  if (outcome) {
    mine.made = *outcome;
  } else {
    mine.failure = outcome.error();
    entries_.erase(key);
  }
  changed_.notify_all();
}

std::shared_ptr<project_cache> make_project_cache() {
  return std::make_shared<project_cache>();
}

} // namespace cohort::runtime::execution
