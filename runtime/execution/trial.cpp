#include "runtime/execution/trial.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "runtime/execution/includes.hpp"
#include "runtime/execution/rules/rule_book.hpp"
#include "runtime/workspace/edits.hpp"

namespace cohort::runtime::execution {

namespace {

/// Up to so many units that read a file are all asked about an edit; with more,
/// one beside the judge. The session asks the rest in the end.
constexpr size_t few_readers = 3;

/// Where the line begins; the end of a text that has no such line.
size_t line_offset(std::string_view content, uint32_t line) {
  size_t at = 0;
  for (uint32_t i = 1; i < line && at != content.size(); ++i)
    at = std::min(content.find('\n', at), content.size() - 1) + 1;
  return at;
}

/// A word that is taken out takes the blank before it along where that would
/// stand before a sign or the line's end: "f() override;" becomes "f();".
void take_blank_along(pb::Edit& edit, std::string_view content) {
  constexpr std::string_view closing = " ;,)\r\n";
  auto begin = edit.begin();
  auto end = edit.end();
  if (edit.replacement().empty() && begin < end && end < content.size()
      && begin > 1 && content[begin - 1] == ' ' && content[begin - 2] != '\n'
      && content[begin - 2] != ' '
      && closing.find(content[end]) != std::string_view::npos)
    edit.set_begin(begin - 1);
}

/// The header's name as it is spelt where an edit inserts nothing but a line
/// that includes it; else empty.
std::string_view included_by(const pb::Edit& edit) {
  constexpr std::string_view word = "#include ";
  std::string_view text = edit.replacement();
  if (edit.begin() != edit.end() || !text.starts_with(word)
      || !text.ends_with('\n') || text.find('\n') + 1 != text.size())
    return {};
  text.remove_prefix(word.size());
  text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  return text.size() > 2 && (text[0] == '<' || text[0] == '"')
           ? text
           : std::string_view{};
}

/// Compilers put an include on the first line of a file, before its licence and
/// its guard; it goes where one belongs.
void put_include_in_place(pb::Edit& edit, const pb::Fix& fix,
                          std::string_view content) {
  auto spelling = included_by(edit);
  if (spelling.empty() || fix.tool() == rules::tool)
    return;
  auto use = edit.file() == fix.target_file()
               ? line_offset(content, fix.target_line())
               : std::string_view::npos;
  auto place = place_include(content, spelling, use);
  edit.set_begin(place.at);
  edit.set_end(place.at);
  edit.set_replacement(place.text);
}

} // namespace

trial_runner::trial_runner(editable_files& files, unit_checker& checker,
                           const report_book& book)
  : files_{files}, checker_{checker}, book_{book} {
  // nop
}

expected<trial> trial_runner::plan(const candidate& what) {
  trial result;
  result.what = what;
  std::map<std::string, std::vector<pb::Edit>> by_file;
  for (auto& edit : *result.what.fix.mutable_edits()) {
    auto content = files_.read(edit.file());
    if (!content)
      return content.error();
    take_blank_along(edit, **content);
    put_include_in_place(edit, what.fix, **content);
    by_file[edit.file()].push_back(edit);
  }
  for (auto& [file, edits] : by_file) {
    auto content = files_.read(file);
    if (!content)
      return content.error();
    auto edited = workspace::apply_edits(**content, edits);
    if (!edited)
      return edited.error();
    std::sort(edits.begin(), edits.end(), [](auto& a, auto& b) {
      return std::tuple{a.begin(), a.end()} < std::tuple{b.begin(), b.end()};
    });
    result.moved.emplace(file, line_shift{**content, edits});
    result.before.emplace(file, **content);
    result.after.emplace(file, std::move(*edited));
  }
  return result;
}

expected<void>
trial_runner::write(const std::map<std::string, std::string>& contents) {
  for (auto& [file, bytes] : contents)
    if (auto written = files_.write(file, bytes); !written)
      return written;
  return {};
}

expected<void> trial_runner::apply(const trial& what) {
  auto written = write(what.after);
  if (!written)
    // The error to tell is the first one; the slot restores what this cannot.
    (void) write(what.before);
  return written;
}

expected<void> trial_runner::run(trial& what, const std::string& unit) {
  if (auto applied = apply(what); !applied)
    return applied;
  auto measured = measure(what, unit);
  if (measured && what.judged.what == grade::smaller)
    return measured;
  auto restored = write(what.before);
  return measured ? restored : measured;
}

expected<void> trial_runner::measure(trial& what, const std::string& unit) {
  auto judged = ask(what, unit, true);
  if (!judged)
    return judged.error();
  what.judged = *judged;
  for (auto& reader : other_readers(what, unit)) {
    if (what.judged.what == grade::rejected)
      break;
    auto asked = ask(what, reader, false);
    if (!asked)
      return asked.error();
    if (asked->what == grade::rejected)
      what.judged = *asked;
  }
  return {};
}

expected<verdict> trial_runner::ask(trial& what, const std::string& unit,
                                    bool is_judge) {
  auto voices = book_.voices(unit);
  // Most of what only one proposes is wrong, and the quicker one sees that.
  auto is_doubtful = what.what.fix.tool() == rules::tool
                     || what.what.fix.voters_size() < 2;
  if (is_judge && is_doubtful && voices.size() > 1) {
    std::stable_partition(voices.begin(), voices.end(),
                          [](auto& name) { return name == "clang"; });
    auto first = ask_some(what, unit, is_judge, {voices.front()});
    if (!first || first->what == grade::rejected)
      return first;
    auto second = ask_some(what, unit, is_judge,
                           {voices.begin() + 1, voices.end()});
    return !second || second->what < first->what ? second : first;
  }
  return ask_some(what, unit, is_judge, voices);
}

expected<verdict>
trial_runner::ask_some(trial& what, const std::string& unit, bool is_judge,
                       const std::vector<std::string>& compilers) {
  auto reports = checker_.check(unit, compilers);
  if (!reports)
    return reports.error();
  std::vector<comparison> compared;
  for (auto& report : *reports)
    compared.push_back({book_.find(unit, report.tool()), &report});
  auto result = is_judge ? judge(compared, what.moved, what.what.targets,
                                 book_.verdicts(unit))
                         : judge_reader(compared, what.moved);
  for (auto& report : *reports)
    what.reports.push_back(std::move(report));
  return result;
}

std::vector<std::string>
trial_runner::other_readers(const trial& what, const std::string& unit) const {
  std::set<std::string> readers;
  for (auto& [file, bytes] : what.after)
    for (auto& reader : book_.readers(file))
      if (reader != unit && !book_.voices(reader).empty())
        readers.insert(reader);
  std::vector<std::pair<int, std::string>> order;
  for (auto& reader : readers)
    order.emplace_back(book_.files_read(reader), reader);
  std::sort(order.begin(), order.end());
  if (order.size() + 1 > few_readers)
    order.resize(1);
  std::vector<std::string> result;
  for (auto& [cost, reader] : order)
    result.push_back(reader);
  return result;
}

} // namespace cohort::runtime::execution
