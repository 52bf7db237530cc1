#include "runtime/execution/tidy_session.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/execution/candidates.hpp"
#include "runtime/toolchain/clang_tidy.hpp"
#include "runtime/workspace/edits.hpp"
#include "runtime/workspace/proposals.hpp"

namespace cohort::runtime::execution {

namespace {

/// New findings come up where a fix was made, and rarely twice.
constexpr unsigned passes_max = 6;
/// So many units judge one changed file; the integration asks all of them.
constexpr size_t judges_per_file = 2;

bool is_finding(const pb::Diagnostic& diagnostic) {
  return diagnostic.tool() == toolchain::clang_tidy
         && !diagnostic.option().empty();
}

/// A finding as it is told apart from others: place and words.
using finding_key = std::tuple<std::string, uint32_t, uint32_t, std::string>;

std::set<finding_key> findings_of(const pb::UnitReport& report) {
  std::set<finding_key> result;
  for (auto& one : report.diagnostics())
    if (is_finding(one))
      result.emplace(one.location().file(), one.location().line(),
                     one.location().byte_column(), one.message());
  return result;
}

int errors_in(const pb::UnitReport& report) {
  return static_cast<int>(
    std::count_if(report.diagnostics().begin(), report.diagnostics().end(),
                  [](auto& one) { return is_error(one) && !is_finding(one); }));
}

const pb::Diagnostic* first_error(const pb::UnitReport& report) {
  auto found
    = std::find_if(report.diagnostics().begin(), report.diagnostics().end(),
                   [](auto& one) { return is_error(one) && !is_finding(one); });
  return found == report.diagnostics().end() ? nullptr : &*found;
}

/// The check that a fix answers is what its message is headed by.
std::string check_of(const pb::Fix& fix) {
  return fix.message().substr(0, fix.message().find(": "));
}

std::set<std::string> files_of(const std::vector<pb::Fix>& fixes) {
  std::set<std::string> result;
  for (auto& fix : fixes)
    for (auto& edit : fix.edits())
      result.insert(edit.file());
  return result;
}

} // namespace

tidy_session::tidy_session(const pb::RepairUnit& unit,
                           std::vector<std::string> tools,
                           editable_files& files, unit_checker& checker,
                           std::stop_token stop, pb::ExecutionMetrics& metrics)
  : unit_{unit},
    tools_{std::move(tools)},
    files_{files},
    checker_{checker},
    stop_{std::move(stop)},
    metrics_{metrics} {
  // nop
}

expected<pb::RepairReport> tidy_session::run() {
  if (auto learnt = learn(); !learnt)
    return learnt.error();
  for (unsigned i = 0; i < passes_max; ++i) {
    auto progress = pass();
    if (!progress)
      return progress.error();
    if (!*progress)
      break;
  }
  base_.clear(); // The files hold what was kept.
  list_left();
  for (auto& key : made_here_)
    if (stale_.count(key) == 0)
      *report_.add_checked() = reports_.at(key);
  return std::move(report_);
}

/// Takes in what is known of the subtask's units, and checks the others.
expected<void> tidy_session::learn() {
  std::set<std::string> units{unit_.subtask().units().begin(),
                              unit_.subtask().units().end()};
  for (auto& report : unit_.known())
    if (units.count(report.unit()) > 0 && report.failure().empty())
      reports_.insert_or_assign({report.unit(), report.tool()}, report);
  std::vector<std::string> unknown;
  for (auto& unit : units)
    if (std::any_of(tools_.begin(), tools_.end(), [&](auto& tool) {
          return reports_.count({unit, tool}) == 0;
        }))
      unknown.push_back(unit);
  auto fresh = check(unknown);
  if (!fresh)
    return fresh.error();
  for (auto& [key, report] : *fresh) {
    made_here_.insert(key);
    reports_.insert_or_assign(key, std::move(report));
  }
  return {};
}

/// Tries everything that is proposed now; returns whether some of it was kept.
expected<bool> tidy_session::pass() {
  kept_.clear();
  base_.clear();
  auto fixes = proposed();
  for (auto& file : files_of(fixes)) {
    auto bytes = files_.read(file);
    if (!bytes)
      return bytes.error();
    base_.emplace(file, **bytes);
  }
  if (auto tried = attempt(fixes); !tried)
    return tried.error();
  auto final_contents = with(kept_);
  if (!final_contents)
    return final_contents.error();
  if (auto written = write(*final_contents); !written)
    return written.error();
  return !kept_.empty();
}

/// The fixes of findings that were not tried yet, those that fit together. Old
/// reports have the places of old bytes.
std::vector<pb::Fix> tidy_session::proposed() {
  reporters_.clear();
  std::vector<workspace::proposal> all;
  for (auto& [key, report] : reports_)
    for (auto& one : report.diagnostics()) {
      if (stale_.count(key) > 0)
        break;
      if (!is_finding(one) || one.fixes().empty()
          || files_.refuse(one.location().file()))
        continue;
      auto fix = one.fixes(0);
      fix.set_message(one.option() + ": " + one.message());
      auto closed = std::any_of(fix.edits().begin(), fix.edits().end(),
                                [&](auto& edit) {
                                  return files_.refuse(edit.file()).has_value();
                                });
      if (closed || rejected_.count(name_of(fix)) > 0)
        continue;
      reporters_[name_of(fix)].insert(key.first);
      all.push_back({std::move(fix), {}, false, {}});
    }
  auto lookup = [&](const std::string& file) {
    auto bytes = files_.read(file);
    return workspace::target{{}, bytes ? (*bytes)->size() : 0, {}};
  };
  return workspace::choose(all, lookup).chosen;
}

expected<void> tidy_session::attempt(const std::vector<pb::Fix>& candidates) {
  if (candidates.empty())
    return {};
  if (stop_.stop_requested())
    return error{errc::cancelled, "the repair was stopped"};
  auto count = static_cast<uint32_t>(candidates.size());
  auto why_not = try_out(candidates);
  if (!why_not)
    return why_not.error();
  if (!why_not->empty() && candidates.size() > 1)
    return attempt_parts(candidates);
  metrics_.set_fixes_tried(metrics_.fixes_tried() + count);
  if (why_not->empty())
    metrics_.set_fixes_kept(metrics_.fixes_kept() + count);
  else
    rejected_.emplace(name_of(candidates.front()), *why_not);
  for (auto& fix : candidates)
    record(fix, why_not->empty(),
           why_not->empty() ? "its finding is gone and nothing new came up"
                            : *why_not);
  return {};
}

/// Those of each check apart, or the two halves of one check's.
expected<void>
tidy_session::attempt_parts(const std::vector<pb::Fix>& candidates) {
  std::map<std::string, std::vector<pb::Fix>> parts;
  for (auto& fix : candidates)
    parts[check_of(fix)].push_back(fix);
  if (parts.size() == 1) {
    auto half = candidates.begin()
                + static_cast<ptrdiff_t>(candidates.size() / 2);
    parts = {{"1", {candidates.begin(), half}},
             {"2", {half, candidates.end()}}};
  }
  for (auto& [name, part] : parts)
    if (auto tried = attempt(part); !tried)
      return tried;
  return {};
}

expected<std::string>
tidy_session::try_out(const std::vector<pb::Fix>& candidates) {
  auto fixes = kept_;
  fixes.insert(fixes.end(), candidates.begin(), candidates.end());
  auto asked = judges(candidates);
  if (auto done = renew(asked); !done)
    return done.error();
  auto tried = with(fixes);
  if (!tried)
    return tried.error();
  if (auto written = write(*tried); !written)
    return written.error();
  reports fresh;
  std::set<finding_key> before;
  std::set<finding_key> after;
  for (auto& unit : asked) {
    auto made = check({unit});
    if (!made)
      return made.error();
    for (auto& [key, report] : *made) {
      if (auto bad = harm(report); !bad.empty())
        return bad;
      before.merge(findings_of(reports_.at(key)));
      after.merge(findings_of(report));
      fresh.emplace(key, std::move(report));
    }
  }
  if (after.size() + candidates.size() > before.size())
    return std::string{"clang-tidy finds as much as before, or something else"};
  kept_ = std::move(fixes);
  forget_readers(files_of(candidates));
  for (auto& [key, report] : fresh) {
    made_here_.insert(key);
    stale_.erase(key);
    reports_.insert_or_assign(key, std::move(report));
  }
  return std::string{};
}

/// Has units whose reports are old judge what was kept so far: candidates are
/// compared with that, and with nothing else.
expected<void> tidy_session::renew(const std::vector<std::string>& units) {
  std::vector<std::string> old;
  for (auto& unit : units)
    if (std::any_of(tools_.begin(), tools_.end(), [&](auto& tool) {
          return stale_.count({unit, tool}) > 0;
        }))
      old.push_back(unit);
  if (old.empty())
    return {};
  auto now = with(kept_);
  if (!now)
    return now.error();
  if (auto written = write(*now); !written)
    return written;
  auto fresh = check(old);
  if (!fresh)
    return fresh.error();
  for (auto& [key, report] : *fresh) {
    made_here_.insert(key);
    stale_.erase(key);
    reports_.insert_or_assign(key, std::move(report));
  }
  return {};
}

/// What the files hold with these fixes, all of which fit together.
expected<tidy_session::contents>
tidy_session::with(const std::vector<pb::Fix>& fixes) {
  std::vector<workspace::proposal> all;
  for (auto& fix : fixes)
    all.push_back({fix, {}, false, {}});
  auto lookup = [&](const std::string& file) {
    return workspace::target{{}, base_.at(file).size(), {}};
  };
  auto result = base_;
  for (auto& [file, edits] : workspace::choose(all, lookup).edits) {
    auto edited = workspace::apply_edits(base_.at(file), edits);
    if (!edited)
      return edited.error();
    result[file] = std::move(*edited);
  }
  return result;
}

expected<void> tidy_session::write(const contents& what) {
  for (auto& [file, bytes] : what) {
    auto now = files_.read(file);
    if (!now)
      return now.error();
    if (**now == bytes)
      continue;
    if (auto written = files_.write(file, bytes); !written)
      return written;
  }
  return {};
}

expected<tidy_session::reports>
tidy_session::check(const std::vector<std::string>& units) {
  reports result;
  for (auto& unit : units) {
    auto made = checker_.check(unit, tools_);
    if (!made)
      return made.error();
    for (auto& report : *made)
      result.emplace(report_key{unit, report.tool()}, std::move(report));
  }
  return result;
}

/// Of the units that read a changed file its own, and the cheapest: those that
/// read the fewest files; and of each finding one that has it.
std::vector<std::string>
tidy_session::judges(const std::vector<pb::Fix>& candidates) {
  auto changed = files_of(candidates);
  std::map<std::string, std::vector<std::pair<int, std::string>>> readers;
  for (auto& [key, report] : reports_)
    for (auto& file : report.reads())
      if (changed.count(file) > 0)
        readers[file].emplace_back(key.first == file ? 0 : report.reads_size(),
                                   key.first);
  std::set<std::string> result;
  for (auto& [file, units] : readers) {
    std::sort(units.begin(), units.end());
    std::set<std::string> chosen;
    for (auto& [cost, unit] : units)
      if (chosen.size() < judges_per_file)
        chosen.insert(unit);
    result.merge(chosen);
  }
  for (auto& fix : candidates) {
    auto& units = reporters_[name_of(fix)];
    if (!units.empty()
        && std::none_of(units.begin(), units.end(),
                        [&](auto& unit) { return result.count(unit) > 0; }))
      result.insert(*units.begin());
  }
  return {result.begin(), result.end()};
}

/// What a report has against the worktree as it is, compared with what it was;
/// empty for nothing.
std::string tidy_session::harm(const pb::UnitReport& after) const {
  auto& before = reports_.at({after.unit(), after.tool()});
  if (!after.failure().empty())
    return after.tool() + " gives no verdict on " + after.unit() + ": "
           + after.failure();
  if (errors_in(after) <= errors_in(before))
    return "";
  auto* error = first_error(after);
  return after.tool() + " refuses it: " + error->location().file() + ':'
         + std::to_string(error->location().line()) + ": " + error->message();
}

/// Check, file, and the text that it puts there for what.
tidy_session::fix_name tidy_session::name_of(const pb::Fix& fix) {
  std::string text;
  for (auto& edit : fix.edits()) {
    auto known = base_.find(edit.file());
    auto read = files_.read(edit.file());
    std::string_view bytes = known != base_.end() ? known->second
                             : read               ? **read
                                                  : std::string_view{};
    if (edit.end() <= bytes.size() && edit.begin() <= edit.end())
      text += bytes.substr(edit.begin(), edit.end() - edit.begin());
    text += '\0' + edit.replacement() + '\0';
  }
  return {fix.message(), fix.target_file(), text};
}

void tidy_session::record(const pb::Fix& fix, bool kept,
                          const std::string& reason) {
  auto& attempt = *report_.add_attempts();
  *attempt.mutable_fix() = fix;
  attempt.set_kept(kept);
  attempt.set_reason(reason);
}

void tidy_session::forget_readers(const std::set<std::string>& changed) {
  for (auto& [key, report] : reports_)
    if (std::any_of(report.reads().begin(), report.reads().end(),
                    [&](auto& file) { return changed.count(file) > 0; }))
      stale_.insert(key);
}

/// Findings that are still there, one for each file and wording, and why.
void tidy_session::list_left() {
  std::set<std::pair<std::string, std::string>> seen;
  for (auto& [key, report] : reports_)
    for (auto& one : report.diagnostics()) {
      auto& file = one.location().file();
      if (stale_.count(key) > 0 || !is_finding(one)
          || files_.names().count(file) == 0
          || !seen.emplace(file, one.message()).second)
        continue;
      auto& left = *report_.add_left();
      *left.mutable_diagnostic() = one;
      left.set_blockage(pb::BLOCKAGE_REASON_COMPLEXITY_EXCEEDED);
      if (one.fixes().empty()) {
        left.set_reason("clang-tidy proposes no fix");
        continue;
      }
      auto fix = one.fixes(0);
      fix.set_message(one.option() + ": " + one.message());
      auto why = rejected_.find(name_of(fix));
      left.set_reason(why != rejected_.end()
                        ? "its fix was rejected: " + why->second
                        : "its fix changes what is not the subtask's, or does "
                          "not fit together with others");
    }
}

} // namespace cohort::runtime::execution
