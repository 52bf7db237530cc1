#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/expected.hpp"
#include "runtime/journal/chain.hpp"

/// Who says that a task ended so: the last hash of its chain, signed with the
/// head's Ed25519 key.
///
/// Threads: keys are not changed once they are there; any may use them.
namespace cohort::runtime::journal {

struct seal {
  std::string task_id;
  uint64_t sequence = 0; // Of the event that ended the task, its last.
  digest hash;           // Of that event.
  std::string key;       // The public key, 32 bytes.
  std::string signature; // Of `statement_of`, 64 bytes.
};

/// What is signed: four lines of text, so that any tool can check it.
[[nodiscard]] std::string statement_of(const seal& what);

/// Frees OpenSSL's keys.
struct key_deleter {
  void operator()(void* key) const;
};
using key_handle = std::unique_ptr<void, key_deleter>;

/// What an auditor has.
class public_key {
public:
  /// From PEM. `origin` names where it stood. Errors: invalid_config.
  static expected<public_key> parse(std::string_view pem,
                                    const std::string& origin);
  /// Errors: not_found, invalid_config.
  static expected<public_key> read(const std::filesystem::path& file);

  /// Errors: invalid_message, when the seal was made with another key or says
  /// something else than what was signed.
  [[nodiscard]] expected<void> check(const seal& what) const;

  [[nodiscard]] const std::string& bytes() const {
    return bytes_;
  }
  [[nodiscard]] std::string pem() const;

private:
  friend class signing_key;
  explicit public_key(key_handle key);

  key_handle key_;
  std::string bytes_; // 32.
};

/// What the head has: `audit.key`, for its owner only, with `audit.pub` beside
/// it for everybody.
class signing_key {
public:
  /// Both are made in `folder` when neither is there. Errors: storage_failed;
  /// invalid_config (damaged, may be read by others, or only the public one is
  /// there).
  static expected<signing_key> open(const std::filesystem::path& folder);

  [[nodiscard]] seal sign(std::string task_id, uint64_t sequence,
                          digest hash) const;

private:
  explicit signing_key(key_handle key);

  key_handle key_;
  std::string bytes_; // Of the public one.
};

/// Where the keys of a journal are.
[[nodiscard]] std::filesystem::path
public_key_of(const std::filesystem::path& journal);

} // namespace cohort::runtime::journal
