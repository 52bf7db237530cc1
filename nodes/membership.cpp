#include "nodes/membership.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "nodes/certs.hpp"

namespace cohort::nodes {

namespace fs = std::filesystem;
using runtime::expected;
using runtime::cluster::role;

fs::path certificates_of(const cluster_options& cluster,
                         const config::settings& settings) {
  if (!cluster.certificates.empty())
    return fs::absolute(cluster.certificates);
  return certificates_folder(settings);
}

expected<void> make_first_certificates(const fs::path& folder) {
  using namespace runtime::cluster;
  std::error_code failed;
  if (!fs::exists(folder / "ca.pem", failed))
    if (auto made = runtime::cluster::make_authority(folder); !made)
      return made.error();
  for (auto [wanted, name] :
       {std::pair{role::head, "head"}, std::pair{role::client, "client"}}) {
    auto files = files_of(folder, wanted, name);
    if (fs::exists(files.certificate, failed)
        || !fs::exists(folder / "ca-key.pem", failed))
      continue;
    certificate_request request;
    request.role = wanted;
    request.name = name;
    if (auto made = runtime::cluster::issue(folder, request, folder); !made)
      return made.error();
  }
  return {};
}

transport transport_for(const cluster_options& cluster,
                        const config::settings& settings, role wanted,
                        const std::string& name) {
  return {runtime::cluster::files_of(certificates_of(cluster, settings), wanted,
                                     name),
          cluster.insecure};
}

expected<endpoint> head_of(const cluster_options& cluster,
                           const config::settings& settings) {
  if (cluster.head.empty())
    return endpoint{"127.0.0.1", settings.cluster.port};
  return parse_endpoint(cluster.head, settings.cluster.port);
}

std::string host_name() {
  std::array<char, 65> text{};
  gethostname(text.data(), text.size() - 1);
  std::string result{text.data()};
  std::replace_if(
    result.begin(), result.end(),
    [](char c) {
      return !runtime::cluster::is_valid_name(std::string_view{&c, 1});
    },
    '-');
  return result.empty() ? "node" : result;
}

} // namespace cohort::nodes
