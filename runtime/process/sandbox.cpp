#include "runtime/process/sandbox.hpp"

#include <string_view>
#include <utility>

namespace cohort::runtime::process {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t hidden_bytes = 64 * 1024;
constexpr int signal_max = 64;

/// What is seen at `path`.
view view_at(const view_map& views, fs::path path) {
  for (;; path = path.parent_path()) {
    if (auto found = views.find(path); found != views.end())
      return found->second;
    if (!path.has_relative_path())
      return view::readable;
  }
}

bool is_of_host(view what) {
  return what == view::readable || what == view::writable;
}

view_map views_for(const command& what, const view_map& host) {
  auto result = host;
  for (auto& folder : what.confined->writable)
    result[folder] = view::writable;
  for (auto& path : what.confined->readable)
    show(result, path);
  if (fs::path program{what.argv.front()}; program.is_absolute())
    show(result, program.parent_path());
  return result;
}

/// In a map's order a folder stands before what is in it.
void add_views(const view_map& views, std::vector<std::string>& to) {
  auto add = [&](std::initializer_list<std::string> words) {
    to.insert(to.end(), words);
  };
  for (auto& [path, how] : views) {
    auto name = path.string();
    switch (how) {
      case view::readable:
        add({"--ro-bind-try", name, name});
        break;
      case view::writable:
        add({"--bind", name, name});
        break;
      case view::scratch:
        add({"--size", std::to_string(scratch_bytes), "--tmpfs", name});
        break;
      case view::hidden_folder:
        add({"--size", std::to_string(hidden_bytes), "--tmpfs", name});
        break;
      case view::hidden_file:
        add({"--ro-bind", "/dev/null", name});
        break;
    }
  }
}

} // namespace

void show(view_map& views, const fs::path& path) {
  if (path.is_absolute() && !is_of_host(view_at(views, path)))
    views.emplace(path, view::readable);
}

void hide(view_map& views, const fs::path& path, view how) {
  if (is_of_host(view_at(views, path)))
    views[path] = how;
}

std::vector<std::string> sandbox_arguments(const command& what,
                                           const view_map& host) {
  // Root's own files can be written without a capability; those of /proc/sys
  // are the host's.
  std::vector<std::string> result{"bwrap",
                                  "--unshare-all",
                                  "--die-with-parent",
                                  "--cap-drop",
                                  "ALL",
                                  "--ro-bind",
                                  "/",
                                  "/",
                                  "--dev",
                                  "/dev",
                                  "--proc",
                                  "/proc",
                                  "--ro-bind",
                                  "/proc/sys",
                                  "/proc/sys"};
  if (what.confined->network)
    result.emplace_back("--share-net");
  // Else a bubblewrap with these variables is what others in there can read.
  if (!what.private_environment.empty())
    result.emplace_back("--as-pid-1");
  add_views(views_for(what, host), result);
  auto folder = what.working_directory.empty() ? "/" : what.working_directory;
  result.insert(result.end(), {"--unsetenv", "TMPDIR"});
  for (auto& [name, value] : what.environment)
    result.insert(result.end(), {"--setenv", name, value});
  result.insert(result.end(), {"--chdir", folder, "--"});
  result.insert(result.end(), what.argv.begin(), what.argv.end());
  return result;
}

outcome outcome_in_sandbox(outcome result, const std::string& program) {
  constexpr std::string_view prefix = "bwrap: ";
  if (result.status != status::exited)
    return result;
  if (result.exit_code > 128 && result.exit_code <= 128 + signal_max) {
    result.status = status::signalled;
    result.signal = result.exit_code - 128;
    result.exit_code = -1;
  } else if (result.exit_code == 1 && result.out.empty()
             && result.err.starts_with(prefix)) {
    result.status = status::start_failed;
    result.exit_code = -1;
    auto words = result.err.substr(prefix.size());
    result.message = "cannot start " + program
                     + " in a sandbox: " + words.substr(0, words.find('\n'));
  }
  return result;
}

} // namespace cohort::runtime::process
