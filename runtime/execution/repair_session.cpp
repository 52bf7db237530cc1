#include "runtime/execution/repair_session.hpp"

#include <algorithm>
#include <utility>

#include "runtime/execution/guards.hpp"
#include "runtime/execution/rules/rule_book.hpp"
#include "runtime/workspace/edits.hpp"

namespace cohort::runtime::execution {

namespace {

/// Of each file, so that neither one that nothing can mend nor the other files
/// of a subtask decide what is tried in it.
constexpr unsigned tries_max = 200;

bool puts_in_a_bracket(const error_place& place) {
  return std::any_of(place.candidates.begin(), place.candidates.end(),
                     [](const candidate& what) {
                       auto& text = what.fix.edits(0).replacement();
                       return what.fix.tool() == rules::tool
                              && is_structural(what.fix.edits(0))
                              && text.find_first_of(")}") != text.npos;
                     });
}

const char* const superseded = "another fix of the same place was kept";

} // namespace

repair_session::repair_session(const pb::RepairUnit& unit,
                               std::vector<std::string> compilers,
                               session_context context,
                               pb::ExecutionMetrics& metrics)
  : unit_{unit},
    context_{std::move(context)},
    metrics_{metrics},
    book_{std::move(compilers),
          {unit.subtask().files().begin(), unit.subtask().files().end()}},
    trials_{context_.files, context_.checker, book_} {
  // nop
}

expected<pb::RepairReport> repair_session::run() {
  if (auto learnt = learn(); !learnt)
    return learnt.error();
  for (auto progress = true; progress;) {
    progress = false;
    tried_.start_pass();
    for (auto& file : files_in_order()) {
      auto repaired = repair_file(file);
      if (!repaired)
        return repaired.error();
      progress = progress || *repaired;
    }
    if (progress)
      continue;
    auto harmed = take_back_harm();
    if (!harmed)
      return harmed.error();
    progress = *harmed;
  }
  auto unknown = [&](const std::string& file) -> place_note {
    if (is_used_up(file))
      return {"the limit of " + std::to_string(tries_max)
                + " tries in a file was reached before it; run the task again",
              pb::BLOCKAGE_REASON_RESOURCE_EXHAUSTED};
    return {"nothing is left to try", pb::BLOCKAGE_REASON_UNSPECIFIED};
  };
  for (auto& leftover : leftovers(book_, unit_.subtask(), notes_, unknown))
    *report_.add_left() = std::move(leftover);
  for (auto& report : book_.made_here())
    *report_.add_checked() = std::move(report);
  return std::move(report_);
}

/// Takes in what is known, and checks units about which nothing is.
expected<void> repair_session::learn() {
  for (auto& report : unit_.known())
    // A check that gave no verdict is made again where it matters.
    if (report.failure().empty())
      book_.store(report, true);
  std::vector<std::string> units{unit_.subtask().units().begin(),
                                 unit_.subtask().units().end()};
  for (auto& unit : units) {
    book_.add_unit(unit);
    if (book_.verdicts(unit).empty())
      if (auto fresh = refresh(unit); !fresh)
        return fresh;
  }
  return {};
}

/// Makes every report on `unit` current.
expected<void> repair_session::refresh(const std::string& unit) {
  auto missing = book_.missing(unit);
  if (missing.empty())
    return {};
  if (context_.stop.stop_requested())
    return error{errc::cancelled, "the repair was stopped"};
  auto reports = context_.checker.check(unit, missing);
  if (!reports)
    return reports.error();
  for (auto& report : *reports)
    book_.store(std::move(report));
  return {};
}

repair_session::error_names
repair_session::errors_in(const std::string& unit,
                          const std::string& file) const {
  error_names result;
  for (auto* report : book_.verdicts(unit))
    for (auto& error : report->diagnostics())
      if (is_error(error) && error.location().file() == file)
        result.emplace(report->tool(), error.location().line(),
                       error.message());
  return result;
}

/// The unit by which `file` is repaired next: one with errors there that were
/// not looked at yet.
expected<std::optional<std::string>>
repair_session::next_judge(const std::string& file, const error_names& seen) {
  auto has_new = [&](const std::string& unit) {
    auto errors = errors_in(unit, file);
    return !std::includes(seen.begin(), seen.end(), errors.begin(),
                          errors.end());
  };
  // What only other units report in a source is a consequence of what they
  // read before it.
  auto is_unit = !book_.verdicts(file).empty();
  for (auto& unit : book_.failing_readers(file)) {
    if ((is_unit && unit != file) || !has_new(unit))
      continue;
    if (auto fresh = refresh(unit); !fresh)
      return fresh.error();
    if (has_new(unit))
      return std::optional{unit};
  }
  return std::optional<std::string>{};
}

expected<bool> repair_session::repair_file(const std::string& file) {
  auto progress = false;
  error_names seen;
  while (!is_used_up(file)) {
    auto unit = next_judge(file, seen);
    if (!unit)
      return unit.error();
    if (!*unit)
      break;
    auto errors = errors_in(**unit, file);
    auto kept = attempt(file, **unit);
    if (!kept)
      return kept;
    if (*kept) {
      progress = true;
      seen.clear(); // Lines moved.
    } else {
      seen.merge(errors);
    }
  }
  return progress;
}

/// Tries the leading places of `file` until one fix is kept.
expected<bool> repair_session::attempt(const std::string& file,
                                       const std::string& unit) {
  auto behind = book_.hidden_behind(unit, file);
  std::string_view content;
  if (!context_.files.refuse(file)) {
    auto bytes = context_.files.read(file);
    if (!bytes)
      return bytes.error();
    content = **bytes;
  }
  std::vector<const pb::Diagnostic*> errors;
  for (auto* report : book_.verdicts(unit))
    for (auto& error : report->diagnostics())
      if (is_error(error) && error.location().file() == file)
        errors.push_back(&error);
  rule_book rules{content, errors, context_.symbols,
                  [&](const std::string& name) -> const std::string* {
                    if (context_.files.refuse(name))
                      return nullptr;
                    auto bytes = context_.files.read(name);
                    return bytes ? *bytes : nullptr;
                  }};
  auto places = leading_places(
    book_.verdicts(unit), file,
    [&](auto& fix) { return refuse(fix, behind, errors); },
    [&](auto& error) { return rules.fixes(error); });
  // The bodies of member functions are read when their class has ended, so the
  // error that a bracket explains may be reported late.
  std::stable_partition(places.begin(), places.end(), puts_in_a_bracket);
  for (auto& place : places) {
    if (is_used_up(file))
      return false;
    if (place.candidates.empty()) {
      place_note note{"neither a compiler nor a rule proposes a fix",
                      pb::BLOCKAGE_REASON_COMPLEXITY_EXCEEDED};
      if (!place.refusal.empty())
        note.reason = "not tried: " + place.refusal;
      else if (behind)
        note
          = {"neither a compiler nor a rule proposes a fix; it may be hidden "
             "behind an error in "
               + behind->location().file(),
             pb::BLOCKAGE_REASON_DEPENDENCY_WAIT};
      notes_.set(file, place.line, std::move(note));
      continue;
    }
    auto kept = attempt_place(file, unit, place);
    if (!kept || *kept)
      return kept;
  }
  return false;
}

/// Tries a place's candidates. One that leaves errors which were hidden before
/// is kept only when no other is without.
expected<bool> repair_session::attempt_place(const std::string& file,
                                             const std::string& unit,
                                             const error_place& place) {
  auto is_read = [&](const std::string& other) {
    auto readers = book_.readers(other);
    return std::binary_search(readers.begin(), readers.end(), unit);
  };
  std::optional<trial> second_best;
  std::string last_reason;
  for (auto& what : place.candidates) {
    auto planned = trials_.plan(what);
    if (!planned && planned.error().code == errc::storage_failed)
      return planned.error();
    if (!planned) {
      last_reason = planned.error().message;
      continue;
    }
    if (tried_.is_settled(*planned, is_read))
      continue;
    if (is_used_up(file))
      break;
    ++tries_[file];
    auto done = try_fix(what, unit);
    if (!done)
      return done.error();
    if (done->judged.what == grade::smaller) {
      if (second_best)
        record(*second_best, false, superseded);
      keep(*done, unit);
      return true;
    }
    if (done->judged.what == grade::moved_on && !second_best) {
      second_best = std::move(*done);
      continue;
    }
    last_reason = done->judged.what == grade::moved_on ? superseded
                                                       : done->judged.reason;
    tried_.rejected(*done);
    record(*done, false, last_reason);
  }
  if (second_best) {
    if (auto applied = trials_.apply(*second_best); !applied)
      return applied.error();
    keep(*second_best, unit);
    return true;
  }
  if (!last_reason.empty())
    notes_.set(file, place.line,
               {"every proposal was rejected: " + last_reason,
                pb::BLOCKAGE_REASON_COMPLEXITY_EXCEEDED});
  return false;
}

bool repair_session::is_used_up(const std::string& file) const {
  auto found = tries_.find(file);
  return found != tries_.end() && found->second >= tries_max;
}

expected<trial> repair_session::try_fix(const candidate& what,
                                        const std::string& unit) {
  if (context_.stop.stop_requested())
    return error{errc::cancelled, "the repair was stopped"};
  auto planned = trials_.plan(what);
  if (!planned)
    return planned;
  metrics_.set_fixes_tried(metrics_.fixes_tried() + 1);
  if (auto run = trials_.run(*planned, unit); !run)
    return run.error();
  return planned;
}

std::optional<std::string>
repair_session::refuse(const pb::Fix& fix, const pb::Diagnostic* behind,
                       const std::vector<const pb::Diagnostic*>& errors) {
  for (auto& edit : fix.edits()) {
    if (auto why = context_.files.refuse(edit.file()))
      return why;
    auto content = context_.files.read(edit.file());
    if (!content)
      return content.error().message;
    if (auto why = refuse_edit(fix, edit, **content))
      return why;
    if (auto why = rules::refuse_lost_override(fix, edit, **content,
                                               context_.symbols))
      return why;
    // What a broken header declares is unknown, so its names look misspelt.
    if (behind != nullptr && fix.voters_size() < 2
        && is_rename(edit, **content))
      return "the name may come from " + behind->location().file()
             + ", where an error stands before this one";
  }
  if (fix.voters_size() < 2 && fix.tool() != rules::tool)
    return refuse_cascade(fix, behind, errors);
  return std::nullopt;
}

/// Files with brackets missing go first, headers and then sources: nothing
/// behind such a place can be trusted.
std::vector<std::string> repair_session::files_in_order() {
  auto files = book_.broken_files();
  auto is_open = [&](const std::string& file) {
    if (context_.files.refuse(file))
      return false;
    auto content = context_.files.read(file);
    return content
           && (!missing_braces(**content).empty()
               || !missing_parentheses(**content).empty());
  };
  std::stable_partition(files.begin(), files.end(), is_open);
  return files;
}

void repair_session::keep(trial& done, const std::string& unit) {
  std::vector<pb::Diagnostic> gone;
  std::set<std::string> rechecked;
  for (auto& report : done.reports) {
    rechecked.insert(report.unit());
    if (report.unit() != unit)
      continue;
    auto* before = book_.find(unit, report.tool());
    auto list = gone_errors({before, &report}, done.moved);
    gone.insert(gone.end(), list.begin(), list.end());
  }
  book_.edited(done.moved, rechecked, gone);
  for (auto& report : done.reports)
    book_.store(std::move(report));
  notes_.edited(done.moved);
  tried_.kept(done);
  metrics_.set_fixes_kept(metrics_.fixes_kept() + 1);
  kept_.add(done, unit, std::move(gone), report_.attempts_size());
  record(done, true, done.judged.reason);
}

/// Units that read what was kept and were not asked about all of it. Those that
/// read least first.
std::vector<std::string> repair_session::readers_not_asked() const {
  std::set<std::pair<int, std::string>> units;
  for (auto& file : kept_.files())
    for (auto& unit : book_.readers(file))
      if (!book_.voices(unit).empty() && !book_.missing(unit).empty())
        units.emplace(book_.files_read(unit), unit);
  std::vector<std::string> result;
  for (auto& [cost, unit] : units)
    result.push_back(unit);
  return result;
}

/// A fix is judged by few of many readers, so the others are asked in the end,
/// once for all fixes. Returns whether one was taken back: then there may be
/// something to try again.
expected<bool> repair_session::take_back_harm() {
  std::vector<pb::UnitReport> before; // Of all that were asked.
  for (auto& unit : readers_not_asked()) {
    auto first = before.size();
    for (auto* report : book_.verdicts(unit))
      before.push_back(*report);
    if (auto fresh = refresh(unit); !fresh)
      return fresh.error();
    auto found = harm_to(unit,
                         {before.begin() + static_cast<std::ptrdiff_t>(first),
                          before.end()});
    if (!found)
      continue;
    // What they say now is said of fixes that are about to go.
    for (auto& report : before)
      book_.store_old(std::move(report));
    if (auto done = take_back(*found); !done)
      return done.error();
    return true;
  }
  return false;
}

/// What the kept fixes did to a unit that reads them: a new error where one of
/// them edited, or any in a unit that had none. Others it hid before.
std::optional<repair_session::harm>
repair_session::harm_to(const std::string& unit,
                        const std::vector<pb::UnitReport>& before) const {
  if (excused_.contains(unit))
    return std::nullopt;
  shifts edited;
  for (auto& file : kept_.files())
    edited.try_emplace(file);
  for (auto& old : before) {
    auto* now = book_.find(unit, old.tool());
    if (now == nullptr || !now->failure().empty())
      continue;
    for (auto& error : new_errors({&old, now}, edited)) {
      auto near = kept_.near(error.file, error.line, near_lines);
      if (near && !back_again_.contains({error.file, error.message}))
        return harm{near, unit, old.tool(),
                    old.tool() + " finds a new error close to it in " + unit
                      + ": " + error.message};
    }
    if (old.ok() && !now->ok())
      return harm{std::nullopt, unit, old.tool(),
                  old.tool() + " accepted " + unit
                    + " before and does not now"};
  }
  return std::nullopt;
}

/// Takes fixes back, the newest first, until the culprit is out: the one that
/// is known, or the one without which the unit is fine again. All but that one
/// are tried again. When the unit does not become fine, none of them was it.
expected<void> repair_session::take_back(const harm& done) {
  std::set<std::string> judges;
  std::set<std::string> files;
  std::optional<kept_fix> culprit;
  while (!culprit && kept_.size() > done.culprit.value_or(0)) {
    auto undone = undo_newest();
    if (!undone)
      return undone.error();
    judges.insert(undone->unit);
    for (auto& [file, edits] : undone->inverse)
      files.insert(file);
    auto& attempt = *report_.mutable_attempts(undone->attempt);
    attempt.set_kept(false);
    attempt.set_reason("taken back together with another, and tried again");
    metrics_.set_fixes_kept(metrics_.fixes_kept() - 1);
    if (auto tries = tries_.find(undone->file);
        tries != tries_.end() && tries->second > 0)
      --tries->second;
    auto is_culprit = done.culprit
                        ? expected<bool>{kept_.size() == *done.culprit}
                        : heals(*undone, done);
    if (!is_culprit)
      return is_culprit.error();
    if (*is_culprit)
      culprit = std::move(*undone);
  }
  if (!culprit)
    excused_.insert(done.unit);
  else if (auto banned = ban(*culprit, done.why); !banned)
    return banned;
  return ask_again(files, judges);
}

/// Whether the unit is fine without a fix that was just undone.
expected<bool> repair_session::heals(const kept_fix& undone, const harm& done) {
  auto reads = std::any_of(
    undone.inverse.begin(), undone.inverse.end(), [&](auto& edits) {
      auto readers = book_.readers(edits.first);
      return std::binary_search(readers.begin(), readers.end(), done.unit);
    });
  if (!reads)
    return false;
  if (auto fresh = refresh(done.unit); !fresh)
    return fresh.error();
  auto* now = book_.find(done.unit, done.tool);
  return now != nullptr && now->ok();
}

/// The place of `culprit` is told why it is left. REQUIRES: it was undone last.
expected<void> repair_session::ban(const kept_fix& culprit,
                                   const std::string& why) {
  auto planned = trials_.plan(culprit.what);
  if (!planned)
    return planned.error();
  tried_.banned(*planned);
  report_.mutable_attempts(culprit.attempt)->set_reason(why);
  for (auto& target : culprit.what.targets)
    notes_.set(target.file, target.line,
               {"every proposal was rejected: " + why,
                pb::BLOCKAGE_REASON_COMPLEXITY_EXCEEDED});
  return {};
}

/// What is known of units is a guess after fixes in `files` were undone: the
/// errors of those that judged them are back, and who was fine with them may
/// not be without.
expected<void> repair_session::ask_again(const std::set<std::string>& files,
                                         std::set<std::string> units) {
  for (auto& file : files)
    for (auto& unit : book_.readers(file)) {
      auto reports = book_.verdicts(unit);
      if (std::any_of(reports.begin(), reports.end(),
                      [](auto* report) { return report->ok(); }))
        units.insert(unit);
    }
  for (auto& unit : units)
    if (auto fresh = refresh(unit); !fresh)
      return fresh;
  return {};
}

expected<kept_fix> repair_session::undo_newest() {
  shifts moved;
  for (auto& [file, edits] : kept_.newest().inverse) {
    auto content = context_.files.read(file);
    if (!content)
      return content.error();
    moved.emplace(file, line_shift{**content, edits});
    auto before = workspace::apply_edits(**content, edits);
    if (!before)
      return before.error();
    if (auto written = context_.files.write(file, *before); !written)
      return written.error();
  }
  book_.edited(moved, {}, {});
  notes_.edited(moved);
  tried_.moved(moved);
  auto undone = kept_.pop(moved);
  for (auto& error : undone.gone)
    back_again_.emplace(error.location().file(), error.message());
  return undone;
}

void repair_session::record(const trial& done, bool kept,
                            const std::string& reason) {
  auto& attempt = *report_.add_attempts();
  *attempt.mutable_fix() = done.what.fix;
  attempt.set_kept(kept);
  attempt.set_reason(reason);
}

} // namespace cohort::runtime::execution
