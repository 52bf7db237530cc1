#include "runtime/execution/executors/compiled_part.hpp"

#include <algorithm>

namespace cohort::runtime::execution {

namespace {

bool is_compiled(const std::string& unit, const toolchain::project& project) {
  auto found = std::lower_bound(project.entries.begin(), project.entries.end(),
                                unit, [](auto& entry, auto& name) {
                                  return entry.unit < name;
                                });
  return found != project.entries.end() && found->unit == unit;
}

} // namespace

bool has_compiled_units(const pb::RepairUnit& unit,
                        const toolchain::project& project) {
  auto& units = unit.subtask().units();
  return std::any_of(units.begin(), units.end(),
                     [&](auto& name) { return is_compiled(name, project); });
}

pb::RepairUnit compiled_part(pb::RepairUnit unit,
                             const toolchain::project& project) {
  auto& units = *unit.mutable_subtask()->mutable_units();
  units.erase(
    std::remove_if(units.begin(), units.end(),
                   [&](auto& name) { return !is_compiled(name, project); }),
    units.end());
  return unit;
}

fixit_context fixit_context_of(const executor_context& context) {
  return {context.slot,      context.project, context.unit.toolchain(),
          context.toolchain, context.limits,  context.reading,
          context.stop,      context.cache,   context.names,
          context.symbols,   context.alive};
}

std::string kept_of(const pb::RepairReport& report, const std::string& none) {
  if (report.attempts().empty())
    return none;
  auto kept = std::count_if(report.attempts().begin(), report.attempts().end(),
                            [](auto& attempt) { return attempt.kept(); });
  return "kept " + std::to_string(kept) + " of "
         + std::to_string(report.attempts_size())
         + (report.attempts_size() == 1 ? " proposal" : " proposals");
}

} // namespace cohort::runtime::execution
