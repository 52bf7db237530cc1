#include "runtime/workspace/replacement.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

#include "runtime/workspace/file_identity.hpp"
#include "runtime/workspace/files.hpp"
#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::workspace {

expected<replacement> replacement::stage(std::filesystem::path file,
                                         const struct stat& seen,
                                         std::string_view bytes) {
  replacement result{std::move(file), seen};
  auto staged = temporary_name(result.file_);
  if (auto written = write_new_file(staged, bytes, 0600, true); !written)
    return written.error();
  result.staged_ = staged;
  auto kept = set_owner_and_mode(staged, seen, seen.st_mode & 07777);
  if (!kept)
    return kept.error();
  return result;
}

replacement::replacement(replacement&& other) noexcept
  : file_{std::move(other.file_)},
    seen_{other.seen_},
    staged_{std::exchange(other.staged_, {})} {
  // nop
}

replacement::~replacement() {
  if (!staged_.empty())
    unlink(staged_.c_str());
}

bool replacement::is_current() const {
  return same_file(stat_of(file_), seen_);
}

expected<void> replacement::put_in_place() {
  if (!is_current())
    return error{errc::workspace_moved,
                 file_.string() + " changed since it was read"};
  if (rename(staged_.c_str(), file_.c_str()) != 0)
    return error{errc::storage_failed, "cannot replace " + file_.string() + ": "
                                         + std::strerror(errno)};
  staged_.clear();
  sync_folder(file_.parent_path());
  return {};
}

} // namespace cohort::runtime::workspace
