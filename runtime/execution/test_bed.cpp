#include "runtime/execution/test_bed.hpp"

#include <utility>

namespace cohort::runtime::execution {

test_bed::test_bed(const pb::WorkUnit& unit,
                   const pb::ToolchainRequest& configured, test_slots& slots,
                   workspace::object_store store,
                   const slot_runner_settings& settings,
                   process::runner& processes)
  : lease_{slots.take(settings.slots, unit.workspace_root(), configured)},
    slot_{lease_.folder(), std::move(store)},
    inside_{processes,
            settings.processes,
            {{slot_.tree_folder(), slot_.build_folder()},
             {unit.workspace_root()},
             settings.processes.sandbox_network}} {
  // nop
}

expected<std::unique_ptr<test_bed>>
test_bed::make(const pb::WorkUnit& unit, const pb::ToolchainRequest& configured,
               test_slots& slots, const slot_runner_settings& settings,
               process::runner& processes) {
  auto store = workspace::object_store::open(settings.store);
  if (!store)
    return store.error();
  std::unique_ptr<test_bed> bed{new test_bed{
    unit, configured, slots, std::move(*store), settings, processes}};
  if (auto there = bed->slot_.bring_to(unit.tree()); !there)
    return there.error();
  return bed;
}

} // namespace cohort::runtime::execution
