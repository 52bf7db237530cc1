#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "runtime/cluster/certificates.hpp"
#include "runtime/expected.hpp"

/// OpenSSL's objects with owners; PEM, read with limits and written whole.
/// Private to the sources of certificates.hpp.
namespace cohort::runtime::cluster {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using bio_owner = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using certificate_owner = std::unique_ptr<X509, freed_by<X509_free>>;
using key_owner = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using digest_context = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using certificate_list = std::vector<certificate_owner>; // The holder's first.

constexpr size_t max_pem_bytes = size_t{64} * 1024;
constexpr size_t max_chain_length = 4;

/// Drops what this scope adds to the thread's error queue: SSL_get_error of
/// TLS in the same thread would take it for its own.
class error_queue_scope {
public:
  error_queue_scope() {
    ERR_set_mark();
  }
  error_queue_scope(const error_queue_scope&) = delete;
  error_queue_scope& operator=(const error_queue_scope&) = delete;
  ~error_queue_scope() {
    ERR_pop_to_mark();
  }
};

/// OpenSSL's words for its last failure in this thread.
std::string last_reason();

/// Where something was read, for sentences: a file or a peer.
struct origin {
  errc code;
  std::string what;

  [[nodiscard]] error fails(std::string_view why) const {
    return {code, what + ": " + std::string{why}};
  }
};

origin origin_of(const std::filesystem::path& file);

/// A regular file of 1 byte to 64 KiB.
expected<std::string> read_small_file(const std::filesystem::path& file);

/// One to four CERTIFICATE blocks and no other kind; text between them is
/// skipped, as all readers of PEM do.
expected<certificate_list> parse_certificates(std::string_view pem,
                                              const origin& from);
expected<certificate_list> read_certificates(const std::filesystem::path& file);

/// An EC P-256 key without a passphrase, in a file that others cannot read.
expected<key_owner> read_key(const std::filesystem::path& file);

[[nodiscard]] bool is_p256(const EVP_PKEY* key);
/// Whether this private key belongs to the certificate's public one.
[[nodiscard]] bool is_pair(const X509* certificate, EVP_PKEY* key);

/// Empty when OpenSSL fails.
std::string pem_of(const certificate_list& certificates);
std::string pem_of(const EVP_PKEY* key);

wall_clock::time_point time_of(const ASN1_TIME* time);

enum class if_there { replace, keep };

/// Writes a file that is complete when its name appears, and makes its folder
/// (for the owner only). Returns whether it was written: not when another is
/// there and is kept. Errors: storage_failed.
expected<bool> install_file(const std::filesystem::path& file,
                            std::string_view text, unsigned mode, if_there how);

} // namespace cohort::runtime::cluster
