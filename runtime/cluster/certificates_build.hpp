#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "runtime/cluster/certificates.hpp"
#include "runtime/cluster/certificates_pem.hpp"

/// Certificates in memory: what cohort's own look like. Private to the sources
/// of certificates.hpp.
namespace cohort::runtime::cluster {

struct authority {
  certificate_owner certificate;
  key_owner key;
};

/// OpenSSL refused, for a reason that is no fault of the caller's.
error openssl_failed();

/// A host's name, or an address of either kind.
[[nodiscard]] bool is_host(const std::string& text);

/// Version 3, SHA-256, a random serial number, no authority, for signing only;
/// for TLS servers when it is a head's. REQUIRES: all hosts are hosts.
expected<certificate_owner> sign_member(const authority& by, EVP_PKEY* key,
                                        const certificate_request& request,
                                        const std::vector<std::string>& hosts,
                                        wall_clock::time_point now);

/// Signed by itself; for certificates of members, not of further authorities.
expected<certificate_owner> sign_authority(EVP_PKEY* key,
                                           std::chrono::hours valid,
                                           wall_clock::time_point now);

} // namespace cohort::runtime::cluster
