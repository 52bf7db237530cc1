#include "tests/simulation/world.hpp"

#include <algorithm>
#include <sstream>

#include "tests/simulation/dice.hpp"

namespace cohort::tests::simulation {

namespace {

constexpr std::string_view prefix = "tree:";

/// Files that differ, sorted.
std::vector<std::string> differing(const fault_map& a, const fault_map& b) {
  std::set<std::string> result;
  for (auto& [file, count] : a)
    if (auto other = b.find(file); other == b.end() || other->second != count)
      result.insert(file);
  for (auto& [file, count] : b)
    if (a.count(file) == 0)
      result.insert(file);
  return {result.begin(), result.end()};
}

unsigned count_in(const fault_map& faults, const std::string& file) {
  auto found = faults.find(file);
  return found == faults.end() ? 0 : found->second;
}

void set(fault_map& faults, const std::string& file, unsigned count) {
  if (count == 0)
    faults.erase(file);
  else
    faults[file] = count;
}

} // namespace

std::string name_of(const fault_map& faults) {
  std::string result{prefix};
  for (auto& [file, count] : faults) {
    if (result.size() > prefix.size())
      result += ',';
    result += file + '=' + std::to_string(count);
  }
  return result;
}

fault_map faults_in(const std::string& tree) {
  fault_map result;
  std::istringstream in{tree.substr(std::min(prefix.size(), tree.size()))};
  for (std::string entry; std::getline(in, entry, ',');) {
    auto sign = entry.find('=');
    result[entry.substr(0, sign)]
      = static_cast<unsigned>(std::stoul(entry.substr(sign + 1)));
  }
  return result;
}

world make_world(const world_settings& settings, uint64_t number) {
  dice random{number, dice::stream::world};
  world result;
  result.settings = settings;
  std::vector<std::string> headers;
  for (unsigned i = 0; i < settings.headers; ++i)
    headers.push_back("include/h" + std::to_string(i) + ".hpp");
  auto files = headers;
  for (unsigned i = 0; i < settings.sources; ++i) {
    auto unit = "src/u" + std::to_string(i) + ".cc";
    files.push_back(unit);
    auto& reads = result.reads[unit];
    for (auto& header : headers)
      if (random.chance(500))
        reads.push_back(header);
    reads.push_back(unit);
  }
  for (auto& file : files) {
    if (!random.chance(settings.faulty))
      continue;
    result.faults[file] = static_cast<unsigned>(random.between(1, 2));
    if (random.chance(settings.stubborn))
      result.stubborn.insert(file);
  }
  return result;
}

pb::PreparedWorkspace world::prepared() const {
  pb::PreparedWorkspace result;
  for (auto& [unit, files] : reads)
    result.add_units(unit);
  result.add_compilers("gcc");
  return result;
}

pb::UnitReport world::check(const std::string& tree, const std::string& unit,
                            const std::string& compiler) const {
  pb::UnitReport report;
  report.set_unit(unit);
  report.set_tool(compiler);
  report.set_seconds(1);
  auto left = faults_in(tree);
  for (auto& file : reads.at(unit)) {
    report.add_reads(file);
    if (settings.hiding && report.diagnostics_size() > 0)
      continue;
    for (auto i = 1U; i <= count_in(left, file); ++i) {
      auto& error = *report.add_diagnostics();
      error.set_tool(compiler);
      error.set_severity(pb::SEVERITY_ERROR);
      error.mutable_location()->set_file(file);
      error.mutable_location()->set_line(10 * i);
      error.set_message("expected ';' before '}' token");
      error.add_units(unit);
    }
  }
  report.set_ok(report.diagnostics().empty());
  return report;
}

pb::AttemptResult world::repair(const pb::WorkUnit& unit) const {
  pb::AttemptResult result;
  auto left = faults_in(unit.tree());
  auto& repair = *result.mutable_repair();
  auto& subtask = unit.repair().subtask();
  for (auto& file : subtask.files()) {
    auto before = count_in(left, file);
    auto after = stubborn.count(file) > 0 ? std::min(before, 1U) : 0U;
    set(left, file, after);
    for (auto i = after; i < before; ++i) {
      auto& attempt = *repair.add_attempts();
      attempt.set_kept(true);
      attempt.mutable_fix()->set_target_file(file);
    }
    if (after == before)
      continue;
    result.mutable_patch()->add_files(file);
  }
  auto tree = name_of(left);
  if (result.has_patch()) {
    result.mutable_patch()->set_base_tree(unit.tree());
    result.mutable_patch()->set_result_tree(tree);
    std::sort(result.mutable_patch()->mutable_files()->begin(),
              result.mutable_patch()->mutable_files()->end());
  }
  for (auto& judge : subtask.units())
    for (auto& compiler : unit.repair().compilers())
      *repair.add_checked() = check(tree, judge, compiler);
  return result;
}

pb::AttemptResult world::carry_out(const pb::WorkUnit& unit) const {
  pb::AttemptResult result;
  if (unit.has_prepare())
    *result.mutable_prepared() = prepared();
  else if (unit.has_check())
    *result.mutable_unit_report() = check(unit.tree(), unit.check().unit(),
                                          unit.check().compiler());
  else if (unit.has_repair())
    result = repair(unit);
  return result;
}

pb::MergeReport merge(const pb::MergePatch& ask) {
  pb::MergeReport report;
  auto base = faults_in(ask.base());
  auto ours = faults_in(ask.ours());
  auto theirs = faults_in(ask.theirs());
  auto tree = ours;
  for (auto& file : differing(base, theirs)) {
    auto wanted = count_in(theirs, file);
    if (count_in(ours, file) == wanted)
      continue;
    if (count_in(ours, file) != count_in(base, file)) {
      report.add_conflicts(file);
      continue;
    }
    set(tree, file, wanted);
    report.add_files(file);
  }
  if (report.conflicts().empty())
    report.set_tree(name_of(tree));
  return report;
}

pb::RevertReport revert(const pb::RevertFiles& ask) {
  auto base = faults_in(ask.base());
  auto tree = faults_in(ask.tree());
  for (auto& file : ask.files())
    set(tree, file, count_in(base, file));
  for (auto& part : ask.parts())
    set(tree, part.file(), count_in(base, part.file()));
  pb::RevertReport report;
  report.set_tree(name_of(tree));
  return report;
}

pb::CompareReport compare(const pb::CompareTrees& ask) {
  pb::CompareReport report;
  for (auto& file : differing(faults_in(ask.base()), faults_in(ask.tree()))) {
    report.add_files(file);
    auto& changed = *report.add_changed();
    changed.set_file(file);
    changed.set_changes(1);
  }
  return report;
}

} // namespace cohort::tests::simulation
