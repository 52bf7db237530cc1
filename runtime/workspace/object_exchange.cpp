#include "runtime/workspace/object_exchange.hpp"

#include <algorithm>
#include <cstring>
#include <list>
#include <optional>
#include <utility>

#include <git2/odb_backend.h>

#include "runtime/workspace/git.hpp"
#include "runtime/workspace/object_store.hpp"

namespace cohort::runtime::workspace {

namespace {

/// Of an answer's objects, together: two of these fit an envelope with room to
/// spare, and nothing behind waits long.
constexpr size_t answer_bytes_max = 256U << 10;
constexpr int ids_max = 1024;
/// Of large objects that stay in memory while their parts are asked for; one
/// may be larger.
constexpr size_t large_bytes_max = 128U << 20;

std::optional<git_oid> oid_of(const object_id& id) {
  git_oid result;
  if (id.size() != GIT_OID_RAWSZ
      || git_oid_fromraw(&result,
                         reinterpret_cast<const unsigned char*>(id.data()))
           != 0)
    return std::nullopt;
  return result;
}

object_id id_of(const git_oid& oid) {
  return {reinterpret_cast<const char*>(oid.id), GIT_OID_RAWSZ};
}

std::string name_of_id(const object_id& id) {
  auto oid = oid_of(id);
  return oid ? git::to_hex(*oid) : "that is none";
}

error not_an_id() {
  return {errc::invalid_message, "an object id has 20 bytes"};
}

error is_another(const object_id& wanted) {
  return {errc::invalid_message,
          "what came is not the object " + name_of_id(wanted)};
}

using odb_stream
  = std::unique_ptr<git_odb_stream, git::deleter<git_odb_stream_free>>;

} // namespace

expected<object_id> to_object_id(const std::string& hex) {
  auto oid = git::to_oid(hex);
  if (!oid)
    return oid.error();
  return id_of(*oid);
}

struct object_exchange::impl {
  git::repository repo;
  git::odb odb;
  // Those that are sent in parts, the last one in front: reading one again for
  // each part would be quadratic.
  std::list<std::pair<object_id, git::odb_object>> large;
  git::odb_object small;

  expected<git_odb_object*> read(const object_id& id, const git_oid& oid) {
    for (auto it = large.begin(); it != large.end(); ++it)
      if (it->first == id) {
        large.splice(large.begin(), large, it);
        return it->second.get();
      }
    git_odb_object* raw = nullptr;
    auto failed = git_odb_read(&raw, odb.get(), &oid);
    if (failed == GIT_ENOTFOUND)
      return error{errc::not_found, "no object " + git::to_hex(oid)};
    if (failed != 0)
      return git::last_error("cannot read object " + git::to_hex(oid));
    if (git_odb_object_size(raw) <= answer_bytes_max) {
      small.reset(raw);
      return raw;
    }
    large.emplace_front(id, git::odb_object{raw});
    size_t bytes = 0;
    auto keep = std::find_if(large.begin(), large.end(), [&](auto& entry) {
      bytes += git_odb_object_size(entry.second.get());
      return bytes > large_bytes_max && &entry != &large.front();
    });
    large.erase(keep, large.end());
    return raw;
  }
};

object_exchange::object_exchange(std::unique_ptr<impl> ptr)
  : impl_{std::move(ptr)} {
  // nop
}
object_exchange::object_exchange(object_exchange&&) noexcept = default;
object_exchange&
object_exchange::operator=(object_exchange&&) noexcept = default;
object_exchange::~object_exchange() = default;

expected<object_exchange>
object_exchange::open(const std::filesystem::path& store) {
  // Makes it when it is missing.
  if (auto made = object_store::open(store); !made)
    return made.error();
  auto result = std::make_unique<impl>();
  auto repo = git::open_store(store);
  if (!repo)
    return repo.error();
  result->repo = std::move(*repo);
  auto odb = git::objects_of(result->repo.get());
  if (!odb)
    return odb.error();
  result->odb = std::move(*odb);
  return object_exchange{std::move(result)};
}

bool object_exchange::has(const object_id& id) const {
  auto oid = oid_of(id);
  return oid
         && git_odb_exists_ext(impl_->odb.get(), &*oid,
                               GIT_ODB_LOOKUP_NO_REFRESH)
              != 0;
}

expected<std::vector<object_exchange::entry>>
object_exchange::entries(const object_id& tree) const {
  auto oid = oid_of(tree);
  if (!oid)
    return not_an_id();
  auto found = git::find_tree(impl_->repo.get(), *oid);
  if (!found)
    return found.error();
  std::vector<entry> result;
  auto count = git_tree_entrycount(found->get());
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    auto* item = git_tree_entry_byindex(found->get(), i);
    auto type = git_tree_entry_type(item);
    if (type == GIT_OBJECT_TREE || type == GIT_OBJECT_BLOB)
      result.push_back(
        {id_of(*git_tree_entry_id(item)), type == GIT_OBJECT_TREE});
  }
  return result;
}

