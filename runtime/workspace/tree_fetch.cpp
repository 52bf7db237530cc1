#include "runtime/workspace/tree_fetch.hpp"

#include <algorithm>
#include <utility>

namespace cohort::runtime::workspace {

namespace {

constexpr size_t ids_per_ask = 256;

error wrong_answer(const std::string& why) {
  return {errc::invalid_message, "the peer's answer is wrong: " + why};
}

} // namespace

tree_fetch::tree_fetch(object_exchange& store, whole_trees& known,
                       object_id tree, uint64_t object_bytes_max, size_t window)
  : store_{store},
    known_{known},
    root_{std::move(tree)},
    object_bytes_max_{object_bytes_max},
    window_{std::max<size_t>(window, 1)} {
  // nop
}

expected<void> tree_fetch::start() {
  if (known_.count(root_) > 0)
    return {};
  if (!store_.has(root_)) {
    want(root_, true);
    return {};
  }
  if (auto looked = look_at(root_); !looked)
    return looked;
  if (is_done())
    known_.insert(looked_at_.begin(), looked_at_.end());
  return {};
}

void tree_fetch::want(const object_id& id, bool is_tree) {
  if (!wanted_.insert(id).second)
    return;
  if (is_tree)
    missing_.push_front(id);
  else
    missing_.push_back(id);
}

/// Wants what is missing below a tree that is here.
expected<void> tree_fetch::look_at(const object_id& tree) {
  std::vector<object_id> here{tree};
  while (!here.empty()) {
    auto id = std::move(here.back());
    here.pop_back();
    if (known_.count(id) > 0 || !looked_at_.insert(id).second)
      continue;
    auto entries = store_.entries(id);
    if (!entries)
      return entries.error();
    for (auto& entry : *entries) {
      if (!store_.has(entry.id))
        want(entry.id, entry.is_tree);
      else if (entry.is_tree)
        here.push_back(std::move(entry.id));
    }
  }
  return {};
}

pb::ObjectsWanted tree_fetch::ask_for(strand what) {
  pb::ObjectsWanted result;
  result.set_ask(next_ask_++);
  for (auto& id : what.wanted)
    result.add_ids(id);
  result.set_offset(what.received());
  under_way_.emplace(result.ask(), std::move(what));
  return result;
}

std::vector<pb::ObjectsWanted> tree_fetch::take_asks() {
  std::vector<pb::ObjectsWanted> result;
  for (auto& blob : std::exchange(continued_, {}))
    result.push_back(ask_for(std::move(blob)));
  while (under_way_.size() < window_ && !missing_.empty()) {
    strand next;
    auto count = std::min(missing_.size(), ids_per_ask);
    next.wanted.assign(missing_.begin(),
                       missing_.begin() + static_cast<ptrdiff_t>(count));
    missing_.erase(missing_.begin(),
                   missing_.begin() + static_cast<ptrdiff_t>(count));
    result.push_back(ask_for(std::move(next)));
  }
  return result;
}

bool tree_fetch::expects(uint64_t ask) const {
  return under_way_.count(ask) > 0;
}

/// Returns whether the object is whole now.
expected<bool> tree_fetch::take(strand& from, const pb::ObjectPart& part) {
  if (from.wanted.empty() || part.id() != from.wanted.front())
    return wrong_answer("an object comes that was not its turn");
  if (part.size() > object_bytes_max_)
    return wrong_answer("an object has " + std::to_string(part.size())
                        + " bytes, " + std::to_string(object_bytes_max_)
                        + " are allowed");
  auto have = from.received();
  if (part.offset() != have || have > part.size()
      || part.data().size() > part.size() - have)
    return wrong_answer("a part does not follow the one before it");
  bytes_ += part.data().size();
  if (have == 0 && part.data().size() == part.size()) {
    if (auto written = store_.write(part.id(), part.kind(), part.data());
        !written)
      return written.error();
    return true;
  }
  if (part.data().empty())
    return wrong_answer("an empty part");
  return part.kind() == pb::ObjectPart::TREE ? take_tree_part(from, part)
                                             : take_blob_part(from, part);
}

/// A tree is looked at as a whole, so it is kept until it is one.
expected<bool> tree_fetch::take_tree_part(strand& from,
                                          const pb::ObjectPart& part) {
  if (from.partial || part.size() > tree_bytes_max)
    return wrong_answer("a folder of " + std::to_string(part.size())
                        + " bytes");
  from.tree += part.data();
  if (from.tree.size() < part.size())
    return false;
  auto whole = std::exchange(from.tree, {});
  if (auto written = store_.write(part.id(), part.kind(), whole); !written)
    return written.error();
  return true;
}

expected<bool> tree_fetch::take_blob_part(strand& from,
                                          const pb::ObjectPart& part) {
  if (!from.tree.empty())
    return wrong_answer("a folder goes on as a file");
  if (!from.partial) {
    auto begun = store_.receive(part.id(), part.size());
    if (!begun)
      return begun.error();
    from.partial.emplace(std::move(*begun));
  }
  if (auto added = from.partial->append(part.data()); !added)
    return added.error();
  if (from.partial->received() < part.size())
    return false;
  auto finished = from.partial->finish();
  from.partial.reset();
  if (!finished)
    return finished.error();
  return true;
}

expected<void> tree_fetch::receive(const pb::ObjectsSent& sent) {
  auto found = under_way_.find(sent.ask());
  if (found == under_way_.end())
    return {};
  auto current = std::move(found->second);
  under_way_.erase(found);
  if (sent.unknown_size() > 0)
    return error{errc::not_found, "the peer lacks "
                                    + std::to_string(sent.unknown_size())
                                    + " objects of the tree"};
  if (sent.parts().empty())
    return error{errc::invalid_message, "the peer's answer is empty"};
  if (wanted_.size() + looked_at_.size() > fetched_objects_max)
    return wrong_answer("the tree has more than "
                        + std::to_string(fetched_objects_max) + " objects");
  for (auto& part : sent.parts()) {
    auto whole = take(current, part);
    if (!whole)
      return whole.error();
    if (!*whole)
      break;
    current.wanted.pop_front();
    ++objects_;
    if (part.kind() == pb::ObjectPart::TREE)
      if (auto looked = look_at(part.id()); !looked)
        return looked;
  }
  if (current.received() > 0) {
    // Goes on with the object; the others may go by other strands.
    missing_.insert(missing_.begin(), current.wanted.begin() + 1,
                    current.wanted.end());
    current.wanted.resize(1);
    continued_.push_back(std::move(current));
  } else {
    missing_.insert(missing_.begin(), current.wanted.begin(),
                    current.wanted.end());
  }
  if (is_done())
    known_.insert(looked_at_.begin(), looked_at_.end());
  return {};
}

bool tree_fetch::is_done() const {
  return missing_.empty() && under_way_.empty() && continued_.empty();
}

} // namespace cohort::runtime::workspace
