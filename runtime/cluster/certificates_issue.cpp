#include <algorithm>
#include <utility>

#include <openssl/ec.h>
#include <openssl/objects.h>

#include "runtime/cluster/certificates.hpp"
#include "runtime/cluster/certificates_build.hpp"
#include "runtime/cluster/certificates_pem.hpp"

namespace cohort::runtime::cluster {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours longest = std::chrono::days{36500};
constexpr size_t max_hosts = 64;

expected<void> check_period(std::chrono::hours valid) {
  if (valid >= std::chrono::hours{1} && valid <= longest)
    return {};
  return error{errc::invalid_request,
               "a certificate must be valid for 1 hour to 36500 days"};
}

/// The key in that file; made now when there is none, or a new one is asked
/// for. Whoever comes second of two at once takes the first one's.
expected<key_owner> key_in(const fs::path& file, bool anew) {
  std::error_code ignored;
  if (!anew && fs::exists(file, ignored))
    return read_key(file);
  key_owner key{EVP_EC_gen(SN_X9_62_prime256v1)};
  auto pem = key ? pem_of(key.get()) : std::string{};
  if (pem.empty())
    return openssl_failed();
  auto written = install_file(file, pem, 0600,
                              anew ? if_there::replace : if_there::keep);
  if (!written)
    return written.error();
  if (!*written)
    return read_key(file);
  return key;
}

/// The certificate's hosts, without repetition.
expected<std::vector<std::string>>
hosts_of(const certificate_request& request) {
  std::vector<std::string> result{request.name};
  if (request.role == role::head)
    result.insert(result.end(), {"localhost", "127.0.0.1", "::1"});
  result.insert(result.end(), request.hosts.begin(), request.hosts.end());
  for (auto& host : request.hosts)
    if (!is_host(host))
      return error{errc::invalid_request,
                   "\"" + host.substr(0, 80)
                     + "\" is no host name and no address"};
  std::sort(result.begin() + 1, result.end());
  result.erase(std::unique(result.begin() + 1, result.end()), result.end());
  if (std::find(result.begin() + 1, result.end(), request.name) != result.end())
    result.erase(result.begin());
  if (result.size() > max_hosts)
    return error{errc::invalid_request,
                 "a certificate holds at most 64 host names"};
  return result;
}

expected<authority> load_authority(const fs::path& folder) {
  auto file = folder / "ca.pem";
  auto certificates = read_certificates(file);
  if (!certificates)
    return error{certificates.error().code,
                 certificates.error().message
                   + "; the authority is made with `cohort certs ca`"};
  auto key = read_key(folder / "ca-key.pem");
  if (!key)
    return key.error();
  authority result{std::move(certificates->front()), std::move(*key)};
  if (X509_check_ca(result.certificate.get()) != 1)
    return origin_of(file).fails("is not the certificate of an authority");
  if (!is_pair(result.certificate.get(), result.key.get()))
    return origin_of(folder / "ca-key.pem")
      .fails("is not the key of " + file.string());
  return result;
}

/// The members' folder gets the authority's certificate, unless it has it.
expected<void> copy_authority(const authority& from, const fs::path& folder) {
  auto file = folder / "ca.pem";
  certificate_list list;
  list.emplace_back(X509_dup(from.certificate.get()));
  auto pem = list.front() ? pem_of(list) : std::string{};
  if (pem.empty())
    return openssl_failed();
  auto written = install_file(file, pem, 0644, if_there::keep);
  if (!written)
    return written.error();
  if (*written)
    return {};
  auto present = read_certificates(file);
  if (!present)
    return present.error();
  for (auto& certificate : *present)
    if (X509_cmp(certificate.get(), from.certificate.get()) == 0)
      return {};
  return origin_of(file).fails("is of another authority; choose another "
                               "folder, or remove it");
}

} // namespace

expected<void> make_authority(const fs::path& folder, std::chrono::hours valid,
                              wall_clock::time_point now) {
  error_queue_scope quiet;
  if (auto sane = check_period(valid); !sane)
    return sane;
  auto file = folder / "ca.pem";
  error exists{errc::invalid_request,
               file.string()
                 + " exists: its certificates would be worth nothing with "
                   "another authority; choose another folder, or remove it"};
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(file, ignored)))
    return exists;
  auto key = key_in(folder / "ca-key.pem", false);
  if (!key)
    return key.error();
  certificate_list made;
  auto certificate = sign_authority(key->get(), valid, now);
  if (!certificate)
    return certificate.error();
  made.push_back(std::move(*certificate));
  auto written = install_file(file, pem_of(made), 0644, if_there::keep);
  if (!written)
    return written.error();
  return *written ? expected<void>{} : exists;
}

expected<tls_files> issue(const fs::path& authority_folder,
                          const certificate_request& request,
                          const fs::path& into, wall_clock::time_point now) {
  error_queue_scope quiet;
  if (!is_valid_name(request.name))
    return error{errc::invalid_request,
                 "\"" + request.name.substr(0, 80)
                   + "\" is no name of 1 to 64 letters, digits, '.', '_', '-'"};
  if (auto sane = check_period(request.valid); !sane)
    return sane.error();
  auto hosts = hosts_of(request);
  if (!hosts)
    return hosts.error();
  auto by = load_authority(authority_folder);
  if (!by)
    return by.error();
  auto end = time_of(X509_get0_notAfter(by->certificate.get()));
  if (now + request.valid > end)
    return error{errc::invalid_request,
                 "the authority in " + authority_folder.string() + " ends on "
                   + utc_text(end) + "; ask for fewer days"};
  if (auto copied = copy_authority(*by, into); !copied)
    return copied.error();
  auto files = files_of(into, request.role, request.name);
  auto key = key_in(files.key, request.new_key);
  if (!key)
    return key.error();
  certificate_list made;
  auto certificate = sign_member(*by, key->get(), request, *hosts, now);
  if (!certificate)
    return certificate.error();
  made.push_back(std::move(*certificate));
  auto written = install_file(files.certificate, pem_of(made), 0644,
                              if_there::replace);
  if (!written)
    return written.error();
  return files;
}

} // namespace cohort::runtime::cluster