expected<pb::ObjectsSent>
object_exchange::answer(const pb::ObjectsWanted& wanted) {
  pb::ObjectsSent result;
  result.set_ask(wanted.ask());
  if (wanted.ids_size() > ids_max)
    return error{errc::invalid_message, "more than 1,024 objects are wanted"};
  size_t budget = answer_bytes_max;
  for (int i = 0; i < wanted.ids_size() && budget > 0; ++i) {
    auto& id = wanted.ids(i);
    auto oid = oid_of(id);
    if (!oid)
      return not_an_id();
    auto object = impl_->read(id, *oid);
    if (!object && object.error().code == errc::not_found) {
      result.add_unknown(id);
      continue;
    }
    if (!object)
      return object.error();
    auto type = git_odb_object_type(*object);
    if (type != GIT_OBJECT_TREE && type != GIT_OBJECT_BLOB) {
      result.add_unknown(id);
      continue;
    }
    std::string_view bytes{
      static_cast<const char*>(git_odb_object_data(*object)),
      git_odb_object_size(*object)};
    auto offset = i == 0 ? std::min<uint64_t>(wanted.offset(), bytes.size())
                         : 0;
    auto rest = bytes.substr(offset);
    // A small object that does not fit any more is asked for again; only what
    // fits no answer is cut.
    if (i > 0 && rest.size() > budget && rest.size() <= answer_bytes_max)
      break;
    auto data = rest.substr(0, budget);
    auto& part = *result.add_parts();
    part.set_id(id);
    part.set_kind(type == GIT_OBJECT_TREE ? pb::ObjectPart::TREE
                                          : pb::ObjectPart::BLOB);
    part.set_size(bytes.size());
    part.set_offset(offset);
    part.set_data(data.data(), data.size());
    budget -= data.size();
    if (data.size() < rest.size())
      break;
  }
  return result;
}

expected<void> object_exchange::write(const object_id& id,
                                      pb::ObjectPart::Kind kind,
                                      std::string_view bytes) {
  auto oid = oid_of(id);
  if (!oid)
    return not_an_id();
  auto type = kind == pb::ObjectPart::TREE ? GIT_OBJECT_TREE : GIT_OBJECT_BLOB;
  git_oid real;
  if (git_odb_hash(&real, bytes.data(), bytes.size(), type) != 0)
    return git::last_error("cannot hash object " + git::to_hex(*oid));
  if (git_oid_equal(&real, &*oid) == 0)
    return is_another(id);
  if (git_odb_write(&real, impl_->odb.get(), bytes.data(), bytes.size(), type)
      != 0)
    return git::last_error("cannot store object " + git::to_hex(*oid));
  return {};
}

struct object_exchange::incoming::impl {
  object_id id;
  git_oid oid;
  uint64_t size = 0;
  uint64_t received = 0;
  odb_stream stream;
};

object_exchange::incoming::incoming(std::unique_ptr<impl> ptr)
  : impl_{std::move(ptr)} {
  // nop
}
object_exchange::incoming::incoming(incoming&&) noexcept = default;
object_exchange::incoming&
object_exchange::incoming::operator=(incoming&&) noexcept = default;
object_exchange::incoming::~incoming() = default;

uint64_t object_exchange::incoming::received() const {
  return impl_->received;
}

expected<void> object_exchange::incoming::append(std::string_view part) {
  if (impl_->received + part.size() > impl_->size)
    return is_another(impl_->id);
  if (git_odb_stream_write(impl_->stream.get(), part.data(), part.size()) != 0)
    return git::last_error("cannot store a part of object "
                           + name_of_id(impl_->id));
  impl_->received += part.size();
  return {};
}

expected<void> object_exchange::incoming::finish() {
  git_oid real;
  if (impl_->received != impl_->size)
    return is_another(impl_->id);
  if (git_odb_stream_finalize_write(&real, impl_->stream.get()) != 0)
    return git::last_error("cannot store object " + name_of_id(impl_->id));
  if (git_oid_equal(&real, &impl_->oid) == 0)
    return is_another(impl_->id);
  return {};
}

expected<object_exchange::incoming>
object_exchange::receive(const object_id& id, uint64_t size) {
  auto oid = oid_of(id);
  if (!oid)
    return not_an_id();
  git_odb_stream* raw = nullptr;
  if (git_odb_open_wstream(&raw, impl_->odb.get(),
                           static_cast<git_object_size_t>(size),
                           GIT_OBJECT_BLOB)
      != 0)
    return git::last_error("cannot store object " + git::to_hex(*oid));
  auto result = std::make_unique<incoming::impl>();
  result->id = id;
  result->oid = *oid;
  result->size = size;
  result->stream.reset(raw);
  return incoming{std::move(result)};
}

} // namespace cohort::runtime::workspace
