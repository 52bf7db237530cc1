#include "runtime/cluster/certificates.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include <arpa/inet.h>

#include "runtime/cluster/certificates_pem.hpp"
#include "runtime/cluster/certificates_trust.hpp"

namespace cohort::runtime::cluster {

namespace {

namespace fs = std::filesystem;

/// Stands before each message that is signed, its zero byte too.
constexpr char signed_context[] = "cohort: proof of a certificate's key, 1";

constexpr size_t max_signature_bytes = 80; // P-256 needs 72.

struct loaded_files {
  certificate_list chain;
  key_owner key;
};

expected<loaded_files> read_credentials(const tls_files& files) {
  auto chain = read_certificates(files.certificate);
  if (!chain)
    return chain.error();
  auto key = read_key(files.key);
  if (!key)
    return key.error();
  if (!is_pair(chain->front().get(), key->get()))
    return origin_of(files.key).fails("is not the key of "
                                      + files.certificate.string()
                                      + "; `cohort certs` makes pairs");
  return loaded_files{std::move(*chain), std::move(*key)};
}

/// What a terminal can show.
std::string printable(std::string_view text) {
  std::string result{text.substr(0, 255)};
  std::replace_if(
    result.begin(), result.end(), [](char c) { return c < ' ' || c > '~'; },
    '?');
  return result;
}

/// A host name or an address; empty for other kinds.
std::string alternative_name(const GENERAL_NAME* name) {
  int kind = 0;
  auto* value = GENERAL_NAME_get0_value(name, &kind);
  if (kind != GEN_DNS && kind != GEN_IPADD)
    return {};
  auto* text = static_cast<const ASN1_STRING*>(value);
  auto* bytes = ASN1_STRING_get0_data(text);
  auto size = ASN1_STRING_length(text);
  if (kind == GEN_DNS)
    return printable(
      {reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)});
  std::array<char, INET6_ADDRSTRLEN> address{};
  if (size != 4 && size != 16)
    return {};
  inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, address.data(),
            address.size());
  return address.data();
}

std::vector<std::string> alternative_names(const X509* certificate) {
  std::vector<std::string> result;
  std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>> names{
    static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i)
    if (auto text = alternative_name(sk_GENERAL_NAME_value(names.get(), i));
        !text.empty())
      result.push_back(std::move(text));
  return result;
}

} // namespace

std::string to_string(role value) {
  switch (value) {
    case role::head:
      return "head";
    case role::node:
      return "node";
    case role::client:
      return "client";
  }
  return "unknown";
}

std::optional<role> role_from(std::string_view text) {
  for (auto candidate : {role::head, role::node, role::client})
    if (to_string(candidate) == text)
      return candidate;
  return std::nullopt;
}

bool is_valid_name(std::string_view name) {
  constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "abcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= 64
         && name.find_first_not_of(signs) == std::string_view::npos;
}

std::string utc_text(wall_clock::time_point time) {
  auto seconds = wall_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
  return text.data();
}

expected<void> require_role(const identity& who, role wanted) {
  if (who.role == wanted)
    return {};
  return error{errc::invalid_message, "the certificate of " + who.name
                                        + " is a " + to_string(who.role)
                                        + "'s, and a " + to_string(wanted)
                                        + "'s is needed; `cohort certs "
                                        + to_string(wanted) + "` makes one"};
}

tls_files files_of(const fs::path& folder, role role, std::string_view name) {
  auto stem = to_string(role);
  if (name != stem)
    stem += "-" + std::string{name};
  return {folder / "ca.pem", folder / (stem + ".pem"),
          folder / (stem + ".key")};
}

expected<identity> check_files(const tls_files& files,
                               wall_clock::time_point now) {
  error_queue_scope quiet;
  auto trusted = authorities::load(files.ca);
  if (!trusted)
    return trusted.error();
  auto own = read_credentials(files);
  if (!own)
    return own.error();
  return trusted->identify(own->chain, now, origin_of(files.certificate));
}

