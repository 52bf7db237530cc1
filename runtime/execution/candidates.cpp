#include "runtime/execution/candidates.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "runtime/execution/guards.hpp"

namespace cohort::runtime::execution {

namespace {

/// A fix as it is collected: what it is, and the lines whose errors offer it.
struct proposal {
  candidate what;
  std::set<std::string> voters;
  size_t order = 0; // Of first appearance.
};

struct line_entry {
  size_t rank = SIZE_MAX;        // Earliest position among a compiler's lines.
  std::vector<std::string> keys; // Proposals of its errors.
  std::vector<std::pair<const pb::Diagnostic*, std::string>> errors; // By tool.
};

struct collected {
  std::map<uint32_t, line_entry> lines;
  std::map<std::string, proposal> proposals;
};

void collect_fix(const pb::Diagnostic& error, const pb::Fix& fix,
                 const std::string& tool, collected& result) {
  if (fix.edits().empty())
    return;
  auto key = key_of(fix);
  auto [entry, is_new] = result.proposals.try_emplace(key);
  auto& proposal = entry->second;
  if (is_new) {
    proposal.what.fix = fix;
    proposal.order = result.proposals.size();
  }
  // Offered with the error itself by one of them: more than an alternative.
  proposal.what.fix.set_on_note(proposal.what.fix.on_note() && fix.on_note());
  proposal.voters.insert(tool);
  proposal.what.targets.push_back(
    {tool, error.location().file(), error.location().line(), error.message()});
  auto& keys = result.lines[error.location().line()].keys;
  if (std::find(keys.begin(), keys.end(), key) == keys.end())
    keys.push_back(key);
}

void collect_report(const pb::UnitReport& report, const std::string& file,
                    collected& result) {
  size_t rank = 0;
  std::set<uint32_t> seen;
  for (auto& error : report.diagnostics()) {
    if (!is_error(error) || error.location().file() != file)
      continue;
    auto line = error.location().line();
    result.lines[line].errors.emplace_back(&error, report.tool());
    if (seen.insert(line).second) {
      auto& entry = result.lines[line];
      entry.rank = std::min(entry.rank, rank++);
    }
    for (auto& fix : error.fixes())
      collect_fix(error, fix, report.tool(), result);
  }
}

size_t size_of(const pb::Fix& fix) {
  size_t result = 0;
  for (auto& edit : fix.edits())
    result += edit.end() - edit.begin() + edit.replacement().size();
  return result;
}

bool all_structural(const pb::Fix& fix) {
  return std::all_of(fix.edits().begin(), fix.edits().end(), is_structural);
}

/// One declaration for all uses, instead of a qualification of each.
bool is_using_declaration(const pb::Fix& fix) {
  return fix.edits(0).replacement().starts_with("using ");
}

/// Smaller is tried first.
auto preference(const proposal& x) {
  return std::tuple{!is_using_declaration(x.what.fix),
                    x.voters.size() < 2,
                    x.what.fix.on_note(),
                    !all_structural(x.what.fix),
                    size_of(x.what.fix),
                    x.order};
}

error_place make_place(uint32_t line, const line_entry& entry,
                       const collected& all, const fix_guard& guard,
                       size_t limit) {
  error_place result;
  result.line = line;
  std::vector<const proposal*> list;
  for (auto& key : entry.keys)
    list.push_back(&all.proposals.at(key));
  std::sort(list.begin(), list.end(),
            [](auto* a, auto* b) { return preference(*a) < preference(*b); });
  for (auto* proposal : list) {
    auto what = proposal->what;
    what.fix.mutable_voters()->Assign(proposal->voters.begin(),
                                      proposal->voters.end());
    if (auto why = guard(what.fix))
      result.refusal = *why;
    else if (result.candidates.size() < limit)
      result.candidates.push_back(std::move(what));
  }
  return result;
}

} // namespace

bool is_error(const pb::Diagnostic& diagnostic) {
  return diagnostic.severity() == pb::SEVERITY_ERROR
         || diagnostic.severity() == pb::SEVERITY_FATAL;
}

std::string key_of(const pb::Fix& fix) {
  std::string key;
  for (auto& edit : fix.edits())
    for (auto& part : {edit.file(), std::to_string(edit.begin()),
                       std::to_string(edit.end()), edit.replacement()})
      key += std::to_string(part.size()) + ':' + part;
  return key;
}

std::vector<error_place>
leading_places(const std::vector<const pb::UnitReport*>& reports,
               const std::string& file, const fix_guard& guard,
               const fix_source& more, const place_limits& limits) {
  collected all;
  for (auto* report : reports)
    collect_report(*report, file, all);
  std::vector<std::pair<size_t, uint32_t>> order;
  for (auto& [line, entry] : all.lines)
    order.emplace_back(entry.rank, line);
  std::sort(order.begin(), order.end());
  std::vector<error_place> result;
  size_t with_candidates = 0;
  for (auto& [rank, line] : order) {
    if (result.size() == limits.lines || with_candidates == limits.places)
      break;
    if (more)
      for (auto& [error, tool] : all.lines.at(line).errors)
        for (auto& fix : more(*error))
          collect_fix(*error, fix, tool, all);
    result.push_back(
      make_place(line, all.lines.at(line), all, guard, limits.candidates));
    with_candidates += result.back().candidates.empty() ? 0 : 1;
  }
  return result;
}

} // namespace cohort::runtime::execution
