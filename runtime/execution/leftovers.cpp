#include "runtime/execution/leftovers.hpp"

#include <algorithm>

#include "runtime/execution/candidates.hpp"

namespace cohort::runtime::execution {

namespace {

constexpr size_t leftovers_max = 50;

/// The first error on each line of `file`.
std::map<uint32_t, pb::Diagnostic> errors_of(const report_book& book,
                                             const std::string& file) {
  std::map<uint32_t, pb::Diagnostic> result;
  auto units = book.failing_readers(file);
  for (auto& compiler : book.compilers())
    for (auto& unit : units) {
      auto* report = book.find(unit, compiler);
      if (report == nullptr)
        continue;
      for (auto& error : report->diagnostics())
        if (is_error(error) && error.location().file() == file)
          result.try_emplace(error.location().line(), error);
    }
  return result;
}

pb::Leftover make_leftover(pb::Diagnostic diagnostic, const place_note& note) {
  pb::Leftover result;
  diagnostic.clear_fixes();
  *result.mutable_diagnostic() = std::move(diagnostic);
  result.set_reason(note.reason);
  result.set_blockage(note.blockage);
  return result;
}

/// The error that stands for a unit on which no compiler gives a verdict.
std::optional<pb::Leftover> unjudged(const report_book& book,
                                     const std::string& unit) {
  if (!book.verdicts(unit).empty())
    return std::nullopt;
  for (auto& compiler : book.compilers())
    if (auto* report = book.find(unit, compiler)) {
      pb::Diagnostic error;
      error.set_tool(compiler);
      error.set_severity(pb::SEVERITY_ERROR);
      error.mutable_location()->set_file(unit);
      error.set_message(report->failure());
      return make_leftover(std::move(error),
                           {"no compiler gives a verdict on " + unit,
                            pb::BLOCKAGE_REASON_EXTERNAL});
    }
  return std::nullopt;
}

} // namespace

void place_notes::set(const std::string& file, uint32_t line, place_note note) {
  notes_[{file, line}] = std::move(note);
}

void place_notes::edited(const shifts& moved) {
  for (auto& [file, shift] : moved) {
    auto begin = notes_.lower_bound({file, 0});
    auto end = notes_.upper_bound({file, UINT32_MAX});
    std::map<std::pair<std::string, uint32_t>, place_note> shifted;
    for (auto at = begin; at != end; ++at)
      shifted[{file, shift.map(at->first.second)}] = std::move(at->second);
    notes_.erase(begin, end);
    notes_.merge(shifted);
  }
}

const place_note* place_notes::find(const std::string& file,
                                    uint32_t line) const {
  auto found = notes_.find({file, line});
  return found == notes_.end() ? nullptr : &found->second;
}

std::vector<pb::Leftover>
leftovers(const report_book& book, const pb::Subtask& subtask,
          const place_notes& notes,
          const std::function<place_note(const std::string&)>& unknown) {
  std::vector<pb::Leftover> result;
  for (auto& unit : subtask.units())
    if (auto leftover = unjudged(book, unit);
        leftover && result.size() < leftovers_max)
      result.push_back(std::move(*leftover));
  std::vector<std::string> files{subtask.files().begin(),
                                 subtask.files().end()};
  std::sort(files.begin(), files.end());
  for (auto& file : files)
    for (auto& [line, error] : errors_of(book, file)) {
      if (result.size() == leftovers_max)
        return result;
      auto* note = notes.find(file, line);
      result.push_back(
        make_leftover(error, note != nullptr ? *note : unknown(file)));
    }
  return result;
}

} // namespace cohort::runtime::execution
