#include "actors/storekeeper.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "runtime/quality/inspection/inspect_change.hpp"
#include "runtime/workspace/changes.hpp"
#include "runtime/workspace/delivery.hpp"

namespace cohort::actors {

namespace {

using namespace runtime;
using storekeeper_self = storekeeper_actor::stateful_pointer<storekeeper_state>;
using workspace::object_store;

template <class T>
void answer(storekeeper_self self, expected<T> report) {
  if (report)
    return reply_to(self, self->current_sender(), std::move(*report));
  pb::StoreFailed failed;
  failed.set_code(static_cast<uint32_t>(report.error().code));
  failed.set_message(report.error().message);
  reply_to(self, self->current_sender(), std::move(failed));
}

/// An open store whose folder somebody removed would refuse everything from
/// then on; another one serves the tasks to come.
bool was_removed(const std::filesystem::path& store) {
  std::error_code failed;
  return !std::filesystem::exists(store / "objects", failed);
}

/// Opens the store when it is not open yet, and answers with what `ask` makes.
template <class Report, class F>
void with_store(storekeeper_self self, const storekeeper_settings& settings,
                F ask) {
  auto& store = self->state.store;
  if (!store || was_removed(settings.store)) {
    auto opened = object_store::open(settings.store);
    if (!opened)
      return answer<Report>(self, opened.error());
    store.emplace(std::move(*opened));
  }
  answer<Report>(self, ask(*store));
}

expected<pb::SnapshotReport> take(object_store& store,
                                  const pb::TakeSnapshot& ask,
                                  const storekeeper_settings& settings) {
  auto taken = store.take_snapshot(ask.workspace_root(), settings.snapshot);
  if (!taken)
    return taken.error();
  pb::SnapshotReport report;
  report.set_tree(taken->tree);
  report.set_files(taken->files);
  report.set_bytes(taken->bytes);
  if (!ask.with_base())
    return report;
  auto base = store.take_revision(ask.workspace_root(), ask.base_revision(),
                                  taken->tree, settings.snapshot);
  if (!base)
    return base.error();
  report.set_base_tree(*base);
  return report;
}

expected<pb::MergeReport> merge(object_store& store,
                                const pb::MergePatch& ask) {
  auto merged = store.merge(ask.base(), ask.ours(), ask.theirs());
  if (!merged)
    return merged.error();
  pb::MergeReport report;
  report.set_tree(merged->tree);
  report.mutable_conflicts()->Add(merged->conflicts.begin(),
                                  merged->conflicts.end());
  if (!merged->conflicts.empty())
    return report;
  auto files = store.changed_files(ask.ours(), merged->tree);
  if (!files)
    return files.error();
  report.mutable_files()->Add(files->begin(), files->end());
  return report;
}

expected<pb::RevertReport> revert(object_store& store,
                                  const pb::RevertFiles& ask) {
  auto tree = workspace::take_back(store, ask.base(), ask.tree(),
                                   {ask.files().begin(), ask.files().end()},
                                   {ask.parts().begin(), ask.parts().end()});
  if (!tree)
    return tree.error();
  pb::RevertReport report;
  report.set_tree(*tree);
  return report;
}

expected<pb::CompareReport> compare(object_store& store,
                                    const pb::CompareTrees& ask) {
  std::vector<workspace::file_versions> versions;
  auto changed = workspace::describe_changes(
    store, ask.base(), ask.tree(), [&](workspace::file_versions both) {
      versions.push_back(std::move(both));
    });
  if (!changed)
    return changed.error();
  pb::CompareReport report;
  for (auto& objections :
       {quality::weakened_tests(versions), quality::opened_doors(versions)})
    report.mutable_objections()->Add(objections.begin(), objections.end());
  for (auto& file : *changed) {
    report.add_files(file.file());
    *report.add_changed() = std::move(file);
  }
  return report;
}

/// A branch where there is a repository that can be written, else a patch file;
/// then, when asked for, the working tree.
expected<pb::DeliveryReport> deliver(object_store& store,
                                     const pb::DeliverResult& ask,
                                     const storekeeper_settings& settings) {
  workspace::delivery delivery{store};
  pb::DeliveryReport report;
  // Kept under the task's name for `cohort apply`, and from being collected.
  for (auto& [name, tree] : {std::pair{"base", ask.base_tree()},
                             std::pair{"result", ask.result_tree()}})
    if (auto kept = store.keep(ask.task_id() + '/' + name, tree); !kept)
      return kept.error();
  if (!ask.no_branch())
    if (auto branch = delivery.write_branch(
          ask.workspace_root(), "cohort/" + ask.task_id(), ask.base_tree(),
          ask.result_tree(),
          {ask.message(), std::chrono::seconds{ask.time().seconds()}}))
      report.set_branch(*branch);
  if (report.branch().empty()) {
    auto file = settings.patches / (ask.task_id() + ".patch");
    if (auto written = delivery.write_patch(file, ask.base_tree(),
                                            ask.result_tree());
        !written)
      return written.error();
    report.set_patch_file(file.string());
  }
  auto files = store.changed_files(ask.base_tree(), ask.result_tree());
  if (!files)
    return files.error();
  report.mutable_files()->Add(files->begin(), files->end());
  if (!ask.apply())
    return report;
  auto applied = delivery.apply(ask.workspace_root(), ask.base_tree(),
                                ask.result_tree());
  report.set_applied(applied.has_value());
  if (!applied)
    report.set_apply_refused(applied.error().message);
  return report;
}

} // namespace

storekeeper_actor::behavior_type storekeeper(storekeeper_self self,
                                             storekeeper_settings settings) {
  return {
    [=](const pb::TakeSnapshot& ask) {
      with_store<pb::SnapshotReport>(self, settings, [&](object_store& store) {
        return take(store, ask, settings);
      });
    },
    [=](const pb::MergePatch& ask) {
      with_store<pb::MergeReport>(self, settings, [&](object_store& store) {
        return merge(store, ask);
      });
    },
    [=](const pb::RevertFiles& ask) {
      with_store<pb::RevertReport>(self, settings, [&](object_store& store) {
        return revert(store, ask);
      });
    },
    [=](const pb::CompareTrees& ask) {
      with_store<pb::CompareReport>(self, settings, [&](object_store& store) {
        return compare(store, ask);
      });
    },
    [=](const pb::DeliverResult& ask) {
      with_store<pb::DeliveryReport>(self, settings, [&](object_store& store) {
        return deliver(store, ask, settings);
      });
    },
  };
}

} // namespace cohort::actors
