#include "runtime/execution/cache/check_cache.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "runtime/execution/cache/digest.hpp"
#include "runtime/execution/cache/lookups.hpp"
#include "runtime/process/environment.hpp"
#include "runtime/process/find_program.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

namespace {

/// Part of every action: another number makes all entries unreachable.
constexpr auto format = "cohort check 2";

/// Kinds of names in a list, as first letters.
constexpr char in_tree = 't';
constexpr char outside = 'o';
constexpr char folder_outside = 'f';

int64_t now_in_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

/// Options that make a compiler read files which it does not list.
bool reads_unlisted(std::string_view argument) {
  static constexpr std::string_view prefixes[] = {"-fplugin",
                                                  "-specs",
                                                  "--specs",
                                                  "-fprofile-use",
                                                  "-fmodule",
                                                  "--config",
                                                  "-ivfsoverlay",
                                                  "-fsanitize-ignorelist",
                                                  "-fsanitize-blacklist",
                                                  "-fauto-profile",
                                                  "-load",
                                                  "@"};
  return std::any_of(std::begin(prefixes), std::end(prefixes),
                     [&](auto prefix) { return argument.starts_with(prefix); });
}

/// `text` with the worktree's path replaced, so that all slots have one name.
std::string without_tree(std::string text, const std::string& tree) {
  for (auto at = text.find(tree); at != std::string::npos;
       at = text.find(tree, at + 1))
    text.replace(at, tree.size(), "\x01");
  return text;
}

std::string_view below(std::string_view path, std::string_view folder) {
  if (path.size() > folder.size() && path.starts_with(folder)
      && path[folder.size()] == '/')
    return path.substr(folder.size() + 1);
  return {};
}

/// The folders in which the command says that headers are.
std::vector<std::string> include_folders(const process::command& command) {
  std::set<std::string> result;
  auto& argv = command.argv;
  for (size_t i = 1; i < argv.size(); ++i)
    for (std::string_view option :
         {"-I", "-isystem", "-iquote", "-idirafter", "-cxx-isystem"}) {
      std::string_view argument = argv[i];
      if (argument == option && i + 1 < argv.size())
        result.insert(argv[i + 1]);
      else if (argument.starts_with(option))
        result.emplace(argument.substr(option.size()));
    }
  std::erase_if(result, [](auto& path) { return !path.starts_with('/'); });
  return {result.begin(), result.end()};
}

bool is_outside(std::string_view path, std::string_view tree) {
  return path != tree && below(path, tree).empty();
}

/// A program's file, as ccache identifies it: where, how large, how old.
std::string identity_of_file(const std::string& path) {
  std::error_code failed;
  auto file = fs::canonical(path, failed);
  struct stat info {};
  if (failed || stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
    return {};
  return file.string() + '\n' + std::to_string(info.st_size) + '\n'
         + std::to_string(info.st_mtim.tv_sec) + '\n'
         + std::to_string(info.st_mtim.tv_nsec) + '\n';
}

/// The program's file, and all of its name in PATH, since the first may be a
/// wrapper that calls the next. Empty when there is none.
std::string identity_of(const std::string& program) {
  auto first = identity_of_file(process::find_program(program));
  if (first.empty())
    return {};
  auto all = first;
  auto* path = std::getenv("PATH");
  auto name = fs::path{program}.filename();
  for (std::string_view rest = path == nullptr ? "" : path; !rest.empty();) {
    auto end = std::min(rest.find(':'), rest.size());
    if (end > 0)
      all += identity_of_file((fs::path{rest.substr(0, end)} / name).string());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

/// What of the environment says nothing of what a compiler says.
bool is_silent(std::string_view variable) {
  return variable.starts_with("COHORT_") || variable == "HOME"
         || variable == "TMPDIR" || variable == "LANG"
         || variable == "CCACHE_DIR";
}

/// What the command sees of this process' environment and of the host.
void add_surroundings(const process::process_settings& limits,
                      digest_builder& to) {
  for (auto& [name, value] : process::child_environment(
         process::current_environment(), limits.pass_environment))
    if (!is_silent(name))
      to.add(name).add(value);
  to.add(std::to_string(static_cast<int>(limits.sandbox)));
  if (limits.sandbox == process::sandbox_policy::off)
    return;
  to.add(identity_of("bwrap"));
  for (auto& folder : limits.sandbox_readable)
    to.add(folder);
  for (auto& folder : limits.sandbox_writable)
    to.add(folder);
}

/// Files by kind, and the folders that those outside lie in.
result_store::names list_of(const fs::path& tree,
                            const std::vector<std::string>& opened,
                            const std::set<std::string>& looked_in) {
  std::set<std::string> result;
  for (auto& folder : looked_in)
    result.insert(folder_outside + folder);
  auto root = tree.string();
  for (auto& path : opened)
    if (auto name = below(path, root); !name.empty()) {
      result.insert(in_tree + std::string{name});
    } else {
      result.insert(outside + path);
      result.insert(folder_outside + fs::path{path}.parent_path().string());
    }
  return {result.begin(), result.end()};
}

} // namespace

check_cache::check_cache(std::unique_ptr<result_store> store)
  : store_{std::move(store)} {
  // nop
}

std::string check_cache::action_of(const check_action& what,
                                   const std::vector<std::string>& folders) {
  auto& command = what.command;
  if (command.argv.empty()
      || std::any_of(command.argv.begin() + 1, command.argv.end(),
                     reads_unlisted))
    return {};
  auto tree = what.tree.string();
  digest_builder all;
  all.add(format).add(what.unit).add(what.compiler).add(what.names);
  // "ccache g++ -c ...": both of them.
  for (size_t i = 0; i < command.argv.size(); ++i) {
    if (i > 0 && (command.argv[i].empty() || command.argv[i][0] == '-'))
      break;
    auto identity = identity_of(command.argv[i]);
    if (i == 0 && identity.empty())
      return {};
    all.add(identity);
  }
  all.add(without_tree(command.working_directory, tree));
  for (auto& argument : command.argv)
    all.add(without_tree(argument, tree));
  for (auto& [name, value] : command.environment)
    all.add(name).add(value);
  add_surroundings(what.limits, all);
  for (auto& folder : folders)
    if (is_outside(folder, tree)) {
      auto names = digests_.of_folder(folder);
      all.add(folder).add(names ? names->bytes : "");
    }
  return std::move(all).finish();
}

/// Each text is looked through once.
std::vector<std::string> check_cache::asked_in(const std::string& file) {
  constexpr size_t most = 100'000;
  auto digest = digests_.of_file(file);
  if (!digest)
    return {};
  {
    std::lock_guard guard{asked_mutex_};
    if (auto known = asked_.find(digest->bytes); known != asked_.end())
      return known->second;
  }
  auto text = workspace::read_file(file);
  auto asked = text ? asked_headers(*text) : std::vector<std::string>{};
  std::lock_guard guard{asked_mutex_};
  if (asked_.size() >= most)
    asked_.clear();
  return asked_[digest->bytes] = std::move(asked);
}

std::set<std::string>
check_cache::lookups_of(const answer& asked, const fs::path& tree,
                        const pb::UnitReport& report,
                        const std::vector<std::string>& opened) {
  auto root = tree.string();
  auto roots = system_include_folders();
  roots.insert(asked.folders.begin(), asked.folders.end());
  // What was found in one folder was looked for in those before it, which may
  // be any that is named, and the one that comes before the system's.
  std::set<std::string> named{"/usr/local/include"};
  for (auto& folder : asked.folders)
    if (is_outside(folder, root))
      named.insert(folder);
  std::set<std::string> found; // One of each folder is enough.
  std::set<std::string> folders_found;
  std::set<std::string> in_vain;
  for (auto& path : opened) {
    for (auto& folder : roots)
      if (auto name = below(path, folder);
          !name.empty()
          && folders_found.emplace(name.substr(0, name.rfind('/') + 1)).second)
        found.emplace(name);
    for (auto& name : asked_in(path)) {
      in_vain.insert(name);
      if (is_outside(path, root)) // Beside it.
        roots.insert(fs::path{path}.parent_path().string());
    }
  }
  for (auto& diagnostic : report.diagnostics())
    if (auto name = missing_header(diagnostic.message()); !name.empty())
      in_vain.insert(name);
  std::set<std::string> result;
  auto look = [&](const std::set<std::string>& folders,
                  const std::set<std::string>& names) {
    for (auto& folder : folders)
      if (is_outside(folder, root))
        for (auto& name : names)
          result.insert(folder_of_lookup(folder, name).string());
  };
  look(named, found);
  if (!in_vain.empty())
    look(roots, in_vain);
  result.erase("");
  return result;
}

/// What the names of `list` hold now. Nothing when one is not there, or
/// changed after `not_after_ns`.
std::optional<std::string>
check_cache::closure_of(const std::string& action, const fs::path& tree,
                        const result_store::names& list, int64_t not_after_ns) {
  digest_builder all;
  all.add(action);
  for (auto& name : list) {
    if (name.empty())
      return std::nullopt;
    auto path = name.front() == in_tree ? tree / name.substr(1)
                                        : fs::path{name.substr(1)};
    auto digest = name.front() == folder_outside ? digests_.of_folder(path)
                                                 : digests_.of_file(path);
    if (!digest || digest->changed_ns > not_after_ns)
      return std::nullopt;
    all.add(name).add(digest->bytes);
  }
  return std::move(all).finish();
}

check_cache::answer check_cache::find(const check_action& what) {
  answer result;
  result.began_ns = now_in_ns();
  result.folders = include_folders(what.command);
  result.action = action_of(what, result.folders);
  if (result.action.empty())
    return result;
  for (auto& list : store_->lists(result.action)) {
    auto closure = closure_of(result.action, what.tree, list, INT64_MAX);
    auto bytes = closure ? store_->load(*closure) : std::nullopt;
    pb::UnitReport report;
    if (bytes && report.ParseFromString(*bytes) && report.unit() == what.unit
        && report.tool() == what.compiler) {
      result.report = std::move(report);
      return result;
    }
  }
  return result;
}

void check_cache::keep(const answer& asked, const fs::path& tree,
                       const pb::UnitReport& report,
                       const std::vector<std::string>& opened) {
  if (asked.action.empty() || !report.failure().empty() || opened.empty())
    return;
  auto list = list_of(tree, opened, lookups_of(asked, tree, report, opened));
  auto closure = closure_of(asked.action, tree, list, asked.began_ns);
  auto bytes = report.SerializeAsString();
  // Words about one slot would be wrong in another.
  if (closure && bytes.find(tree.string()) == std::string::npos)
    store_->save(asked.action, list, *closure, bytes);
}

std::shared_ptr<check_cache> open_check_cache(const fs::path& file,
                                              const cache_settings& settings,
                                              std::string& why) {
  if (!settings.enabled) {
    why = "switched off";
    return nullptr;
  }
  auto store = result_store::open(file, settings.limit_bytes);
  if (!store) {
    why = store.error().message;
    return nullptr;
  }
  return std::make_shared<check_cache>(std::move(*store));
}

} // namespace cohort::runtime::execution
