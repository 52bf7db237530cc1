#include "runtime/analysis/workload.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "runtime/analysis/disjoint_sets.hpp"
#include "runtime/analysis/evidence.hpp"

namespace cohort::runtime::analysis {

namespace {

/// Keeps sums finite whatever a report says.
constexpr double check_seconds_max = 1e6;

using index_of
  = std::unordered_map<std::string_view, uint32_t>; // Looked up only.

std::vector<unit_load> units_of(const pb::Evidence& evidence) {
  std::vector<unit_load> result;
  for (auto& report : evidence.units()) {
    auto& unit = result.emplace_back();
    unit.name = report.unit();
    if (std::isfinite(report.seconds()) && report.seconds() > 0)
      unit.check_seconds = std::min(report.seconds(), check_seconds_max);
  }
  std::stable_sort(result.begin(), result.end(),
                   [](auto& x, auto& y) { return x.name < y.name; });
  size_t kept = 0;
  for (size_t i = 0; i < result.size(); ++i)
    if (kept > 0 && result[kept - 1].name == result[i].name)
      result[kept - 1].check_seconds += result[i].check_seconds;
    else if (kept++ != i)
      result[kept - 1] = std::move(result[i]);
  result.resize(kept);
  for (auto& unit : result)
    if (unit.check_seconds <= 0)
      unit.check_seconds = effort_model::default_check_seconds;
  return result;
}

std::vector<broken_file>
files_of(const pb::Evidence& evidence,
         const std::function<bool(const std::string&)>& is_wanted) {
  std::vector<uint32_t> errors;
  for (int i = 0; i < evidence.diagnostics_size(); ++i)
    if (is_error(evidence.diagnostics(i)))
      errors.push_back(static_cast<uint32_t>(i));
  auto place = [&](uint32_t i) -> const pb::Location& {
    return evidence.diagnostics(static_cast<int>(i)).location();
  };
  std::sort(errors.begin(), errors.end(), [&](uint32_t x, uint32_t y) {
    auto order = place(x).file().compare(place(y).file());
    if (order != 0)
      return order < 0;
    if (place(x).line() != place(y).line())
      return place(x).line() < place(y).line();
    return x < y;
  });
  std::vector<broken_file> result;
  for (size_t i = 0; i < errors.size();) {
    auto last = i;
    while (last < errors.size()
           && place(errors[last]).file() == place(errors[i]).file())
      ++last;
    if (is_wanted(place(errors[i]).file())) {
      auto& file = result.emplace_back();
      file.name = place(errors[i]).file();
      auto& leading = evidence.diagnostics(static_cast<int>(errors[i]));
      file.error_type = leading.error_type().empty() ? "other"
                                                     : leading.error_type();
      for (auto j = i; j < last; ++j)
        if (j == i || place(errors[j]).line() != place(errors[j - 1]).line())
          ++file.lines;
      file.diagnostics.assign(errors.begin() + static_cast<ptrdiff_t>(i),
                              errors.begin() + static_cast<ptrdiff_t>(last));
    }
    i = last;
  }
  return result;
}

void sort_unique(std::vector<uint32_t>& xs) {
  std::sort(xs.begin(), xs.end());
  xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
}

void add_readers(workload& load, const pb::Evidence& evidence) {
  index_of unit_index;
  for (uint32_t i = 0; i < load.units.size(); ++i)
    unit_index[load.units[i].name] = i;
  index_of file_index;
  for (uint32_t i = 0; i < load.files.size(); ++i)
    file_index[load.files[i].name] = i;
  for (auto& report : evidence.units()) {
    auto unit = unit_index.at(report.unit());
    auto add = [&](std::string_view file) {
      if (auto found = file_index.find(file); found != file_index.end())
        load.files[found->second].units.push_back(unit);
    };
    add(report.unit());
    for (auto& file : report.reads())
      add(file);
  }
  for (auto& file : load.files) {
    for (auto diagnostic : file.diagnostics)
      for (auto& name :
           evidence.diagnostics(static_cast<int>(diagnostic)).units())
        if (auto found = unit_index.find(name); found != unit_index.end())
          file.units.push_back(found->second);
    sort_unique(file.units);
  }
}

bool is_shared(const workload& load, const broken_file& file) {
  return has_header_name(file.name) || file.units.size() != 1
         || load.units[file.units.front()].name != file.name;
}

double effort_of(const workload& load, const broken_file& file) {
  double cheapest = effort_model::default_check_seconds;
  double all = 0;
  for (size_t i = 0; i < file.units.size(); ++i) {
    auto seconds = load.units[file.units[i]].check_seconds;
    cheapest = i == 0 ? seconds : std::min(cheapest, seconds);
    all += seconds;
  }
  auto repairs = std::min(file.lines, effort_model::lines_max)
                 * effort_model::checks_per_line * cheapest;
  return file.is_shared ? repairs + all : repairs;
}

} // namespace

bool is_inside_workspace(const std::string& file) {
  return !file.empty() && file.front() != '/' && file != ".."
         && file.rfind("../", 0) != 0;
}

workload
measure_workload(const pb::Evidence& evidence,
                 const std::function<bool(const std::string&)>& is_wanted) {
  workload load;
  load.units = units_of(evidence);
  load.files = files_of(evidence, is_wanted);
  add_readers(load, evidence);
  for (uint32_t i = 0; i < load.files.size(); ++i) {
    auto& file = load.files[i];
    file.is_shared = is_shared(load, file);
    file.effort_seconds = effort_of(load, file);
    if (file.is_shared)
      for (auto unit : file.units)
        load.units[unit].shared.push_back(i);
  }
  return load;
}

std::vector<std::vector<uint32_t>> coupled_files(const workload& load,
                                                 bool join_sources) {
  disjoint_sets sets{load.files.size()};
  for (auto& unit : load.units)
    for (auto file : unit.shared)
      sets.join(unit.shared.front(), file);
  std::vector<bool> is_member(load.files.size());
  for (uint32_t i = 0; i < load.files.size(); ++i) {
    auto& file = load.files[i];
    is_member[i] = file.is_shared;
    if (join_sources && !file.is_shared)
      for (auto other : load.units[file.units.front()].shared) {
        sets.join(i, other);
        is_member[i] = true;
      }
  }
  std::vector<std::vector<uint32_t>> result;
  std::vector<size_t> place(load.files.size());
  for (uint32_t i = 0; i < load.files.size(); ++i) {
    if (!is_member[i])
      continue;
    auto root = sets.find(i);
    if (root == i) {
      place[i] = result.size();
      result.emplace_back();
    }
    result[place[root]].push_back(i);
  }
  return result;
}

bool has_header_name(std::string_view file) {
  constexpr std::array<std::string_view, 13> extensions{
    "h",   "hh",  "hpp", "hxx", "h++", "H",   "inc",
    "inl", "ipp", "ixx", "tcc", "tpp", "txx",
  };
  auto slash = file.rfind('/');
  auto name = slash == std::string_view::npos ? file : file.substr(slash + 1);
  auto dot = name.rfind('.');
  if (dot != std::string_view::npos)
    return std::find(extensions.begin(), extensions.end(), name.substr(dot + 1))
           != extensions.end();
  return !name.empty()
         && (file.rfind("include/", 0) == 0
             || file.find("/include/") != std::string_view::npos);
}

} // namespace cohort::runtime::analysis
