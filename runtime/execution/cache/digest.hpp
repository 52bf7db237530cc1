#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace cohort::runtime::execution {

/// SHA-256 of a list of parts. Where a part ends is digested too, so that
/// "ab", "c" differs from "a", "bc".
class digest_builder {
public:
  digest_builder();

  digest_builder& add(std::string_view part);

  /// 32 bytes. The builder is used up.
  [[nodiscard]] std::string finish() &&;

private:
  struct deleter {
    void operator()(EVP_MD_CTX* context) const {
      EVP_MD_CTX_free(context);
    }
  };
  std::unique_ptr<EVP_MD_CTX, deleter> context_;
};

/// SHA-256 of one text as a part: 32 bytes.
[[nodiscard]] std::string digest_of_text(std::string_view text);

/// Bytes as lower-case hexadecimal digits.
[[nodiscard]] std::string to_hex(std::string_view bytes);

} // namespace cohort::runtime::execution
