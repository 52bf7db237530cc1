#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string_view>

#include "runtime/council/consensus.hpp"
#include "runtime/council/coupling.hpp"
#include "runtime/decomposition/graph.hpp"

namespace cohort::runtime::council {

namespace {

pb::Subtask* find(pb::Decomposition& plan, const std::string& id) {
  for (auto& subtask : *plan.mutable_subtasks())
    if (subtask.id() == id)
      return &subtask;
  return nullptr;
}

void erase(pb::Decomposition& plan, const std::string& id) {
  auto& subtasks = *plan.mutable_subtasks();
  for (int i = 0; i < subtasks.size(); ++i)
    if (subtasks[i].id() == id)
      return subtasks.DeleteSubrange(i, 1);
}

/// Keeps the first of each, so that nothing is waited for twice.
void set_dependencies(pb::Subtask& subtask,
                      const std::vector<pb::SubtaskDependency>& wanted) {
  std::set<std::string> seen{subtask.id()};
  subtask.clear_depends_on();
  for (auto& dependency : wanted)
    if (seen.insert(dependency.subtask_id()).second)
      *subtask.add_depends_on() = dependency;
}

std::vector<pb::SubtaskDependency> dependencies_of(const pb::Subtask& subtask) {
  return {subtask.depends_on().begin(), subtask.depends_on().end()};
}

/// Who waits for `from` waits for `to`, too; and no longer for `from` if
/// `moves`.
void redirect(pb::Decomposition& plan, const std::string& from,
              const std::string& to, bool moves) {
  for (auto& subtask : *plan.mutable_subtasks()) {
    std::vector<pb::SubtaskDependency> wanted;
    for (auto& dependency : subtask.depends_on()) {
      if (dependency.subtask_id() != from || !moves)
        wanted.push_back(dependency);
      if (dependency.subtask_id() == from) {
        wanted.push_back(dependency);
        wanted.back().set_subtask_id(to);
      }
    }
    set_dependencies(subtask, wanted);
  }
}

/// Sorted union of two repeated fields.
template <class Field>
void unite(Field& to, const Field& from) {
  to.MergeFrom(from);
  std::sort(to.begin(), to.end());
  to.erase(std::unique(to.begin(), to.end()), to.end());
}

void unite_requirements(pb::Subtask& to, const pb::Subtask& from) {
  std::set<std::string> seen{to.requirements().begin(),
                             to.requirements().end()};
  for (auto& requirement : from.requirements())
    if (seen.insert(requirement).second)
      to.add_requirements(requirement);
}

bool is_same(const pb::Specialty& x, const pb::Specialty& y) {
  return x.kind() == y.kind() && x.custom_name() == y.custom_name();
}

/// Stays a line, however many are joined.
std::string joined_title(const std::string& to, const std::string& from) {
  constexpr size_t bytes_max = 160;
  constexpr std::string_view more = "; ...";
  if (to.size() + from.size() <= bytes_max)
    return to + "; " + from;
  auto is_cut = to.size() >= more.size()
                && to.compare(to.size() - more.size(), more.size(), more) == 0;
  return is_cut ? to : to + std::string{more};
}

void merge(pb::Decomposition& plan, const std::string& first,
           const std::string& second) {
  auto* to = find(plan, first);
  auto* from = find(plan, second);
  if (to == nullptr || from == nullptr || to == from)
    return;
  if (decomposition::effort_of(*from) > decomposition::effort_of(*to))
    to->set_error_type(from->error_type());
  to->set_title(joined_title(to->title(), from->title()));
  if (!is_same(to->specialty(), from->specialty())) {
    to->mutable_specialty()->set_kind(pb::SPECIALTY_KIND_GENERALIST);
    to->mutable_specialty()->clear_custom_name();
  }
  to->set_priority(std::max(to->priority(), from->priority()));
  unite(*to->mutable_files(), from->files());
  unite(*to->mutable_units(), from->units());
  unite(*to->mutable_diagnostics(), from->diagnostics());
  unite_requirements(*to, *from);
  to->set_effort_seconds(decomposition::effort_of(*to)
                         + decomposition::effort_of(*from));
  auto wanted = dependencies_of(*to);
  auto more = dependencies_of(*from);
  wanted.insert(wanted.end(), more.begin(), more.end());
  set_dependencies(*to, wanted);
  redirect(plan, second, first, true);
  erase(plan, second);
}

void order(pb::Decomposition& plan, const std::string& first,
           const std::string& second) {
  auto* earlier = find(plan, first);
  auto* later = find(plan, second);
  if (earlier == nullptr || later == nullptr || earlier == later)
    return;
  std::set<std::string> files{earlier->files().begin(), earlier->files().end()};
  auto shares_file = std::any_of(later->files().begin(), later->files().end(),
                                 [&](auto& x) { return files.count(x) > 0; });
  auto wanted = dependencies_of(*later);
  auto& dependency = wanted.emplace_back();
  dependency.set_subtask_id(first);
  dependency.set_kind(shares_file ? pb::DEPENDENCY_KIND_FILE_ACCESS
                                  : pb::DEPENDENCY_KIND_COMPILATION_ORDER);
  set_dependencies(*later, wanted);
}

/// "s8" after "s7", whatever else the ids are.
std::string next_id(const pb::Decomposition& plan) {
  uint32_t largest = 0;
  for (auto& subtask : plan.subtasks()) {
    auto& id = subtask.id();
    uint32_t number = 0;
    if (id.size() > 1 && id[0] == 's'
        && std::from_chars(id.data() + 1, id.data() + id.size(), number).ec
             == std::errc{}
        && number < UINT32_MAX)
      largest = std::max(largest, number);
  }
  return "s" + std::to_string(largest + 1);
}

/// Of `all`, those that read one of `files`, and those that read no file of the
/// subtask at all as far as the evidence says.
void keep_readers(pb::Subtask& half, const pb::Subtask& all,
                  const pb::Evidence& evidence) {
  std::set<std::string_view> mine{half.files().begin(), half.files().end()};
  std::set<std::string_view> every{all.files().begin(), all.files().end()};
  std::set<std::string_view> reads_mine;
  std::set<std::string_view> reads_any;
  for (auto& report : evidence.units())
    for (auto& file : report.reads()) {
      if (mine.count(file) > 0)
        reads_mine.insert(report.unit());
      if (every.count(file) > 0)
        reads_any.insert(report.unit());
    }
  half.clear_units();
  for (auto& unit : all.units())
    if (reads_mine.count(unit) > 0 || reads_any.count(unit) == 0)
      half.add_units(unit);
}

pb::Subtask part_of(const pb::Subtask& all,
                    const std::vector<const file_group*>& groups,
                    const pb::Evidence& evidence) {
  auto part = all;
  part.clear_files();
  part.clear_diagnostics();
  double share = 0;
  for (auto* group : groups) {
    for (auto file : group->files)
      part.add_files(all.files(file));
    for (auto diagnostic : group->diagnostics)
      part.add_diagnostics(diagnostic);
    share += share_of(*group, all);
  }
  std::sort(part.mutable_files()->begin(), part.mutable_files()->end());
  std::sort(part.mutable_diagnostics()->begin(),
            part.mutable_diagnostics()->end());
  part.set_effort_seconds(share * decomposition::effort_of(all));
  keep_readers(part, all, evidence);
  return part;
}

void split(pb::Decomposition& plan, const std::string& first,
           const pb::Evidence& evidence) {
  auto* found = find(plan, first);
  if (found == nullptr || found->files_size() < 2)
    return;
  auto all = *found;
  pb::Decomposition alone;
  *alone.add_subtasks() = all;
  auto groups = file_groups(alone, evidence).front();
  if (groups.size() < 2)
    return;
  std::stable_sort(groups.begin(), groups.end(), [&](auto& x, auto& y) {
    return share_of(x, all) > share_of(y, all);
  });
  std::vector<const file_group*> halves[2];
  double shares[2] = {0, 0};
  for (auto& group : groups) {
    auto lighter = shares[1] < shares[0]
                       || (shares[1] == shares[0]
                           && halves[1].size() < halves[0].size())
                     ? 1
                     : 0;
    halves[lighter].push_back(&group);
    shares[lighter] += share_of(group, all);
  }
  auto other = part_of(all, halves[1], evidence);
  other.set_id(next_id(plan));
  other.set_title(all.title() + " (second half)");
  auto half = part_of(all, halves[0], evidence);
  half.set_title(all.title() + " (first half)");
  redirect(plan, first, other.id(), false);
  *find(plan, first) = std::move(half);
  *plan.add_subtasks() = std::move(other);
}

void drop(pb::Decomposition& plan, const std::string& first) {
  erase(plan, first);
  for (auto& subtask : *plan.mutable_subtasks()) {
    auto wanted = dependencies_of(subtask);
    wanted.erase(
      std::remove_if(wanted.begin(), wanted.end(),
                     [&](auto& x) { return x.subtask_id() == first; }),
      wanted.end());
    set_dependencies(subtask, wanted);
  }
}

void reassign(pb::Decomposition& plan, const pb::Amendment& amendment) {
  auto& wanted = amendment.specialty();
  auto is_custom = wanted.kind() == pb::SPECIALTY_KIND_CUSTOM;
  auto* subtask = find(plan, amendment.first());
  if (subtask != nullptr && pb::SpecialtyKind_IsValid(wanted.kind())
      && wanted.kind() != pb::SPECIALTY_KIND_UNSPECIFIED
      && is_custom != wanted.custom_name().empty())
    *subtask->mutable_specialty() = wanted;
}

} // namespace

pb::Decomposition amend(const pb::Decomposition& plan,
                        const pb::Amendment& amendment,
                        const pb::Evidence& evidence) {
  auto result = plan;
  auto& first = amendment.first();
  switch (amendment.kind()) {
    case pb::AMENDMENT_KIND_MERGE:
      merge(result, first, amendment.second());
      break;
    case pb::AMENDMENT_KIND_ORDER:
      order(result, first, amendment.second());
      break;
    case pb::AMENDMENT_KIND_SPLIT:
      split(result, first, evidence);
      break;
    case pb::AMENDMENT_KIND_DROP:
      drop(result, first);
      break;
    case pb::AMENDMENT_KIND_REASSIGN:
      reassign(result, amendment);
      break;
    default:
      break;
  }
  return decomposition::make_graph(result).is_acyclic() ? result : plan;
}

} // namespace cohort::runtime::council
