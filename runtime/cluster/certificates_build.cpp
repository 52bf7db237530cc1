#include "runtime/cluster/certificates_build.hpp"

#include <array>
#include <cstdio>
#include <utility>

#include <openssl/bn.h>
#include <openssl/objects.h>
#include <openssl/rand.h>

namespace cohort::runtime::cluster {

namespace {

/// Clocks of hosts differ: a certificate holds a little before it was made.
constexpr std::chrono::hours backdated{1};

struct extension {
  int kind;
  const char* value;
};

constexpr std::array authority_extensions{
  extension{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
  extension{NID_key_usage, "critical,keyCertSign,cRLSign"},
  extension{NID_subject_key_identifier, "hash"}};
constexpr std::array member_extensions{
  extension{NID_basic_constraints, "critical,CA:FALSE"},
  extension{NID_key_usage, "critical,digitalSignature"},
  extension{NID_subject_key_identifier, "hash"},
  extension{NID_authority_key_identifier, "keyid:always"}};
constexpr extension for_servers{NID_ext_key_usage, "serverAuth,clientAuth"};
constexpr extension for_clients{NID_ext_key_usage, "clientAuth"};

bool set_random_serial(X509* certificate) {
  std::unique_ptr<BIGNUM, freed_by<BN_free>> number{BN_new()};
  return number
         && BN_rand(number.get(), 126, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1
         && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate))
              != nullptr;
}

/// Names of authorities differ, so that a chain to another one is known by it.
std::string random_name() {
  std::array<unsigned char, 4> bytes{};
  std::array<char, 32> text{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return {};
  std::snprintf(text.data(), text.size(), "authority-%02x%02x%02x%02x",
                bytes[0], bytes[1], bytes[2], bytes[3]);
  return text.data();
}

bool add_text(X509_NAME* name, const char* field, const std::string& text) {
  return X509_NAME_add_entry_by_txt(
           name, field, MBSTRING_UTF8,
           reinterpret_cast<const unsigned char*>(text.data()),
           static_cast<int>(text.size()), -1, 0)
         == 1;
}

bool set_subject(X509* certificate, const std::string& unit,
                 const std::string& name) {
  auto* subject = X509_get_subject_name(certificate);
  return add_text(subject, "O", "cohort") && add_text(subject, "OU", unit)
         && add_text(subject, "CN", name);
}

bool set_period(X509* certificate, wall_clock::time_point from,
                wall_clock::time_point to) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate),
                       wall_clock::to_time_t(from))
           != nullptr
         && ASN1_TIME_set(X509_getm_notAfter(certificate),
                          wall_clock::to_time_t(to))
              != nullptr;
}

bool add_extension(X509* certificate, X509* issuer, const extension& what) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> made{
    X509V3_EXT_conf_nid(nullptr, &context, what.kind, what.value)};
  return made && X509_add_ext(certificate, made.get(), -1) == 1;
}

using general_name = std::unique_ptr<GENERAL_NAME, freed_by<GENERAL_NAME_free>>;

general_name alternative_name_of(const std::string& host) {
  general_name result{GENERAL_NAME_new()};
  if (!result)
    return nullptr;
  if (auto* address = a2i_IPADDRESS(host.c_str())) {
    GENERAL_NAME_set0_value(result.get(), GEN_IPADD, address);
    return result;
  }
  auto* text = ASN1_IA5STRING_new();
  if (text == nullptr
      || ASN1_STRING_set(text, host.data(), static_cast<int>(host.size()))
           != 1) {
    ASN1_IA5STRING_free(text);
    return nullptr;
  }
  GENERAL_NAME_set0_value(result.get(), GEN_DNS, text);
  return result;
}

bool add_hosts(X509* certificate, const std::vector<std::string>& hosts) {
  std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>> names{
    GENERAL_NAMES_new()};
  if (!names)
    return false;
  for (auto& host : hosts) {
    auto name = alternative_name_of(host);
    if (!name || sk_GENERAL_NAME_push(names.get(), name.get()) <= 0)
      return false;
    static_cast<void>(name.release());
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0)
         == 1;
}

} // namespace

error openssl_failed() {
  return {errc::internal,
          "OpenSSL cannot make a certificate: " + last_reason()};
}

bool is_host(const std::string& text) {
  constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "abcdefghijklmnopqrstuvwxyz0123456789._-";
  if (!text.empty() && text.size() <= 253
      && text.find_first_not_of(signs) == std::string::npos)
    return true;
  std::unique_ptr<ASN1_OCTET_STRING, freed_by<ASN1_OCTET_STRING_free>> address{
    a2i_IPADDRESS(text.c_str())};
  return address != nullptr && text.find('\0') == std::string::npos;
}

expected<certificate_owner> sign_member(const authority& by, EVP_PKEY* key,
                                        const certificate_request& request,
                                        const std::vector<std::string>& hosts,
                                        wall_clock::time_point now) {
  certificate_owner made{X509_new()};
  auto* issuer = by.certificate.get();
  auto ok = made && X509_set_version(made.get(), X509_VERSION_3) == 1
            && set_random_serial(made.get())
            && set_subject(made.get(), to_string(request.role), request.name)
            && X509_set_issuer_name(made.get(), X509_get_subject_name(issuer))
                 == 1
            && set_period(made.get(), now - backdated, now + request.valid)
            && X509_set_pubkey(made.get(), key) == 1;
  for (auto& what : member_extensions)
    ok = ok && add_extension(made.get(), issuer, what);
  ok = ok
       && add_extension(made.get(), issuer,
                        request.role == role::head ? for_servers : for_clients)
       && add_hosts(made.get(), hosts)
       && X509_sign(made.get(), by.key.get(), EVP_sha256()) > 0;
  if (!ok)
    return openssl_failed();
  return made;
}

expected<certificate_owner> sign_authority(EVP_PKEY* key,
                                           std::chrono::hours valid,
                                           wall_clock::time_point now) {
  certificate_owner made{X509_new()};
  auto name = random_name();
  auto ok
    = made && !name.empty() && X509_set_version(made.get(), X509_VERSION_3) == 1
      && set_random_serial(made.get())
      && set_subject(made.get(), "authority", name)
      && X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()))
           == 1
      && set_period(made.get(), now - backdated, now + valid)
      && X509_set_pubkey(made.get(), key) == 1;
  for (auto& what : authority_extensions)
    ok = ok && add_extension(made.get(), made.get(), what);
  if (!ok || X509_sign(made.get(), key, EVP_sha256()) <= 0)
    return openssl_failed();
  return made;
}

} // namespace cohort::runtime::cluster
