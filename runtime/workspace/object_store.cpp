#include "runtime/workspace/object_store.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <git2/sys/repository.h>
#include <sys/file.h>
#include <unistd.h>

#include "runtime/workspace/files.hpp"
#include "runtime/workspace/object_store_impl.hpp"
#include "runtime/workspace/temporaries.hpp"

namespace cohort::runtime::workspace {

namespace {

namespace fs = std::filesystem;

constexpr auto ref_prefix = "refs/cohort/";

/// Makes the repository under another name first: whoever finds it in its
/// place, in whatever process, finds it whole.
expected<void> make_store(const fs::path& folder) {
  std::error_code failed;
  auto parent = fs::absolute(folder, failed).parent_path();
  fs::create_directories(parent, failed);
  auto temporary = temporary_name(parent / "store");
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
  git_repository* raw = nullptr;
  if (git_repository_init_ext(&raw, temporary.c_str(), &options) != 0) {
    auto why
      = git::last_error("cannot make the object store " + folder.string());
    fs::remove_all(temporary, failed);
    return why;
  }
  git::repository{raw}.reset();
  auto renamed = rename(temporary.c_str(), folder.c_str()) == 0;
  auto why = errno;
  if (renamed)
    return {};
  fs::remove_all(temporary, failed);
  if (fs::exists(folder / "HEAD", failed))
    return {}; // Another one was faster.
  return error{errc::storage_failed, "cannot make the object store "
                                       + folder.string() + ": "
                                       + std::strerror(why)};
}

/// Its own file, and nothing of the user's or the system's: neither decides how
/// cohort prints a diff, nor which names a tree may hold.
expected<void> isolate(git_repository* repo, const fs::path& folder) {
  git_config* raw = nullptr;
  if (git_config_new(&raw) != 0)
    return git::last_error("cannot read the settings of " + folder.string());
  git::config config{raw};
  if (git_config_add_file_ondisk(raw, (folder / "config").c_str(),
                                 GIT_CONFIG_LEVEL_LOCAL, repo, 0)
        != 0
      || git_repository_set_config(repo, raw) != 0)
    return git::last_error("cannot read the settings of " + folder.string());
  return {};
}

/// Everything that was written to the store reaches the disk, in one go.
expected<void> sync(const fs::path& folder) {
  auto fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  auto ok = fd >= 0 && syncfs(fd) == 0;
  auto why = errno;
  if (fd >= 0)
    close(fd);
  if (ok)
    return {};
  return error{errc::storage_failed, "cannot bring " + folder.string()
                                       + " to the disk: " + std::strerror(why)};
}

/// One writer of names at a time, in whatever thread or process: git itself
/// does not wait for another one but fails. The kernel lets go of it when a
/// process dies.
class writer_lock {
public:
  static expected<writer_lock> take(const fs::path& folder) {
    auto file = folder / "cohort.lock";
    writer_lock result{
      ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
    while (result.fd_ >= 0 && flock(result.fd_, LOCK_EX) != 0)
      if (errno != EINTR)
        return error{errc::storage_failed, "cannot lock " + file.string() + ": "
                                             + std::strerror(errno)};
    if (result.fd_ < 0)
      return error{errc::storage_failed, "cannot open " + file.string() + ": "
                                           + std::strerror(errno)};
    return result;
  }
  writer_lock(writer_lock&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)} {
    // nop
  }
  writer_lock& operator=(writer_lock&&) = delete;
  ~writer_lock() {
    if (fd_ >= 0)
      close(fd_);
  }

private:
  explicit writer_lock(int fd) : fd_{fd} {
    // nop
  }

