#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "messages/v1/link.pb.h"
#include "runtime/expected.hpp"
#include "runtime/workspace/object_exchange.hpp"

namespace cohort::runtime::workspace {

inline constexpr size_t fetched_objects_max = 5'000'000;
inline constexpr uint64_t tree_bytes_max = 64U << 20; // A million files.

/// Trees of one store that are there with everything below them.
using whole_trees = std::set<object_id>;

/// Brings one tree here from a peer's store, object by object, from the root
/// down: only what is missing is asked for, and whatever came stays, so that a
/// fetch that was cut off goes on where it was.
///
/// A tree of more than `fetched_objects_max` objects, and a folder whose own
/// object has more than `tree_bytes_max` bytes, are refused.
/// At most `window` answers are under way: that bounds the memory at both ends
/// and keeps a slow store from filling the link. REQUIRES: store and
/// `known` outlive it. Belongs to one thread.
class tree_fetch {
public:
  /// Objects above `object_bytes_max` are refused.
  tree_fetch(object_exchange& store, whole_trees& known, object_id tree,
             uint64_t object_bytes_max, size_t window = 4);

  /// Looks what is missing. Errors: storage_failed.
  expected<void> start();
  /// What to ask the peer now.
  std::vector<pb::ObjectsWanted> take_asks();
  /// Whether it is an answer to one of this fetch's asks.
  [[nodiscard]] bool expects(uint64_t ask) const;
  /// Errors: not_found (the peer has not got it), invalid_message (what came is
  /// something else), storage_failed. The fetch cannot go on after one.
  expected<void> receive(const pb::ObjectsSent& sent);

  [[nodiscard]] bool is_done() const;
  [[nodiscard]] uint64_t objects() const {
    return objects_;
  }
  [[nodiscard]] uint64_t bytes() const {
    return bytes_;
  }

private:
  /// One ask under way, and what goes on behind it.
  struct strand {
    std::deque<object_id> wanted;
    std::optional<object_exchange::incoming> partial; // The first one, a blob.
    std::string tree;                                 // Or a part of a tree.

    [[nodiscard]] uint64_t received() const {
      return partial ? partial->received() : tree.size();
    }
  };

  expected<void> look_at(const object_id& tree);
  void want(const object_id& id, bool is_tree);
  expected<bool> take(strand& from, const pb::ObjectPart& part);
  expected<bool> take_tree_part(strand& from, const pb::ObjectPart& part);
  expected<bool> take_blob_part(strand& from, const pb::ObjectPart& part);
  pb::ObjectsWanted ask_for(strand what);

  object_exchange& store_;
  whole_trees& known_;
  const object_id root_;
  const uint64_t object_bytes_max_;
  const size_t window_;
  uint64_t next_ask_ = 1;
  std::deque<object_id> missing_; // Trees in front.
  std::set<object_id> wanted_;    // Ever asked for, or in `missing_`.
  std::set<object_id> looked_at_; // Trees.
  std::map<uint64_t, strand> under_way_;
  std::vector<strand> continued_; // Whose next part is to be asked for.
  uint64_t objects_ = 0;
  uint64_t bytes_ = 0;
};

} // namespace cohort::runtime::workspace
