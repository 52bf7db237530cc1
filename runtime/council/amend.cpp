#include "runtime/council/amend.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

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

bool waits_for(const pb::Subtask& subtask, const std::string& id) {
  return std::any_of(subtask.depends_on().begin(), subtask.depends_on().end(),
                     [&](auto& x) { return x.subtask_id() == id; });
}

void forget_dependency(pb::Subtask& subtask, const std::string& id) {
  if (!waits_for(subtask, id))
    return;
  auto wanted = dependencies_of(subtask);
  wanted.erase(std::remove_if(wanted.begin(), wanted.end(),
                              [&](auto& x) { return x.subtask_id() == id; }),
               wanted.end());
  set_dependencies(subtask, wanted);
}

/// Who waits for `from` waits for `to`, too; and no longer for `from` if
/// `moves`.
void redirect(pb::Decomposition& plan, const std::string& from,
              const std::string& to, bool moves) {
  for (auto& subtask : *plan.mutable_subtasks()) {
    if (!waits_for(subtask, from))
      continue;
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

/// Before history corrected it, if it did.
double model_of(const pb::Subtask& subtask) {
  return subtask.model_seconds() > 0 ? subtask.model_seconds()
                                     : decomposition::effort_of(subtask);
}

bool merge(pb::Decomposition& plan, const std::string& first,
           const std::string& second) {
  auto* to = find(plan, first);
  auto* from = find(plan, second);
  if (to == nullptr || from == nullptr || to == from)
    return false;
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
  if (to->model_seconds() > 0 || from->model_seconds() > 0)
    to->set_model_seconds(model_of(*to) + model_of(*from));
  to->set_effort_seconds(decomposition::effort_of(*to)
                         + decomposition::effort_of(*from));
  auto wanted = dependencies_of(*to);
  auto more = dependencies_of(*from);
  wanted.insert(wanted.end(), more.begin(), more.end());
  set_dependencies(*to, wanted);
  redirect(plan, second, first, true);
  erase(plan, second);
  return true;
}

/// What waited the other way round waits no longer.
bool order(pb::Decomposition& plan, const std::string& first,
           const std::string& second) {
  auto* earlier = find(plan, first);
  auto* later = find(plan, second);
  if (earlier == nullptr || later == nullptr || earlier == later
      || waits_for(*later, first))
    return false;
  std::set<std::string> files{earlier->files().begin(), earlier->files().end()};
  auto shares_file = std::any_of(later->files().begin(), later->files().end(),
                                 [&](auto& x) { return files.count(x) > 0; });
  forget_dependency(*earlier, second);
  auto wanted = dependencies_of(*later);
  auto& dependency = wanted.emplace_back();
  dependency.set_subtask_id(first);
  dependency.set_kind(shares_file ? pb::DEPENDENCY_KIND_FILE_ACCESS
                                  : pb::DEPENDENCY_KIND_COMPILATION_ORDER);
  set_dependencies(*later, wanted);
  return true;
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
  part.set_model_seconds(share * all.model_seconds());
  keep_readers(part, all, evidence);
  return part;
}

/// How many parts of half a worker's fair share of the plan there are. Small
/// ones even out what is predicted wrongly.
size_t parts_of(const pb::Decomposition& plan, const pb::Subtask& subtask,
                const surroundings& around) {
  auto size = static_cast<size_t>(plan.subtasks_size());
  auto room = around.subtasks_max > size ? around.subtasks_max - size : 0;
  double total = 0;
  for (auto& each : plan.subtasks())
    total += decomposition::effort_of(each);
  auto shares = total > 0 ? decomposition::effort_of(subtask) / total
                              * std::max(around.workers, 1U)
                          : 1;
  return std::clamp<size_t>(static_cast<size_t>(std::ceil(2 * shares)), 2,
                            std::max<size_t>(2, room + 1));
}

/// What the part waits for although none of its units reads anything of it.
void forget_needless_waits(pb::Subtask& part, const pb::Decomposition& plan,
                           const pb::Evidence& evidence) {
  std::set<std::string_view> mine{part.files().begin(), part.files().end()};
  std::set<std::string_view> read; // By a unit that reads something of mine.
  for (auto& report : evidence.units())
    if (std::any_of(report.reads().begin(), report.reads().end(),
                    [&](auto& file) { return mine.count(file) > 0; }))
      read.insert(report.reads().begin(), report.reads().end());
  std::set<std::string_view> needless;
  for (auto& other : plan.subtasks())
    if (std::none_of(other.files().begin(), other.files().end(),
                     [&](auto& file) { return read.count(file) > 0; }))
      needless.insert(other.id());
  auto wanted = dependencies_of(part);
  wanted.erase(
    std::remove_if(wanted.begin(), wanted.end(),
                   [&](auto& x) {
                     return x.kind() == pb::DEPENDENCY_KIND_COMPILATION_ORDER
                            && needless.count(x.subtask_id()) > 0;
                   }),
    wanted.end());
  set_dependencies(part, wanted);
}

/// The largest first, each to the part that has least.
std::vector<std::vector<const file_group*>>
share_out(std::vector<file_group>& groups, const pb::Subtask& all,
          size_t parts) {
  std::stable_sort(groups.begin(), groups.end(), [&](auto& x, auto& y) {
    return share_of(x, all) > share_of(y, all);
  });
  std::vector<std::vector<const file_group*>> result(
    std::min(parts, groups.size()));
  std::vector<std::pair<double, size_t>> load(result.size()); // Share, groups.
  for (auto& group : groups) {
    auto least = static_cast<size_t>(std::min_element(load.begin(), load.end())
                                     - load.begin());
    result[least].push_back(&group);
    load[least].first += share_of(group, all);
    ++load[least].second;
  }
  return result;
}

bool split(pb::Decomposition& plan, const std::string& first,
           const surroundings& around) {
  auto* found = find(plan, first);
  if (found == nullptr || found->files_size() < 2)
    return false;
  auto all = *found;
  pb::Decomposition alone;
  *alone.add_subtasks() = all;
  auto groups = file_groups(alone, around.evidence).front();
  if (groups.size() < 2)
    return false;
  auto parts = share_out(groups, all, parts_of(plan, all, around));
  auto part = [&](size_t i) {
    auto result = part_of(all, parts[i], around.evidence);
    forget_needless_waits(result, plan, around.evidence);
    result.set_title(all.title() + " (part " + std::to_string(i + 1) + " of "
                     + std::to_string(parts.size()) + ')');
    return result;
  };
  for (size_t i = 1; i < parts.size(); ++i) {
    auto other = part(i);
    other.set_id(next_id(plan));
    redirect(plan, first, other.id(), false);
    *plan.add_subtasks() = std::move(other);
  }
  *find(plan, first) = part(0);
  return true;
}

bool drop(pb::Decomposition& plan, const std::string& first) {
  if (find(plan, first) == nullptr)
    return false;
  erase(plan, first);
  for (auto& subtask : *plan.mutable_subtasks())
    forget_dependency(subtask, first);
  return true;
}

bool reassign(pb::Decomposition& plan, const pb::Amendment& amendment) {
  auto& wanted = amendment.specialty();
  auto is_custom = wanted.kind() == pb::SPECIALTY_KIND_CUSTOM;
  auto* subtask = find(plan, amendment.first());
  if (subtask == nullptr || !pb::SpecialtyKind_IsValid(wanted.kind())
      || wanted.kind() == pb::SPECIALTY_KIND_UNSPECIFIED
      || is_custom == wanted.custom_name().empty()
      || is_same(subtask->specialty(), wanted))
    return false;
  *subtask->mutable_specialty() = wanted;
  return true;
}

} // namespace

bool carry_out(pb::Decomposition& plan, const pb::Amendment& amendment,
               const surroundings& around) {
  auto& first = amendment.first();
  switch (amendment.kind()) {
    case pb::AMENDMENT_KIND_MERGE:
      return merge(plan, first, amendment.second());
    case pb::AMENDMENT_KIND_ORDER:
      return order(plan, first, amendment.second());
    case pb::AMENDMENT_KIND_SPLIT:
      return split(plan, first, around);
    case pb::AMENDMENT_KIND_DROP:
      return drop(plan, first);
    case pb::AMENDMENT_KIND_REASSIGN:
      return reassign(plan, amendment);
    default:
      return false;
  }
}

} // namespace cohort::runtime::council
