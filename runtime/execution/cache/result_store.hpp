#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/expected.hpp"

namespace cohort::runtime::execution {

/// Results of actions in one SQLite file, which is a cache and nothing else: a
/// file that is damaged is made anew, an entry that is damaged is as good as
/// absent, and no write waits for the disk.
///
/// An action is known by a digest. It has a few lists of names (what past runs
/// of it read); a result is found by the digest of what those names hold now.
/// This is the two-level scheme of ccache's "direct mode" manifests.
///
/// Threads: any.
class result_store {
public:
  using names = std::vector<std::string>;

  /// Errors: storage_failed.
  static expected<std::unique_ptr<result_store>>
  open(const std::filesystem::path& file, uint64_t limit_bytes);

  virtual ~result_store() = default;

  /// The lists of names of `action`, that used last first; a few at most.
  virtual std::vector<names> lists(std::string_view action) = 0;

  virtual std::optional<std::string> load(std::string_view closure) = 0;

  /// Keeps a result; makes room for it. One that cannot be kept is not.
  virtual void save(std::string_view action, const names& list,
                    std::string_view closure, std::string_view result)
    = 0;
};

} // namespace cohort::runtime::execution
