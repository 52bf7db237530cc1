#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/execution/cache/file_digests.hpp"
#include "runtime/execution/cache/result_store.hpp"
#include "runtime/execution/cache/settings.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"

namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// One compiler run on one unit of one tree.
struct check_action {
  std::string unit;
  std::string compiler;
  const process::command& command;
  const process::process_settings& limits; // What it sees of the host.
  std::filesystem::path tree;
  /// Digest of the names of all files in `tree`: a header that comes into being
  /// may be found before one that was read.
  std::string names;
};

/// What compilers said, by the content of everything that they read.
///
/// A report is found when the command (the worktree's own path left out) and
/// what it sees of the environment and the host, the compiler's program (and
/// those of its name that PATH has behind a wrapper), the names of all files of
/// the tree, the content of every file that the run opened, and the names in
/// every folder outside of the tree where it found a header or looked for one
/// in vain are all the same. So a changed header invalidates exactly the checks
/// that read it, and files that come or go invalidate what they could change.
/// Reports without a verdict, and checks whose options make the compiler read
/// what it does not list, are not kept. What a wrapper that is a script does
/// with a compiler that PATH does not name is not seen.
///
/// Threads: any.
class check_cache {
public:
  explicit check_cache(std::unique_ptr<result_store> store);

  struct answer {
    std::string action; // Names the action in `keep`; empty: not to be kept.
    int64_t began_ns = 0;
    std::optional<pb::UnitReport> report;
    /// Where the command says that headers are, in the tree and outside of it.
    std::vector<std::string> folders;
  };

  [[nodiscard]] answer find(const check_action& what);

  /// Keeps the report of a run that began after `find` gave `asked`. `opened`:
  /// absolute paths of what it read. Nothing is kept when one of them changed
  /// since.
  void keep(const answer& asked, const std::filesystem::path& tree,
            const pb::UnitReport& report,
            const std::vector<std::string>& opened);

private:
  std::string action_of(const check_action& what,
                        const std::vector<std::string>& folders);
  /// Folders outside of `tree` where some header was looked for in vain.
  std::set<std::string> lookups_of(const answer& asked,
                                   const std::filesystem::path& tree,
                                   const pb::UnitReport& report,
                                   const std::vector<std::string>& opened);
  std::vector<std::string> asked_in(const std::string& file);
  std::optional<std::string>
  closure_of(const std::string& action, const std::filesystem::path& tree,
             const result_store::names& list, int64_t not_after_ns);

  std::unique_ptr<result_store> store_;
  file_digests digests_;
  std::mutex asked_mutex_;
  std::map<std::string, std::vector<std::string>> asked_; // By digest.
};

/// Opens the cache in `folder`; none when it is switched off or cannot be had,
/// for which `why` gets the reason.
std::shared_ptr<check_cache> open_check_cache(const std::filesystem::path& file,
                                              const cache_settings& settings,
                                              std::string& why);

} // namespace cohort::runtime::execution
