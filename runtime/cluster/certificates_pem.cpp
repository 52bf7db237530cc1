#include "runtime/cluster/certificates_pem.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/process/descriptor.hpp"
#include "runtime/workspace/files.hpp"
#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::cluster {

namespace {

namespace fs = std::filesystem;

struct small_file {
  std::string text;
  struct stat info {};
};

expected<small_file> read_with_mode(const fs::path& file) {
  auto from = origin_of(file);
  if (file.empty())
    return error{from.code, "a certificate, key or CA file is not named"};
  // A pipe must not hold us.
  process::descriptor fd{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd)
    return from.fails(errno == ENOENT || errno == ENOTDIR
                        ? "is not there; `cohort certs` makes certificates"
                        : "cannot be read: "
                            + std::string{std::strerror(errno)});
  small_file result;
  if (fstat(fd.get(), &result.info) != 0 || !S_ISREG(result.info.st_mode))
    return from.fails("is no regular file");
  result.text.resize(max_pem_bytes + 1);
  size_t size = 0;
  while (size < result.text.size()) {
    auto n = read(fd.get(), result.text.data() + size,
                  result.text.size() - size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return from.fails("cannot be read: " + std::string{std::strerror(errno)});
    if (n == 0)
      break;
    size += static_cast<size_t>(n);
  }
  result.text.resize(size);
  if (size == 0)
    return from.fails("is empty; `cohort certs` makes certificates");
  if (size > max_pem_bytes)
    return from.fails("is larger than 64 KiB, which no certificate or key is");
  return result;
}

/// The rule that PostgreSQL has: a group may read what root owns, so that a
/// service's keys can be managed by root.
bool is_private(const struct stat& info) {
  return (info.st_mode & (info.st_uid == 0 ? 037U : 077U)) == 0;
}

struct pem_block {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;

  pem_block() = default;
  pem_block(const pem_block&) = delete;
  pem_block& operator=(const pem_block&) = delete;
  ~pem_block() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<size_t>(size));
  }
};

expected<certificate_owner> decode_certificate(const pem_block& block,
                                               const origin& from) {
  if (std::string_view{block.name} != PEM_STRING_X509)
    return from.fails("holds a " + std::string{block.name}.substr(0, 40)
                      + " where only certificates belong");
  const unsigned char* rest = block.data;
  certificate_owner certificate{d2i_X509(nullptr, &rest, block.size)};
  if (!certificate || rest != block.data + block.size)
    return from.fails("holds a damaged certificate");
  return certificate;
}

int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

expected<key_owner> parse_key(std::string_view pem, const origin& from) {
  bio_owner bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  if (!bio)
    return error{errc::internal, "OpenSSL: " + last_reason()};
  bool protected_by_passphrase = false;
  key_owner key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase,
                                        &protected_by_passphrase)};
  if (protected_by_passphrase)
    return from.fails("is protected by a passphrase, which nobody can be asked "
                      "for; store it without one (openssl pkey)");
  if (!key)
    return from.fails("holds no private key that can be read");
  if (!is_p256(key.get()))
    return from.fails("holds a key of another kind than EC P-256; "
                      "`cohort certs` makes the right one");
  return key;
}

error not_written(const fs::path& file) {
  return {errc::storage_failed,
          "cannot write " + file.string() + ": " + std::strerror(errno)};
}

std::string content_of(BIO* bio) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(std::max(size, 0L))};
}

} // namespace

std::string last_reason() {
  auto* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason != nullptr ? reason : "unknown failure";
}

origin origin_of(const fs::path& file) {
  return {errc::invalid_config, file.string()};
}

expected<std::string> read_small_file(const fs::path& file) {
  auto read = read_with_mode(file);
  if (!read)
    return read.error();
  return std::move(read->text);
}