expected<certificate_facts> read_facts(const fs::path& file) {
  error_queue_scope quiet;
  auto certificates = read_certificates(file);
  if (!certificates)
    return certificates.error();
  auto* first = certificates->front().get();
  auto who = subject_of(first);
  certificate_facts result;
  result.is_authority = X509_check_ca(first) == 1;
  result.role = result.is_authority ? std::nullopt : who.role;
  result.name = printable(who.name);
  result.hosts = alternative_names(first);
  result.starts = time_of(X509_get0_notBefore(first));
  result.expires = time_of(X509_get0_notAfter(first));
  return result;
}

struct signer::impl {
  std::string chain_pem;
  key_owner key;
};

signer::signer(std::shared_ptr<const impl> data) : data_{std::move(data)} {
  // nop
}

expected<signer> signer::load(const tls_files& files) {
  error_queue_scope quiet;
  auto own = read_credentials(files);
  if (!own)
    return own.error();
  auto pem = pem_of(own->chain);
  if (pem.empty())
    return error{errc::internal, "OpenSSL: " + last_reason()};
  return signer{
    std::make_shared<const impl>(impl{std::move(pem), std::move(own->key)})};
}

const std::string& signer::chain_pem() const {
  return data_->chain_pem;
}

expected<std::string> signer::sign(std::string_view message) const {
  error_queue_scope quiet;
  digest_context context{EVP_MD_CTX_new()};
  std::array<unsigned char, max_signature_bytes> bytes{};
  auto size = bytes.size();
  if (!context
      || EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr,
                               nullptr, data_->key.get(), nullptr)
           != 1
      || EVP_DigestSignUpdate(context.get(), signed_context,
                              sizeof signed_context)
           != 1
      || EVP_DigestSignUpdate(context.get(), message.data(), message.size())
           != 1
      || EVP_DigestSignFinal(context.get(), bytes.data(), &size) != 1)
    return error{errc::internal, "OpenSSL cannot sign: " + last_reason()};
  return std::string{reinterpret_cast<const char*>(bytes.data()), size};
}

struct verifier::impl {
  authorities trusted;
};

verifier::verifier(std::shared_ptr<const impl> data) : data_{std::move(data)} {
  // nop
}

expected<verifier> verifier::load(const fs::path& ca) {
  error_queue_scope quiet;
  auto trusted = authorities::load(ca);
  if (!trusted)
    return trusted.error();
  return verifier{std::make_shared<const impl>(impl{std::move(*trusted)})};
}

expected<identity>
verifier::verify(std::string_view chain_pem, std::string_view message,
                 std::string_view signature, wall_clock::time_point now) const {
  error_queue_scope quiet;
  origin from{errc::invalid_message, "the peer's certificate"};
  auto chain = parse_certificates(chain_pem, from);
  if (!chain)
    return chain.error();
  auto who = data_->trusted.identify(*chain, now, from);
  if (!who)
    return who;
  digest_context context{EVP_MD_CTX_new()};
  auto* key = X509_get0_pubkey(chain->front().get());
  if (!context
      || EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr,
                                 nullptr, key, nullptr)
           != 1)
    return error{errc::internal, "OpenSSL cannot verify: " + last_reason()};
  if (signature.size() > max_signature_bytes
      || EVP_DigestVerifyUpdate(context.get(), signed_context,
                                sizeof signed_context)
           != 1
      || EVP_DigestVerifyUpdate(context.get(), message.data(), message.size())
           != 1
      || EVP_DigestVerifyFinal(
           context.get(),
           reinterpret_cast<const unsigned char*>(signature.data()),
           signature.size())
           != 1)
    return error{errc::invalid_message,
                 "who shows the certificate of " + to_string(who->role) + " "
                   + who->name + " did not sign this message with its key"};
  return who;
}

} // namespace cohort::runtime::cluster
