#include "runtime/execution/editable_files.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

#include "runtime/decomposition/decompose.hpp"

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

namespace {

error storage_error(const fs::path& file, const std::string& what) {
  return {errc::storage_failed, file.string() + ": " + what
                                  + "; see whether the state folder's disk is "
                                    "full or read-only"};
}

std::optional<std::string> refuse_path(const fs::path& tree,
                                       const std::string& file) {
  std::error_code failed;
  auto root = fs::canonical(tree, failed);
  if (failed)
    return "the worktree cannot be read: " + failed.message();
  auto expected_path = (root / file).lexically_normal();
  auto real = fs::canonical(expected_path, failed);
  if (failed)
    return file + " cannot be read: " + failed.message();
  if (real != expected_path)
    return file + " is reached through a symbolic link";
  if (!fs::is_regular_file(real, failed))
    return file + " is no regular file";
  return std::nullopt;
}

} // namespace

editable_files::editable_files(workspace::slot& slot,
                               const std::vector<std::string>& files,
                               const pb::Scope& scope)
  : slot_{slot} {
  for (auto& file : files)
    if (decomposition::in_scope(scope, file))
      names_.insert(file);
}

std::optional<std::string> editable_files::refuse(const std::string& file) {
  if (names_.count(file) == 0)
    return "it edits " + file + ", which this subtask may not change";
  auto [entry, is_new] = refusals_.try_emplace(file);
  if (is_new)
    entry->second = refuse_path(slot_.tree_folder(), file);
  return entry->second;
}

expected<const std::string*> editable_files::read(const std::string& file) {
  auto found = contents_.find(file);
  if (found != contents_.end())
    return &found->second;
  auto path = slot_.tree_folder() / file;
  std::ifstream in{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  if (!in.is_open() || in.bad())
    return storage_error(path, "cannot be read");
  return &contents_.emplace(file, std::move(bytes)).first->second;
}

expected<void> editable_files::write(const std::string& file,
                                     const std::string& bytes) {
  auto path = slot_.tree_folder() / file;
  // A new file under the old name: the old bytes may be shared by hard links.
  auto temporary = path;
  temporary += ".cohort-edit";
  slot_.touched(file);
  std::ofstream out{temporary, std::ios::binary | std::ios::trunc};
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code failed;
  if (out.fail()) {
    fs::remove(temporary, failed);
    return storage_error(path, "cannot be written");
  }
  fs::permissions(temporary, fs::status(path, failed).permissions(), failed);
  if (!failed)
    fs::rename(temporary, path, failed);
  if (failed) {
    auto why = failed.message();
    fs::remove(temporary, failed);
    return storage_error(path, "cannot be written: " + why);
  }
  contents_[file] = bytes;
  return {};
}

} // namespace cohort::runtime::execution
