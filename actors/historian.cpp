#include "actors/historian.hpp"

#include <utility>

#include <spdlog/spdlog.h>

namespace cohort::actors {

namespace {

namespace learning = runtime::learning;
using historian_self = historian_actor::stateful_pointer<historian_state>;

void open(historian_self self, const std::filesystem::path& file) {
  std::string warning;
  auto store = learning::history_store::open(file, warning);
  if (!warning.empty())
    spdlog::warn("historian: {}", warning);
  if (store)
    self->state.store = std::move(*store);
  else
    spdlog::warn("historian: nothing is learnt: {}", store.error().message);
}

pb::HistoryReport report_on(learning::history_store& store) {
  auto known = store.read();
  if (known)
    return learning::report_of(*known);
  spdlog::warn("historian: {}", known.error().message);
  return {};
}

void learn(learning::history_store& store, const pb::TaskResult& result) {
  if (auto added = store.add(learning::lessons_of(result)); !added)
    spdlog::warn("historian: {}", added.error().message);
}

} // namespace

historian_actor::behavior_type historian(historian_self self,
                                         const std::filesystem::path& file) {
  open(self, file);
  return {
    [=](const pb::HistoryQuery& query) {
      auto& store = self->state.store;
      auto report = store ? report_on(*store) : pb::HistoryReport{};
      report.set_task_id(query.task_id());
      reply_to(self, self->current_sender(), std::move(report));
    },
    [=](const pb::TaskResult& result) {
      if (self->state.store)
        learn(*self->state.store, result);
    },
  };
}

} // namespace cohort::actors
