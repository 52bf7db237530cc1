#include "runtime/analysis/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "runtime/analysis/causes.hpp"

namespace cohort::runtime::analysis {

namespace {

/// Borrows from a diagnostic that outlives it.
struct diagnostic_key {
  std::string_view file;
  uint32_t line;
  uint32_t column;
  int severity;
  std::string_view tool;
  std::string_view message;

  friend bool operator==(const diagnostic_key&, const diagnostic_key&)
    = default;
};

diagnostic_key key_of(const pb::Diagnostic& diagnostic) {
  auto& place = diagnostic.location();
  return {place.file(),          place.line(),      place.byte_column(),
          diagnostic.severity(), diagnostic.tool(), diagnostic.message()};
}

struct key_hash {
  size_t operator()(const diagnostic_key& key) const {
    std::hash<std::string_view> hash;
    auto result = hash(key.message);
    for (size_t part : {hash(key.file), hash(key.tool), size_t{key.line},
                        size_t{key.column}, static_cast<size_t>(key.severity)})
      result = result * 0x9e3779b97f4a7c15u + part;
    return result;
  }
};

bool is_before(const pb::Diagnostic& x, const pb::Diagnostic& y) {
  auto rank = [](const pb::Diagnostic& z) {
    auto key = key_of(z);
    // The more severe first.
    return std::tuple{key.file,      key.line, key.column,
                      -key.severity, key.tool, key.message};
  };
  return rank(x) < rank(y);
}

/// A total order on what the reports say, so that their order at the door does
/// not matter.
bool is_before(const pb::UnitReport& x, const pb::UnitReport& y) {
  auto rank = [](const pb::UnitReport& z) {
    return std::tuple{std::string_view{z.unit()}, std::string_view{z.tool()},
                      z.ok(), std::string_view{z.failure()}};
  };
  auto left = rank(x);
  auto right = rank(y);
  if (left != right)
    return left < right;
  return x.SerializeAsString() < y.SerializeAsString();
}

std::vector<const pb::UnitReport*>
sorted(const std::vector<pb::UnitReport>& reports) {
  std::vector<const pb::UnitReport*> result;
  result.reserve(reports.size());
  for (auto& report : reports)
    result.push_back(&report);
  std::sort(result.begin(), result.end(),
            [](auto* x, auto* y) { return is_before(*x, *y); });
  return result;
}

void add_report(pb::Evidence& evidence, const pb::UnitReport& report) {
  auto& unit = *evidence.add_units();
  unit.set_unit(report.unit());
  unit.set_tool(report.tool());
  unit.set_ok(report.ok());
  *unit.mutable_reads() = report.reads();
  unit.set_seconds(report.seconds());
  unit.set_failure(report.failure());
  if (std::isfinite(report.seconds()) && report.seconds() > 0)
    evidence.set_seconds(evidence.seconds() + report.seconds());
}

/// Diagnostics with their votes, sorted by place, and what each run reports.
struct counted_votes {
  std::vector<pb::Diagnostic> diagnostics;
  std::vector<error_run> runs;
};

/// The votes of one diagnostic, while reports are read in their sorted order.
class votes {
public:
  void add(const pb::UnitReport& report) {
    auto& run = runs_.emplace_back();
    for (auto& diagnostic : report.diagnostics())
      if (diagnostic.severity() >= pb::SEVERITY_WARNING) {
        auto index = add(diagnostic, report.unit());
        if (is_error(diagnostic))
          run.push_back(index);
      }
  }

  counted_votes take() && {
    std::vector<uint32_t> order(found_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](uint32_t x, uint32_t y) {
      return is_before(found_[x], found_[y]);
    });
    counted_votes result;
    std::vector<uint32_t> place(found_.size());
    for (auto index : order) {
      place[index] = static_cast<uint32_t>(result.diagnostics.size());
      result.diagnostics.push_back(std::move(found_[index]));
    }
    result.runs = std::move(runs_);
    for (auto& run : result.runs)
      for (auto& index : run)
        index = place[index];
    return result;
  }

private:
  /// Returns where among `found_` it is.
  uint32_t add(const pb::Diagnostic& diagnostic, const std::string& unit) {
    auto [place, is_new] = index_.try_emplace(
      key_of(diagnostic), static_cast<uint32_t>(found_.size()));
    if (is_new) {
      auto& copy = found_.emplace_back(diagnostic);
      copy.clear_units();
      if (copy.error_type().empty()) // Else its tool has a name for it.
        copy.set_error_type(
          std::string{error_type(diagnostic.message(), diagnostic.option())});
    }
    auto& known = found_[place->second];
    if (known.units().empty() || *known.units().rbegin() != unit)
      known.add_units(unit);
    // One unit may see a way to fix what another does not.
    if (known.fixes().empty() && !diagnostic.fixes().empty()) {
      *known.mutable_fixes() = diagnostic.fixes();
      *known.mutable_notes() = diagnostic.notes();
    }
    return place->second;
  }

  std::unordered_map<diagnostic_key, uint32_t, key_hash>
    index_; // Looked up only.
  std::vector<pb::Diagnostic> found_;
  std::vector<error_run> runs_;
};

} // namespace

bool is_error(const pb::Diagnostic& diagnostic) {
  return diagnostic.severity() >= pb::SEVERITY_ERROR;
}

pb::Evidence gather(std::string tree,
                    const std::vector<pb::UnitReport>& reports) {
  pb::Evidence evidence;
  evidence.set_tree(std::move(tree));
  votes found;
  for (auto* report : sorted(reports)) {
    add_report(evidence, *report);
    found.add(*report);
  }
  auto counted = std::move(found).take();
  for (auto& diagnostic : counted.diagnostics)
    *evidence.add_diagnostics() = std::move(diagnostic);
  group_by_cause(evidence, counted.runs);
  return evidence;
}

size_t count_errors(const pb::Evidence& evidence) {
  return static_cast<size_t>(std::count_if(
    evidence.diagnostics().begin(), evidence.diagnostics().end(), is_error));
}

std::vector<std::string> failing_units(const pb::Evidence& evidence) {
  std::vector<std::string> result;
  for (auto& report : evidence.units())
    if (!report.ok())
      result.push_back(report.unit());
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::vector<pb::UnitReport> update(const std::vector<pb::UnitReport>& before,
                                   const std::vector<pb::UnitReport>& fresh) {
  std::map<std::pair<std::string_view, std::string_view>, const pb::UnitReport*>
    newest;
  for (auto& report : fresh)
    newest[{report.unit(), report.tool()}] = &report;
  std::vector<pb::UnitReport> result;
  result.reserve(before.size() + newest.size());
  std::map<std::pair<std::string_view, std::string_view>, bool> placed;
  for (auto& report : before) {
    auto found = newest.find({report.unit(), report.tool()});
    if (found == newest.end())
      result.push_back(report);
    else if (!std::exchange(placed[found->first], true))
      result.push_back(*found->second);
  }
  for (auto& [key, report] : newest)
    if (placed.count(key) == 0)
      result.push_back(*report);
  return result;
}

} // namespace cohort::runtime::analysis
