#include "runtime/execution/cache/digest.hpp"

#include <array>
#include <cstdint>
#include <new>
#include <utility>

namespace cohort::runtime::execution {

digest_builder::digest_builder() : context_{EVP_MD_CTX_new()} {
  if (!context_
      || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc{};
}

digest_builder& digest_builder::add(std::string_view part) {
  std::array<unsigned char, 8> size{};
  for (size_t i = 0; i < size.size(); ++i)
    size[i]
      = static_cast<unsigned char>(uint64_t{part.size()} >> (8 * i) & 0xff);
  EVP_DigestUpdate(context_.get(), size.data(), size.size());
  EVP_DigestUpdate(context_.get(), part.data(), part.size());
  return *this;
}

std::string digest_builder::finish() && {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string digest_of_text(std::string_view text) {
  digest_builder whole;
  whole.add(text);
  return std::move(whole).finish();
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (auto c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    result += digits[byte >> 4];
    result += digits[byte & 0xf];
  }
  return result;
}

} // namespace cohort::runtime::execution
