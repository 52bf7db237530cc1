#include "runtime/execution/report_book.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "runtime/decomposition/decompose.hpp"
#include "runtime/execution/candidates.hpp"

namespace cohort::runtime::execution {

namespace {

using diagnostic_key
  = std::tuple<std::string, std::string, uint32_t, std::string>;

diagnostic_key key_of_error(const pb::Diagnostic& error) {
  return {error.tool(), error.location().file(), error.location().line(),
          error.message()};
}

} // namespace

report_book::report_book(std::vector<std::string> compilers,
                         const std::vector<std::string>& files)
  : compilers_{std::move(compilers)}, files_{files.begin(), files.end()} {
  // nop
}

void report_book::index(const std::string& unit, entry& what) {
  what.broken.clear();
  for (auto& error : what.report.diagnostics())
    if (is_error(error) && files_.count(error.location().file()) > 0) {
      what.broken.insert(error.location().file());
      readers_[error.location().file()].insert(unit);
    }
  for (auto& file : what.report.reads())
    if (files_.count(file) > 0)
      readers_[file].insert(unit);
}

void report_book::add_unit(const std::string& unit) {
  units_[unit];
  if (files_.count(unit) > 0)
    readers_[unit].insert(unit);
}

void report_book::store(pb::UnitReport report, bool known) {
  if (std::find(compilers_.begin(), compilers_.end(), report.tool())
      == compilers_.end())
    return;
  auto unit = report.unit();
  auto tool = report.tool();
  add_unit(unit);
  auto& what = units_[unit][tool];
  // One that gives no verdict read what it read before.
  if (!report.failure().empty() && report.reads().empty())
    *report.mutable_reads() = what.report.reads();
  what.report = std::move(report);
  what.current = true;
  what.known = known;
  index(unit, what);
}

void report_book::store_old(pb::UnitReport report) {
  auto unit = report.unit();
  auto tool = report.tool();
  store(std::move(report));
  if (auto found = units_[unit].find(tool); found != units_[unit].end())
    found->second.current = false;
}

std::vector<pb::UnitReport> report_book::made_here() const {
  std::vector<pb::UnitReport> result;
  for (auto& [unit, reports] : units_)
    for (auto& [tool, what] : reports)
      if (what.current && !what.known && what.report.failure().empty())
        result.push_back(what.report);
  return result;
}

void report_book::edited(const shifts& moved,
                         const std::set<std::string>& rechecked,
                         const std::vector<pb::Diagnostic>& gone) {
  std::set<std::string> affected;
  for (auto& [file, shift] : moved)
    for (auto& unit : readers(file))
      if (rechecked.count(unit) == 0)
        affected.insert(unit);
  std::set<diagnostic_key> absent;
  for (auto& error : gone)
    absent.insert(key_of_error(error));
  for (auto& unit : affected)
    for (auto& [tool, what] : units_[unit]) {
      what.current = false;
      auto& list = *what.report.mutable_diagnostics();
      list.erase(std::remove_if(list.begin(), list.end(),
                                [&](auto& error) {
                                  return absent.count(key_of_error(error)) > 0;
                                }),
                 list.end());
      for (auto& error : list) {
        auto& where = *error.mutable_location();
        where.set_line(map_line(moved, where.file(), where.line()));
      }
      index(unit, what);
    }
}

const pb::UnitReport* report_book::find(const std::string& unit,
                                        const std::string& compiler) const {
  auto entries = units_.find(unit);
  if (entries == units_.end())
    return nullptr;
  auto found = entries->second.find(compiler);
  return found == entries->second.end() ? nullptr : &found->second.report;
}

std::vector<const pb::UnitReport*>
report_book::verdicts(const std::string& unit) const {
  std::vector<const pb::UnitReport*> result;
  for (auto& compiler : compilers_) {
    auto* report = find(unit, compiler);
    if (report != nullptr && report->failure().empty())
      result.push_back(report);
  }
  return result;
}

std::vector<std::string> report_book::missing(const std::string& unit) const {
  auto entries = units_.find(unit);
  if (entries == units_.end())
    return compilers_;
  std::vector<std::string> result;
  for (auto& compiler : compilers_) {
    auto found = entries->second.find(compiler);
    if (found == entries->second.end() || !found->second.current)
      result.push_back(compiler);
  }
  return result;
}

std::vector<std::string> report_book::voices(const std::string& unit) const {
  std::vector<std::string> result;
  for (auto* report : verdicts(unit))
    result.push_back(report->tool());
  return result;
}

std::vector<std::string> report_book::readers(const std::string& file) const {
  auto found = readers_.find(file);
  if (found == readers_.end())
    return {};
  return {found->second.begin(), found->second.end()};
}

int report_book::files_read(const std::string& unit) const {
  int result = 0;
  for (auto* report : verdicts(unit))
    result += report->reads_size();
  return result;
}

std::vector<std::string>
report_book::failing_readers(const std::string& file) const {
  std::vector<std::tuple<bool, int, std::string>> order;
  for (auto& unit : readers(file)) {
    auto& entries = units_.at(unit);
    auto fails = std::any_of(entries.begin(), entries.end(), [&](auto& x) {
      return x.second.broken.count(file) > 0;
    });
    if (fails)
      order.emplace_back(unit != file, files_read(unit), unit);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> result;
  for (auto& [other, cost, unit] : order)
    result.push_back(unit);
  return result;
}

std::vector<std::string> report_book::broken_files() const {
  // How many broken files stand before it, where there are fewest.
  std::map<std::string, size_t> depth;
  for (auto& [unit, entries] : units_)
    for (auto& [tool, what] : entries) {
      std::set<std::string> seen;
      for (auto& error : what.report.diagnostics()) {
        auto& file = error.location().file();
        if (!is_error(error) || !seen.insert(file).second)
          continue;
        auto found = depth.try_emplace(file, seen.size()).first;
        found->second = std::min(found->second, seen.size());
      }
    }
  std::vector<std::tuple<bool, size_t, std::string>> order;
  for (auto& [file, before] : depth) {
    if (files_.count(file) == 0)
      continue;
    auto is_source = units_.count(file) > 0 && !decomposition::is_header(file);
    order.emplace_back(is_source, is_source ? 0 : before, file);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> result;
  for (auto& [is_source, before, file] : order)
    result.push_back(file);
  return result;
}

const pb::Diagnostic*
report_book::hidden_behind(const std::string& unit,
                           const std::string& file) const {
  const pb::Diagnostic* result = nullptr;
  for (auto* report : verdicts(unit)) {
    auto first = std::find_if(report->diagnostics().begin(),
                              report->diagnostics().end(), is_error);
    if (first == report->diagnostics().end())
      continue;
    if (first->location().file() == file)
      return nullptr;
    if (result == nullptr)
      result = &*first;
  }
  return result;
}

std::vector<std::string> report_book::units() const {
  std::vector<std::string> result;
  for (auto& [unit, entries] : units_)
    result.push_back(unit);
  return result;
}

} // namespace cohort::runtime::execution
