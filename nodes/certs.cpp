#include "nodes/certs.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

#include <unistd.h>

#include "nodes/session.hpp"
#include "nodes/verbs.hpp"

namespace cohort::nodes {

namespace {

namespace cluster = runtime::cluster;
namespace fs = std::filesystem;

constexpr std::chrono::days soon{30};

int fail_with(const runtime::error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

std::string remaining(cluster::wall_clock::time_point end,
                      cluster::wall_clock::time_point now) {
  auto days = std::chrono::floor<std::chrono::days>(end - now).count();
  auto until = "until " + cluster::utc_text(end);
  return end <= now ? until + ", which is past"
                    : until + " (" + std::to_string(days)
                        + (days == 1 ? " day)" : " days)");
}

certificate_state state_of(cluster::wall_clock::time_point end,
                           cluster::wall_clock::time_point now) {
  return end <= now         ? certificate_state::unusable
         : end - now < soon ? certificate_state::ends_soon
                            : certificate_state::ok;
}

certificate_line line_of_member(const fs::path& file, const fs::path& key,
                                cluster::wall_clock::time_point now) {
  auto who = cluster::check_files({file.parent_path() / "ca.pem", file, key},
                                  now);
  if (!who)
    return {certificate_state::unusable, who.error().message};
  auto role = to_string(who->role);
  certificate_line line{state_of(who->expires, now),
                        role + " " + who->name + " "
                          + remaining(who->expires, now) + ": "
                          + file.string()};
  if (line.state == certificate_state::ends_soon)
    line.text += "; `cohort certs " + role + " " + who->name + "` renews it";
  return line;
}

/// What the file says of itself.
certificate_line line_of_facts(const fs::path& file,
                               cluster::wall_clock::time_point now) {
  auto facts = cluster::read_facts(file);
  if (!facts)
    return {certificate_state::unusable, facts.error().message};
  auto kind = facts->is_authority ? "authority"
              : facts->role       ? to_string(*facts->role)
                                  : std::string{"not of a cluster:"};
  return {state_of(facts->expires, now), kind + " " + facts->name + " "
                                           + remaining(facts->expires, now)
                                           + ": " + file.string()};
}

int show_file(const fs::path& file) {
  auto facts = cluster::read_facts(file);
  if (!facts)
    return fail_with(facts.error());
  std::cout << "role     "
            << (facts->is_authority ? "authority"
                : facts->role       ? to_string(*facts->role)
                                    : "none that cohort knows")
            << "\nname     " << facts->name << "\nstarts   "
            << cluster::utc_text(facts->starts) << "\nexpires  "
            << cluster::utc_text(facts->expires) << '\n';
  for (auto& host : facts->hosts)
    std::cout << "host     " << host << '\n';
  return 0;
}

int show_folder(const fs::path& folder) {
  auto lines = certificate_lines(folder, cluster::wall_clock::now());
  if (lines.empty())
    return fail_with(
      {runtime::errc::not_found, "no certificates in " + folder.string()
                                   + "; `cohort certs ca` makes an authority"});
  int code = 0;
  for (auto& line : lines) {
    std::cout << line.text << '\n';
    if (line.state == certificate_state::unusable)
      code = 2;
  }
  return code;
}

int make_authority(const fs::path& folder, unsigned days) {
  auto made = cluster::make_authority(
    folder, std::chrono::days{days > 0 ? days : 3650});
  if (!made)
    return fail_with(made.error());
  std::cout << "authority    " << (folder / "ca.pem").string()
            << "\nkey          " << (folder / "ca-key.pem").string()
            << " (whoever has it can make members: keep it here)\n";
  return 0;
}

/// A head's and a client's name is their role unless one is given; nodes are
/// many, so theirs is the host's.
std::string default_name(cluster::role role) {
  std::array<char, 256> host{};
  if (role != cluster::role::node)
    return to_string(role);
  return gethostname(host.data(), host.size() - 1) == 0 ? host.data() : "";
}

int make_member(const certs_options& options, cluster::role role,
                const fs::path& folder) {
  cluster::certificate_request request;
  request.role = role;
  request.name = options.name.empty() ? default_name(role) : options.name;
  request.hosts = options.hosts;
  if (options.days > 0)
    request.valid = std::chrono::days{options.days};
  request.new_key = options.new_key;
  auto files = cluster::issue(
    folder, request, options.out.empty() ? folder : fs::path{options.out});
  if (!files)
    return fail_with(files.error());
  auto who = cluster::check_files(*files);
  if (!who)
    return fail_with(who.error());
  std::cout << to_string(role) << ' ' << who->name << ' '
            << remaining(who->expires, cluster::wall_clock::now())
            << "\nca           " << files->ca.string() << "\ncertificate  "
            << files->certificate.string() << "\nkey          "
            << files->key.string() << '\n';
  return 0;
}

} // namespace

fs::path certificates_folder(const config::settings& settings) {
  if (!settings.cluster.certificates.empty())
    return settings.cluster.certificates;
  return state_path(settings) / "certs";
}

std::vector<certificate_line>
certificate_lines(const fs::path& folder, cluster::wall_clock::time_point now) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator at{folder, failed}, end; !failed && at != end;
       at.increment(failed))
    if (at->path().extension() == ".pem"
        && at->path().filename() != "ca-key.pem")
      files.push_back(at->path());
  std::sort(files.begin(), files.end());
  std::vector<certificate_line> lines;
  for (auto& file : files) {
    auto key = fs::path{file}.replace_extension(".key");
    auto has_key = fs::exists(fs::symlink_status(key, failed));
    lines.push_back(has_key ? line_of_member(file, key, now)
                            : line_of_facts(file, now));
  }
  return lines;
}

int certs(const certs_options& options, const global_options& global) {
  fs::path folder = options.folder;
  if (folder.empty()) {
    auto loaded = load_settings(global);
    if (report_problems(loaded))
      return 2;
    folder = certificates_folder(loaded.values);
  }
  if (options.kind == "show")
    return options.name.empty() ? show_folder(folder) : show_file(options.name);
  if (auto role = cluster::role_from(options.kind))
    return make_member(options, *role, folder);
  return make_authority(folder, options.days);
}

} // namespace cohort::nodes
