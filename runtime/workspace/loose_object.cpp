#include "runtime/workspace/loose_object.hpp"

#include <charconv>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include <openssl/evp.h>
#include <zlib.h>

namespace cohort::runtime::workspace {

namespace {

namespace fs = std::filesystem;

constexpr size_t buffer_bytes = 64U << 10;
constexpr size_t head_bytes_max = 32; // "commit", a blank, 20 digits, a zero.

/// Takes an object's bytes as git hashes them: "blob 12", a zero, the content.
class object_digest {
public:
  object_digest() : context_{EVP_MD_CTX_new(), EVP_MD_CTX_free} {
    EVP_DigestInit_ex(context_.get(), EVP_sha1(), nullptr);
  }

  void add(std::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
    total_ += bytes.size();
    if (head_.size() < head_bytes_max)
      head_ += bytes.substr(0, head_bytes_max - head_.size());
  }

  /// Whether it has that name, and the size that its head says.
  bool is(const std::string& id) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), bytes, &size);
    constexpr auto digits = "0123456789abcdef";
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
      hex += digits[bytes[i] >> 4];
      hex += digits[bytes[i] & 15];
    }
    auto blank = head_.find(' ');
    auto end = head_.find('\0');
    if (hex != id || end == std::string::npos || blank > end)
      return false;
    uint64_t said = 0;
    auto [last, failed] = std::from_chars(head_.data() + blank + 1,
                                          head_.data() + end, said);
    return failed == std::errc{} && last == head_.data() + end
           && said == total_ - end - 1;
  }

private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  std::string head_;
  uint64_t total_ = 0;
};

/// Whether `in` is one whole zlib stream, which goes to `out`.
bool unpack(std::istream& in, object_digest& out) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK)
    return false;
  std::unique_ptr<z_stream, decltype(&inflateEnd)> owner{&stream, inflateEnd};
  std::vector<char> packed(buffer_bytes);
  std::vector<char> plain(buffer_bytes);
  auto state = Z_OK;
  while (state == Z_OK || state == Z_BUF_ERROR) {
    in.read(packed.data(), static_cast<std::streamsize>(packed.size()));
    if (in.gcount() == 0)
      return false; // It is cut off.
    stream.next_in = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(in.gcount());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(plain.data());
      stream.avail_out = static_cast<uInt>(plain.size());
      state = inflate(&stream, Z_NO_FLUSH);
      out.add({plain.data(), plain.size() - stream.avail_out});
    } while (state == Z_OK && stream.avail_out == 0);
  }
  return state == Z_STREAM_END && stream.avail_in == 0 && in.peek() == EOF;
}

} // namespace

expected<bool> check_loose_object(const fs::path& store,
                                  const std::string& id) {
  auto file = store / "objects" / id.substr(0, 2) / id.substr(2);
  std::error_code failed;
  if (!fs::exists(file, failed) && !failed)
    return false;
  std::ifstream in{file, std::ios::binary};
  object_digest digest;
  if (!in || !unpack(in, digest) || !digest.is(id))
    return error{errc::storage_failed, file.string()
                                         + " is damaged: it is not what its "
                                           "name says"};
  return true;
}

} // namespace cohort::runtime::workspace
