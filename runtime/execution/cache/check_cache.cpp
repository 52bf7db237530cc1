#include "runtime/execution/cache/check_cache.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "runtime/execution/cache/digest.hpp"
#include "runtime/process/find_program.hpp"

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

namespace {

/// Part of every action: another number makes all entries unreachable.
constexpr auto format = "cohort check 1";

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

/// The folders outside of the worktree in which `what` looks for headers.
std::set<std::string> include_folders(const check_action& what) {
  std::set<std::string> result{"/usr/local/include"};
  auto& argv = what.command.argv;
  auto tree = what.tree.string();
  auto take = [&](std::string_view path) {
    if (path.starts_with('/') && path != tree && below(path, tree).empty())
      result.emplace(path);
  };
  for (size_t i = 1; i < argv.size(); ++i)
    for (std::string_view option :
         {"-I", "-isystem", "-iquote", "-idirafter", "-cxx-isystem"}) {
      std::string_view argument = argv[i];
      if (argument == option && i + 1 < argv.size())
        take(argv[i + 1]);
      else if (argument.starts_with(option))
        take(argument.substr(option.size()));
    }
  return result;
}

/// The compiler's file, as ccache identifies it: where, how large, how old.
std::optional<std::string> identity_of(const std::string& program) {
  std::error_code failed;
  auto file = fs::canonical(process::find_program(program), failed);
  struct stat info {};
  if (failed || stat(file.c_str(), &info) != 0)
    return std::nullopt;
  return file.string() + '\n' + std::to_string(info.st_size) + '\n'
         + std::to_string(info.st_mtim.tv_sec) + '\n'
         + std::to_string(info.st_mtim.tv_nsec);
}

/// Files by kind, and the folders that those outside lie in.
result_store::names list_of(const fs::path& tree,
                            const std::vector<std::string>& opened) {
  std::set<std::string> result;
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

std::string check_cache::action_of(const check_action& what) {
  auto& command = what.command;
  if (command.argv.empty()
      || std::any_of(command.argv.begin() + 1, command.argv.end(),
                     reads_unlisted))
    return {};
  auto identity = identity_of(command.argv.front());
  if (!identity)
    return {};
  auto tree = what.tree.string();
  digest_builder all;
  all.add(format).add(what.unit).add(what.compiler).add(what.names);
  all.add(*identity).add(without_tree(command.working_directory, tree));
  for (auto& argument : command.argv)
    all.add(without_tree(argument, tree));
  for (auto& [name, value] : command.environment)
    all.add(name).add(value);
  for (auto& folder : include_folders(what)) {
    auto names = digests_.of_folder(folder);
    all.add(folder).add(names ? names->bytes : "");
  }
  return std::move(all).finish();
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
  result.action = action_of(what);
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
  auto list = list_of(tree, opened);
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
