#include "runtime/process/host_view.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>

#include <pwd.h>
#include <unistd.h>

namespace cohort::runtime::process {

namespace fs = std::filesystem;

namespace {

/// What builds need of a home folder's hidden part.
constexpr std::array shown_of_home{
  ".asdf",      ".cmake",       ".conan",         ".conan2",
  ".linuxbrew", ".local/bin",   ".local/include", ".local/lib",
  ".local/opt", ".nix-defexpr", ".nix-profile",   ".platformio",
  ".pyenv",     ".rustup",      ".sdkman",        ".vcpkg"};

/// Without links; empty where there is no such folder.
fs::path folder_at(const fs::path& path) {
  std::error_code failed;
  auto result = path.is_absolute() ? fs::canonical(path, failed) : fs::path{};
  return !failed && fs::is_directory(result, failed) ? result : fs::path{};
}

bool can_read(const char* path) {
  return access(path, R_OK) == 0;
}

std::string value_of(const environment_map& environment, const char* name) {
  auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

fs::path home_of(const environment_map& environment) {
  auto home = value_of(environment, "HOME");
  if (home.empty())
    if (auto* user = getpwuid(getuid()))
      home = user->pw_dir;
  return folder_at(home);
}

void hide_folder(view_map& views, const fs::path& folder, view how) {
  if (auto there = folder_at(folder); there.has_relative_path())
    hide(views, there, how);
}

/// Whatever was said of what is in it: the state folder may be the home of a
/// user that only cohort runs as.
void hide_all_of(view_map& views, const fs::path& folder) {
  std::erase_if(views, [&](auto& rule) {
    auto& path = rule.first;
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end())
             .first
           == folder.end();
  });
  views[folder] = view::hidden_folder;
}

void show_folder(view_map& views, const fs::path& folder) {
  if (auto there = folder_at(folder); !there.empty())
    show(views, there);
}

/// Its own and its neighbours' temporary files are nobody else's business.
void add_scratch(view_map& views, const environment_map& environment) {
  views["/dev/shm"] = view::scratch; // bubblewrap makes it.
  for (auto* folder : {"/tmp", "/var/tmp"})
    hide_folder(views, folder, view::scratch);
  for (auto* name : {"TMPDIR", "CCACHE_DIR"})
    hide_folder(views, value_of(environment, name), view::scratch);
}

void add_secrets(view_map& views) {
  for (auto* folder : {"/run", "/root", "/etc/ssh", "/etc/ssl/private"})
    if (can_read(folder))
      hide_folder(views, folder, view::hidden_folder);
  for (auto* file :
       {"/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"})
    if (can_read(file))
      views[file] = view::hidden_file;
}

void add_home(view_map& views, const fs::path& home) {
  if (!home.has_relative_path())
    return;
  hide(views, home, view::scratch);
  std::error_code failed;
  auto entry = fs::directory_iterator{home, failed};
  for (; !failed && entry != fs::directory_iterator{}; entry.increment(failed))
    if (!entry->path().filename().string().starts_with('.'))
      show(views, entry->path());
  for (auto* name : shown_of_home)
    if (fs::exists(home / name, failed))
      show(views, home / name);
}

void add_programs(view_map& views, const std::string& path) {
  for (size_t begin = 0; begin < path.size();) {
    auto end = std::min(path.find(':', begin), path.size());
    show_folder(views, path.substr(begin, end - begin));
    begin = end + 1;
  }
}

} // namespace

view_map host_view(const environment_map& environment,
                   const std::vector<fs::path>& secrets,
                   const process_settings& settings) {
  view_map result;
  add_scratch(result, environment);
  add_home(result, home_of(environment));
  add_secrets(result);
  show_folder(result, "/run/current-system"); // The programs of NixOS.
  if (settings.sandbox_network)
    show_folder(result, "/run/systemd/resolve");
  add_programs(result, value_of(environment, "PATH"));
  for (auto& folder : settings.sandbox_readable)
    show_folder(result, folder);
  for (auto& folder : settings.sandbox_writable)
    if (auto there = folder_at(folder); !there.empty())
      result[there] = view::writable;
  // Wherever it lies: what is in the same folder may come to be shown.
  for (auto& folder : secrets)
    if (auto there = folder_at(folder); !there.empty())
      hide_all_of(result, there);
  return result;
}

} // namespace cohort::runtime::process
