#include "runtime/cluster/certificates_trust.hpp"

#include <algorithm>
#include <utility>

#include <openssl/objects.h>
#include <openssl/x509_vfy.h>

namespace cohort::runtime::cluster {

namespace {

using store_context
  = std::unique_ptr<X509_STORE_CTX, freed_by<X509_STORE_CTX_free>>;

struct list_only {
  void operator()(STACK_OF(X509) * list) const {
    sk_X509_free(list);
  }
};
using borrowed_certificates = std::unique_ptr<STACK_OF(X509), list_only>;

/// The subject's one entry of that kind; empty when there is none, several, or
/// one with a zero byte.
std::string only_entry(const X509_NAME* subject, int kind) {
  auto first = X509_NAME_get_index_by_NID(subject, kind, -1);
  if (first < 0 || X509_NAME_get_index_by_NID(subject, kind, first) >= 0)
    return {};
  auto* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first));
  std::string result{reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                     static_cast<size_t>(ASN1_STRING_length(text))};
  return result.find('\0') == std::string::npos ? result : std::string{};
}

std::string explain(X509_STORE_CTX* context) {
  auto code = X509_STORE_CTX_get_error(context);
  auto depth = X509_STORE_CTX_get_error_depth(context);
  auto* certificate = X509_STORE_CTX_get_current_cert(context);
  auto which = depth == 0 ? std::string{"the certificate"}
                          : std::string{"the authority's certificate"};
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return which + " ended on "
             + utc_text(time_of(X509_get0_notAfter(certificate)))
             + "; `cohort certs` renews it";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return which + " begins on "
             + utc_text(time_of(X509_get0_notBefore(certificate)))
             + "; are the clocks right?";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "is not signed by this cluster's authority";
    default:
      return "is refused: " + std::string{X509_verify_cert_error_string(code)};
  }
}

/// Why OpenSSL agrees to the certificate, and cohort does not; empty: it does.
std::string flaw_of(X509* leaf, const subject& who) {
  auto flags = X509_get_extension_flags(leaf);
  if ((flags & EXFLAG_INVALID) != 0)
    return "has damaged extensions";
  if ((flags & EXFLAG_CA) != 0 || (flags & EXFLAG_BCONS) == 0)
    return "is the certificate of an authority, or does not say that it is "
           "none; make one with `cohort certs head|node|client`";
  if ((flags & EXFLAG_KUSAGE) == 0
      || X509_get_key_usage(leaf) != KU_DIGITAL_SIGNATURE)
    return "is for other uses than signing";
  if (!is_p256(X509_get0_pubkey(leaf)))
    return "has a key of another kind than EC P-256";
  if (!who.role || !is_valid_name(who.name))
    return "names no role (OU: head, node, client) and name (CN) of cohort";
  auto serves = (flags & EXFLAG_XKUSAGE) != 0
                && (X509_get_extended_key_usage(leaf) & XKU_SSL_SERVER) != 0;
  if (*who.role == role::head && !serves)
    return "is a head's, and not for TLS servers; TLS would refuse it";
  return {};
}

/// When the chain's first certificate ends.
wall_clock::time_point end_of(X509_STORE_CTX* context) {
  auto result = wall_clock::time_point::max();
  auto* chain = X509_STORE_CTX_get0_chain(context);
  for (int i = 0; i < sk_X509_num(chain); ++i)
    result = std::min(result,
                      time_of(X509_get0_notAfter(sk_X509_value(chain, i))));
  return result;
}

} // namespace

subject subject_of(const X509* certificate) {
  auto* name = X509_get_subject_name(certificate);
  return {role_from(only_entry(name, NID_organizationalUnitName)),
          only_entry(name, NID_commonName)};
}

expected<authorities> authorities::load(const std::filesystem::path& file) {
  auto certificates = read_certificates(file);
  if (!certificates)
    return certificates.error();
  store_owner store{X509_STORE_new()};
  if (!store)
    return error{errc::internal, "OpenSSL: " + last_reason()};
  for (auto& certificate : *certificates) {
    if (X509_check_ca(certificate.get()) != 1
        || X509_self_signed(certificate.get(), 1) != 1)
      return origin_of(file).fails("is not the certificate of an authority; "
                                   "ca.pem of `cohort certs ca` is one");
    if (X509_STORE_add_cert(store.get(), certificate.get()) != 1)
      return error{errc::internal, "OpenSSL: " + last_reason()};
  }
  return authorities{std::move(store)};
}

expected<identity> authorities::identify(const certificate_list& chain,
                                         wall_clock::time_point now,
                                         const origin& from) const {
  borrowed_certificates others{sk_X509_new_null()};
  store_context context{X509_STORE_CTX_new()};
  auto ready = others && context;
  for (auto& certificate : chain)
    ready = ready && sk_X509_push(others.get(), certificate.get()) > 0;
  auto* leaf = chain.front().get();
  if (!ready
      || X509_STORE_CTX_init(context.get(), store_.get(), leaf, others.get())
           != 1)
    return error{errc::internal, "OpenSSL: " + last_reason()};
  auto* rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(rules, wall_clock::to_time_t(now));
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_depth(rules, max_chain_length - 1);
  X509_VERIFY_PARAM_set_auth_level(rules, 2); // 112 bits: no SHA-1, RSA-1024.
  if (X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_CLIENT) != 1)
    return error{errc::internal, "OpenSSL: " + last_reason()};
  auto who = subject_of(leaf);
  // Its own words for an authority's certificate say more than OpenSSL's.
  auto is_authority = (X509_get_extension_flags(leaf) & EXFLAG_CA) != 0;
  if (!is_authority && X509_verify_cert(context.get()) != 1)
    return from.fails(explain(context.get()));
  if (auto flaw = flaw_of(leaf, who); !flaw.empty())
    return from.fails(flaw);
  return identity{*who.role, who.name, end_of(context.get())};
}

} // namespace cohort::runtime::cluster