expected<certificate_list> parse_certificates(std::string_view pem,
                                              const origin& from) {
  if (pem.empty() || pem.size() > max_pem_bytes)
    return from.fails("is empty, or larger than 64 KiB");
  bio_owner bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  if (!bio)
    return error{errc::internal, "OpenSSL: " + last_reason()};
  certificate_list result;
  for (;;) {
    pem_block block;
    if (PEM_read_bio(bio.get(), &block.name, &block.header, &block.data,
                     &block.size)
        != 1)
      break;
    if (result.size() == max_chain_length)
      return from.fails("holds more than " + std::to_string(max_chain_length)
                        + " certificates");
    auto certificate = decode_certificate(block, from);
    if (!certificate)
      return certificate.error();
    result.push_back(std::move(*certificate));
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    return from.fails("holds damaged PEM: " + last_reason());
  if (result.empty())
    return from.fails("holds no certificate in PEM");
  return result;
}

expected<certificate_list> read_certificates(const fs::path& file) {
  auto text = read_small_file(file);
  if (!text)
    return text.error();
  return parse_certificates(*text, origin_of(file));
}

expected<key_owner> read_key(const fs::path& file) {
  auto read = read_with_mode(file);
  if (!read)
    return read.error();
  auto key = parse_key(read->text, origin_of(file));
  OPENSSL_cleanse(read->text.data(), read->text.size());
  if (!key || is_private(read->info))
    return key;
  std::array<char, 8> mode{};
  std::snprintf(mode.data(), mode.size(), "%04o",
                static_cast<unsigned>(read->info.st_mode & 07777));
  return origin_of(file).fails("can be read by others (mode "
                               + std::string{mode.data()}
                               + "); chmod 600 it, and make a new key if "
                                 "somebody may have done so");
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 32> group{};
  return key != nullptr && EVP_PKEY_is_a(key, "EC") == 1
         && EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr)
              == 1
         && std::string_view{group.data()} == SN_X9_62_prime256v1;
}

bool is_pair(const X509* certificate, EVP_PKEY* key) {
  auto* public_key = X509_get0_pubkey(certificate);
  if (public_key == nullptr || EVP_PKEY_eq(public_key, key) != 1)
    return false;
  // A key's file holds its public half as well, so the two must be compared.
  std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>> context{
    EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  return context && EVP_PKEY_pairwise_check(context.get()) == 1;
}

std::string pem_of(const certificate_list& certificates) {
  bio_owner bio{BIO_new(BIO_s_mem())};
  if (!bio)
    return {};
  for (auto& certificate : certificates)
    if (PEM_write_bio_X509(bio.get(), certificate.get()) != 1)
      return {};
  return content_of(bio.get());
}

std::string pem_of(const EVP_PKEY* key) {
  bio_owner bio{BIO_new(BIO_s_mem())};
  if (!bio
      || PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr,
                                  nullptr)
           != 1)
    return {};
  return content_of(bio.get());
}

wall_clock::time_point time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1)
    return wall_clock::time_point::min();
  // Years up to 9999 can stand there; the clock's count of nanoseconds ends
  // in 2262.
  using std::chrono::floor;
  using std::chrono::seconds;
  auto latest
    = floor<seconds>(wall_clock::time_point::max()).time_since_epoch();
  auto since_epoch = std::clamp(seconds{timegm(&parts)}, -latest, latest);
  return wall_clock::time_point{since_epoch};
}

expected<bool> install_file(const fs::path& file, std::string_view text,
                            unsigned mode, if_there how) {
  auto folder = file.parent_path();
  std::error_code failed;
  if (fs::create_directories(folder, failed))
    fs::permissions(folder, fs::perms::owner_all, failed);
  auto temporary = workspace::temporary_name(file);
  if (auto written = workspace::write_new_file(temporary, text, mode, true);
      !written)
    return written.error();
  if (how == if_there::replace) {
    if (rename(temporary.c_str(), file.c_str()) == 0)
      return true;
    auto why = not_written(file);
    unlink(temporary.c_str());
    return why;
  }
  auto linked = link(temporary.c_str(), file.c_str()) == 0;
  auto taken = !linked && errno == EEXIST;
  auto why = not_written(file);
  unlink(temporary.c_str());
  if (!linked && !taken)
    return why;
  return linked;
}

} // namespace cohort::runtime::cluster
