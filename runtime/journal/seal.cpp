#include "runtime/journal/seal.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/workspace/files.hpp"
#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::journal {

namespace {

namespace fs = std::filesystem;

constexpr size_t key_bytes = 32;
constexpr size_t signature_bytes = 64;
constexpr off_t pem_bytes_max = 64 << 10;

using bio_handle = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

EVP_PKEY* raw(const key_handle& key) {
  return static_cast<EVP_PKEY*>(key.get());
}

/// Empty when it is no Ed25519 key.
std::string public_bytes(const key_handle& key) {
  std::string bytes(key_bytes, '\0');
  auto size = bytes.size();
  if (!key || EVP_PKEY_get_base_id(raw(key)) != EVP_PKEY_ED25519
      || EVP_PKEY_get_raw_public_key(
           raw(key), reinterpret_cast<unsigned char*>(bytes.data()), &size)
           != 1)
    return {};
  return bytes;
}

/// What `write` puts into it.
template <class Write>
std::string pem_text(Write&& write) {
  bio_handle bio{BIO_new(BIO_s_mem()), BIO_free_all};
  if (!bio || write(bio.get()) != 1)
    throw std::bad_alloc{};
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

error bad_key(const std::string& file, const std::string& why) {
  return {errc::invalid_config, file + " " + why};
}

struct key_file {
  std::string text;
  struct stat info {};
};

/// Errors: not_found, invalid_config.
expected<key_file> read_key_file(const fs::path& file) {
  auto fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return error{errno == ENOENT || errno == ENOTDIR ? errc::not_found
                                                     : errc::invalid_config,
                 "cannot read " + file.string() + ": " + std::strerror(errno)};
  key_file result;
  auto is_key = fstat(fd, &result.info) == 0 && S_ISREG(result.info.st_mode)
                && result.info.st_size <= pem_bytes_max;
  if (is_key) {
    result.text.resize(static_cast<size_t>(result.info.st_size));
    is_key = ::read(fd, result.text.data(), result.text.size())
             == result.info.st_size;
  }
  close(fd);
  if (!is_key)
    return bad_key(file.string(), "is no file that could hold a key");
  return result;
}

int ask_nobody(char*, int, int, void*) {
  return -1; // For a passphrase.
}

expected<key_handle> parse_signing_key(const key_file& from,
                                       const std::string& file) {
  if ((from.info.st_mode & 077U) != 0)
    return bad_key(file, "may be read by others: chmod 600 it, and make a new "
                         "key if somebody may have done so");
  bio_handle bio{BIO_new_mem_buf(from.text.data(),
                                 static_cast<int>(from.text.size())),
                 BIO_free_all};
  key_handle key{
    PEM_read_bio_PrivateKey(bio.get(), nullptr, ask_nobody, nullptr)};
  if (public_bytes(key).empty())
    return bad_key(file, "is no Ed25519 key in PEM without a passphrase: "
                         "restore it");
  return key;
}

expected<void> write_key(const fs::path& file, const std::string& pem,
                         unsigned mode) {
  auto temporary = workspace::temporary_name(file);
  if (auto written = workspace::write_new_file(temporary, pem, mode, true);
      !written)
    return written;
  if (rename(temporary.c_str(), file.c_str()) == 0)
    return {};
  error why{errc::storage_failed,
            "cannot write " + file.string() + ": " + std::strerror(errno)};
  unlink(temporary.c_str());
  return why;
}

std::string public_pem(const key_handle& key) {
  return pem_text(
    [&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, raw(key)); });
}

/// The private one first: from it the other one can be made again.
expected<key_handle> make_keys(const fs::path& secret, const fs::path& open) {
  key_handle key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  if (!key)
    return error{errc::internal, "OpenSSL makes no Ed25519 key"};
  auto pem = pem_text([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, raw(key), nullptr, nullptr, 0, nullptr,
                                    nullptr);
  });
  auto written = write_key(secret, pem, 0600);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (written)
    written = write_key(open, public_pem(key), 0644);
  if (!written)
    return written.error();
  return key;
}

const unsigned char* as_bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

using sign_context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

} // namespace

void key_deleter::operator()(void* key) const {
  EVP_PKEY_free(static_cast<EVP_PKEY*>(key));
}

std::string statement_of(const seal& what) {
  return "cohort seal 1\ntask " + what.task_id + "\nevents "
         + std::to_string(what.sequence) + "\nsha256 " + to_hex(what.hash)
         + "\n";
}

public_key::public_key(key_handle key)
  : key_{std::move(key)}, bytes_{public_bytes(key_)} {
  // nop
}

expected<public_key> public_key::parse(std::string_view pem,
                                       const std::string& origin) {
  bio_handle bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                 BIO_free_all};
  key_handle key{PEM_read_bio_PUBKEY(bio.get(), nullptr, ask_nobody, nullptr)};
  if (public_bytes(key).empty())
    return bad_key(origin, "is no Ed25519 public key in PEM");
  return public_key{std::move(key)};
}

expected<public_key> public_key::read(const fs::path& file) {
  auto found = read_key_file(file);
  if (!found)
    return found.error();
  return parse(found->text, file.string());
}

expected<void> public_key::check(const seal& what) const {
  auto fails = [&](const std::string& why) {
    return error{errc::invalid_message,
                 "the seal of task " + what.task_id + ' ' + why};
  };
  if (what.key != bytes_)
    return fails("was made with another key: " + to_hex(what.key) + " and not "
                 + to_hex(bytes_));
  auto text = statement_of(what);
  sign_context context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  if (!context || what.signature.size() != signature_bytes
      || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                              raw(key_))
           != 1
      || EVP_DigestVerify(context.get(), as_bytes(what.signature),
                          what.signature.size(), as_bytes(text), text.size())
           != 1)
    return fails("is not what was signed");
  return {};
}

std::string public_key::pem() const {
  return public_pem(key_);
}

signing_key::signing_key(key_handle key)
  : key_{std::move(key)}, bytes_{public_bytes(key_)} {
  // nop
}

expected<signing_key> signing_key::open(const fs::path& folder) {
  auto secret = folder / "audit.key";
  auto open = folder / "audit.pub";
  auto found = read_key_file(secret);
  auto known = public_key::read(open);
  if (!found && found.error().code != errc::not_found)
    return found.error();
  if (!found && known)
    return bad_key(secret.string(),
                   "is missing, but " + open.string()
                     + " is there: restore it, or move that one away to begin "
                       "with another key");
  auto key = found ? parse_signing_key(*found, secret.string())
                   : make_keys(secret, open);
  if (found)
    OPENSSL_cleanse(found->text.data(), found->text.size());
  if (!key)
    return key.error();
  signing_key result{std::move(*key)};
  if (found && (!known || known->bytes() != result.bytes_))
    if (auto written = write_key(open, public_pem(result.key_), 0644); !written)
      return written.error();
  return result;
}

seal signing_key::sign(std::string task_id, uint64_t sequence,
                       digest hash) const {
  seal result{std::move(task_id), sequence, std::move(hash), bytes_,
              std::string(signature_bytes, '\0')};
  auto text = statement_of(result);
  auto size = result.signature.size();
  sign_context context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  if (!context
      || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, raw(key_))
           != 1
      || EVP_DigestSign(
           context.get(),
           reinterpret_cast<unsigned char*>(result.signature.data()), &size,
           as_bytes(text), text.size())
           != 1)
    throw std::bad_alloc{}; // It fails only where there is no memory.
  return result;
}

std::filesystem::path public_key_of(const std::filesystem::path& journal) {
  return journal.parent_path() / "audit.pub";
}

} // namespace cohort::runtime::journal
