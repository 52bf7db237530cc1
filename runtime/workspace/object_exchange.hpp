#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/link.pb.h"
#include "runtime/expected.hpp"

namespace cohort::runtime::workspace {

namespace pb = messages::v1;

/// An object's 20 bytes, as they are.
using object_id = std::string;

/// Errors: invalid_request.
expected<object_id> to_object_id(const std::string& hex);

/// The store's objects one by one, for two stores that bring each other what
/// they lack.
///
/// Threads: belongs to one thread at a time; may be open on a folder that
///          others have open.
/// Errors:  storage_failed, not_found, invalid_message (a peer's bytes are not
///          what they are said to be).
class object_exchange {
public:
  static expected<object_exchange> open(const std::filesystem::path& store);
  object_exchange(object_exchange&&) noexcept;
  object_exchange& operator=(object_exchange&&) noexcept;
  ~object_exchange();

  struct entry {
    object_id id;
    bool is_tree = false;
  };

  [[nodiscard]] bool has(const object_id& id) const;
  /// What a tree names directly; commits of submodules are nobody's objects.
  expected<std::vector<entry>> entries(const object_id& tree) const;

  /// What fits into one answer, in the order of the ask.
  expected<pb::ObjectsSent> answer(const pb::ObjectsWanted& wanted);

  /// Stores a whole object after its digest was found right.
  expected<void> write(const object_id& id, pb::ObjectPart::Kind kind,
                       std::string_view bytes);

  /// A blob that comes in parts, in order; never in memory as a whole.
  class incoming {
  public:
    incoming(incoming&&) noexcept;
    incoming& operator=(incoming&&) noexcept;
    ~incoming();
    expected<void> append(std::string_view part);
    /// Errors: invalid_message when it is not the object that was wanted.
    expected<void> finish();
    [[nodiscard]] uint64_t received() const;

  private:
    friend class object_exchange;
    struct impl;
    explicit incoming(std::unique_ptr<impl> ptr);
    std::unique_ptr<impl> impl_;
  };
  expected<incoming> receive(const object_id& id, uint64_t size);

private:
  struct impl;
  explicit object_exchange(std::unique_ptr<impl> ptr);
  std::unique_ptr<impl> impl_;
};

} // namespace cohort::runtime::workspace
