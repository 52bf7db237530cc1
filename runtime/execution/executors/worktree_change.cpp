#include "runtime/execution/executors/worktree_change.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/execution/editable_files.hpp"

namespace cohort::runtime::execution {

namespace fs = std::filesystem;

std::string enumerated(const std::vector<std::string>& names) {
  constexpr size_t shown_max = 5;
  std::string result;
  for (size_t i = 0; i < std::min(names.size(), shown_max); ++i)
    result += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > shown_max)
    result += " and " + std::to_string(names.size() - shown_max) + " more";
  return result;
}

expected<worktree_change>
worktree_change::begin(const pb::RepairUnit& unit,
                       const subtask_evidence& evidence,
                       const executor_context& context) {
  auto before = context.slot.capture();
  if (!before)
    return before.error();
  return worktree_change{unit, evidence, context, std::move(*before)};
}

worktree_change::worktree_change(const pb::RepairUnit& unit,
                                 const subtask_evidence& evidence,
                                 const executor_context& context,
                                 std::string before)
  : unit_{&unit},
    evidence_{&evidence},
    context_{&context},
    before_{std::move(before)},
    watch_{context.slot.tree_folder()} {
  // nop
}

worktree_change::worktree_change(worktree_change&& other) noexcept
  : unit_{other.unit_},
    evidence_{other.evidence_},
    context_{other.context_},
    before_{std::move(other.before_)},
    watch_{std::move(other.watch_)},
    changes_{std::move(other.changes_)},
    is_known_{std::exchange(other.is_known_, true)} {
  // nop
}

worktree_change::~worktree_change() {
  if (is_known_)
    return;
  worktree_watch::open_folders(context_->slot.tree_folder());
  context_->slot.invalidate();
}

std::vector<std::string>
worktree_change::allowed(const pb::RepairUnit& unit,
                         const executor_context& context) {
  editable_files editable{context.slot,
                          {unit.subtask().files().begin(),
                           unit.subtask().files().end()},
                          unit.scope()};
  std::vector<std::string> result;
  for (auto& name : editable.names())
    if (!editable.refuse(name))
      result.push_back(name);
  return result;
}

expected<worktree_change::verdict> worktree_change::judge() {
  changes_ = watch_.since();
  auto result = judge_changes();
  is_known_ = static_cast<bool>(result);
  return result;
}

expected<void> worktree_change::take_back() {
  changes_ = watch_.since();
  auto result = bring_to(before_);
  is_known_ = static_cast<bool>(result);
  return result;
}

expected<worktree_change::verdict> worktree_change::judge_changes() {
  auto [accepted, refused] = sorted_out();
  auto& slot = context_->slot;
  auto made = slot.store().capture(slot.tree_folder(), before_, accepted);
  if (!made)
    return made.error();
  if (!refused.empty() || changes_.has_more || *made == before_) {
    if (auto done = bring_to(*made); !done)
      return done.error();
  } else {
    tell_slot();
  }
  auto beside = refused.empty() ? ""
                                : "; taken back, since it may not change them: "
                                    + enumerated(refused);
  if (*made == before_)
    return verdict{"it changed nothing" + beside, false, {}};
  auto later = *evidence_;
  later.changed(accepted, {});
  if (auto checked = later.complete(); !checked)
    return checked.error();
  if (auto why = evidence_->why_no_progress(later); !why.empty()) {
    if (auto done = bring_to(before_); !done)
      return done.error();
    return verdict{
      "what it changed was taken back: " + why + beside, false, {}};
  }
  return verdict{"changed " + enumerated(accepted) + beside, true,
                 later.checked()};
}

/// Only regular files that it may change, and that are still there.
worktree_change::sorted_files worktree_change::sorted_out() const {
  sorted_files result;
  auto allowed = worktree_change::allowed(*unit_, *context_);
  for (auto& file : changes_.files) {
    std::error_code failed;
    auto size = fs::file_size(context_->slot.tree_folder() / file, failed);
    auto is_fine = std::binary_search(allowed.begin(), allowed.end(), file)
                   && !failed && size <= context_->file_bytes_max;
    (is_fine ? result.accepted : result.refused).push_back(file);
  }
  return result;
}

void worktree_change::tell_slot() {
  for (auto& file : changes_.files)
    context_->slot.touched(file);
}

expected<void> worktree_change::bring_to(const std::string& tree) {
  tell_slot();
  if (changes_.has_more) {
    worktree_watch::open_folders(context_->slot.tree_folder());
    context_->slot.invalidate();
  }
  return context_->slot.bring_to(tree);
}

} // namespace cohort::runtime::execution