  int fd_;
};

expected<std::string> ref_name(const std::string& name) {
  auto result = ref_prefix + name;
  int valid = 0;
  if (git_reference_name_is_valid(&valid, result.c_str()) != 0 || valid == 0)
    return error{errc::invalid_request,
                 "a tree cannot be kept as '" + name + "'"};
  return result;
}

} // namespace

object_store::object_store(std::unique_ptr<impl> ptr) : impl_{std::move(ptr)} {
  // nop
}

object_store::object_store(object_store&&) noexcept = default;
object_store& object_store::operator=(object_store&&) noexcept = default;
object_store::~object_store() = default;

expected<object_store> object_store::open(const fs::path& folder) {
  git::set_up();
  std::error_code failed;
  if (!fs::exists(folder / "HEAD", failed))
    if (auto made = make_store(folder); !made)
      return made.error();
  auto repo = git::open_store(folder);
  if (!repo) // It is there, or was made: what is missing is damage.
    return error{errc::storage_failed, repo.error().message};
  auto result = std::make_unique<impl>();
  result->repo = std::move(*repo);
  result->folder = folder;
  if (auto isolated = isolate(result->repo.get(), folder); !isolated)
    return isolated.error();
  auto odb = git::objects_of(result->repo.get());
  if (!odb)
    return odb.error();
  result->odb = std::move(*odb);
  return object_store{std::move(result)};
}

expected<std::vector<std::string>>
object_store::changed_files(const tree_id& from, const tree_id& to) {
  auto changes = impl_->compare(from, to);
  if (!changes)
    return changes.error();
  std::vector<std::string> result;
  for (auto& change : *changes)
    result.push_back(std::move(change.path));
  return result;
}

expected<std::vector<std::string>>
object_store::list_files(const tree_id& tree) {
  auto found = impl_->find(tree);
  if (!found)
    return found.error();
  auto entries = list_tree(impl_->repo.get(), found->get());
  if (!entries)
    return entries.error();
  std::vector<std::string> result;
  for (auto& entry : *entries)
    result.push_back(std::move(entry.path));
  return result;
}

expected<std::string> object_store::read_file(const tree_id& tree,
                                              const std::string& path) {
  auto entry = impl_->select(tree, {path});
  if (!entry)
    return entry.error();
  if (entry->front().deleted)
    return error{errc::not_found, "no file " + path + " in tree " + tree};
  git_blob* raw = nullptr;
  if (git_blob_lookup(&raw, impl_->repo.get(), &entry->front().oid) != 0)
    return git::last_error("the store has lost the content of " + path);
  git::blob blob{raw};
  return std::string{static_cast<const char*>(git_blob_rawcontent(raw)),
                     static_cast<size_t>(git_blob_rawsize(raw))};
}

expected<std::string> object_store::diff(const tree_id& from,
                                         const tree_id& to) {
  auto a = impl_->find(from);
  if (!a)
    return a.error();
  auto b = impl_->find(to);
  if (!b)
    return b.error();
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_SHOW_BINARY;
  // In full: a short one may be ambiguous in the repository that takes the
  // patch.
  options.id_abbrev = GIT_OID_HEXSZ;
  git_diff* raw = nullptr;
  if (git_diff_tree_to_tree(&raw, impl_->repo.get(), a->get(), b->get(),
                            &options)
      != 0)
    return git::last_error("cannot compare " + from + " with " + to);
  git::diff owner{raw};
  git_buf text = GIT_BUF_INIT;
  if (git_diff_to_buf(&text, raw, GIT_DIFF_FORMAT_PATCH) != 0)
    return git::last_error("cannot print the difference of " + from + " and "
                           + to);
  std::string result{text.ptr, text.size};
  git_buf_dispose(&text);
  return result;
}

expected<void> object_store::keep(const std::string& name,
                                  const tree_id& tree) {
  auto ref = ref_name(name);
  if (!ref)
    return ref.error();
  auto found = impl_->find(tree);
  if (!found)
    return found.error();
  // What is kept outlives a power cut: its objects are on disk before its name.
  if (auto synced = sync(impl_->folder); !synced)
    return synced;
  auto lock = writer_lock::take(impl_->folder);
  if (!lock)
    return lock.error();
  git_reference* raw = nullptr;
  if (git_reference_create(&raw, impl_->repo.get(), ref->c_str(),
                           git_tree_id(found->get()), 1, nullptr)
      != 0)
    return git::last_error("cannot keep " + name + " in "
                           + impl_->folder.string());
  git::reference{raw}.reset();
  return {};
}

expected<tree_id> object_store::kept(const std::string& name) {
  auto ref = ref_name(name);
  if (!ref)
    return ref.error();
  git_oid oid;
  auto failed = git_reference_name_to_id(&oid, impl_->repo.get(), ref->c_str());
  if (failed != 0)
    return git::last_error("nothing is kept as " + name,
                           failed == GIT_ENOTFOUND ? errc::not_found
                                                   : errc::storage_failed);
  return git::to_hex(oid);
}

} // namespace cohort::runtime::workspace
