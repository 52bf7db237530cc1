#include "runtime/journal/chain.hpp"

#include <memory>
#include <new>

#include <openssl/evp.h>

namespace cohort::runtime::journal {

digest chain_start() {
  return digest(digest_bytes, '\0');
}

digest chain(const digest& before, std::string_view body) {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
    EVP_MD_CTX_new(), EVP_MD_CTX_free};
  digest result(digest_bytes, '\0');
  // It fails only where there is no memory.
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1
      || EVP_DigestUpdate(context.get(), before.data(), before.size()) != 1
      || EVP_DigestUpdate(context.get(), body.data(), body.size()) != 1
      || EVP_DigestFinal_ex(context.get(),
                            reinterpret_cast<unsigned char*>(result.data()),
                            nullptr)
           != 1)
    throw std::bad_alloc{};
  return result;
}

std::string to_hex(std::string_view bytes) {
  constexpr auto digits = "0123456789abcdef";
  std::string result;
  result.reserve(2 * bytes.size());
  for (auto byte : bytes) {
    result += digits[static_cast<unsigned char>(byte) >> 4];
    result += digits[static_cast<unsigned char>(byte) & 15];
  }
  return result;
}

} // namespace cohort::runtime::journal
