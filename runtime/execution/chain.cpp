#include "runtime/execution/chain.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/execution/checker.hpp"
#include "runtime/execution/executors/compiled_part.hpp"

namespace cohort::runtime::execution {

namespace {

struct link {
  std::string name;
  std::unique_ptr<executor> who;
};

/// Those that can do anything for the unit.
std::vector<link> links_of(const pb::RepairUnit& unit,
                           const executor_context& context) {
  std::vector<link> result;
  auto add = [&](std::string name, std::unique_ptr<executor> who) {
    if (who && who->can_help(unit, context))
      result.push_back({std::move(name), std::move(who)});
  };
  for (auto& what : unit.executors())
    add(what.name(), make_executor(what, context.natives));
  if (unit.executors().empty())
    add("fixit", make_fixit_executor());
  return result;
}

std::string why_nobody(const pb::RepairReport& report) {
  std::string result = "no executor could";
  if (report.executors().empty())
    return result + ": none of them works on files like these";
  auto separator = ": ";
  for (auto& run : report.executors()) {
    result += separator + run.executor() + ": " + run.outcome();
    separator = "; ";
  }
  return result;
}

class chain {
public:
  chain(const pb::RepairUnit& unit, const executor_context& context,
        pb::ExecutionMetrics& metrics)
    : unit_{unit},
      context_{context},
      metrics_{metrics},
      checker_{checks_of(fixit_context_of(context)), metrics},
      evidence_{unit, context.project, context.unit.toolchain(), checker_} {
    // nop
  }

  expected<pb::RepairReport> run() {
    for (auto& report : unit_.known())
      known_[key_of_report(report)] = report;
    auto links = links_of(unit_, context_);
    for (size_t i = 0; i < links.size(); ++i) {
      auto is_over = pass(links[i], i + 1 == links.size());
      if (!is_over)
        return is_over.error();
      if (*is_over)
        break;
    }
    if (links.empty()) {
      if (auto done = complete({}); !done)
        return done.error();
      take_left(evidence_.left(why_nobody(report_)));
    }
    for (auto& name : made_here_)
      *report_.add_checked() = known_.at(name);
    return std::move(report_);
  }

private:
  using key = std::pair<std::string, std::string>; // Unit and tool.

  static key key_of_report(const pb::UnitReport& report) {
    return {report.unit(), report.tool()};
  }

  /// Whether the unit has to go elsewhere when an executor cannot work here:
  /// nobody else is left to ask, and nobody made anything that would be lost.
  [[nodiscard]] bool is_needed(bool is_last) const {
    return is_last
           && std::none_of(report_.executors().begin(),
                           report_.executors().end(),
                           [](auto& run) { return run.helped(); });
  }

  /// Returns whether nothing more is to be done.
  expected<bool> pass(link& next, bool is_last) {
    if (next.who->sees_all_checks())
      if (auto done = complete({}); !done)
        return done.error();
    auto before = context_.slot.capture();
    if (!before)
      return before.error();
    auto begin = std::chrono::steady_clock::now();
    auto done = next.who->work(unit_now(), evidence_, context_, metrics_);
    if (!done)
      return done.error();
    if (done->elsewhere && is_needed(is_last))
      return error{errc::busy, done->outcome};
    auto after = context_.slot.capture();
    if (!after)
      return after.error();
    auto files = context_.slot.store().changed_files(*before, *after);
    if (!files)
      return files.error();
    note(next.name, *done, *files, std::chrono::steady_clock::now() - begin);
    learn(*files,
          {done->report.checked().begin(), done->report.checked().end()});
    for (auto& attempt : *done->report.mutable_attempts())
      *report_.add_attempts() = std::move(attempt);
    keep_words(done->report, next.who->sees_all_checks());
    return settle(*done, next.who->sees_all_checks(), is_last);
  }

  /// The unit, with what holds for the worktree as it is now.
  [[nodiscard]] pb::RepairUnit unit_now() const {
    pb::RepairUnit result;
    *result.mutable_subtask() = unit_.subtask();
    *result.mutable_compilers() = unit_.compilers();
    *result.mutable_scope() = unit_.scope();
    result.set_description(unit_.description());
    for (auto& [name, report] : known_)
      *result.add_known() = report;
    return result;
  }

  void note(const std::string& name, const executor_result& done,
            const std::vector<std::string>& files,
            std::chrono::duration<double> took) {
    auto& run = *report_.add_executors();
    run.set_executor(name);
    run.set_helped(!files.empty());
    run.set_outcome(done.outcome);
    run.set_seconds(took.count());
    run.mutable_files()->Assign(files.begin(), files.end());
    run.set_cost(done.cost);
  }

  /// Takes in what holds after a change of `files`.
  void learn(const std::vector<std::string>& files,
             const std::vector<pb::UnitReport>& fresh) {
    evidence_.changed(files, fresh);
    std::erase_if(known_, [&](auto& entry) {
      return !files.empty() && !holds_after(entry.second, files);
    });
    std::erase_if(made_here_,
                  [&](auto& name) { return known_.count(name) == 0; });
    for (auto& report : fresh) {
      known_[key_of_report(report)] = report;
      made_here_.insert(key_of_report(report));
    }
  }

  expected<void> complete(const std::set<std::string>& tools) {
    if (auto done = evidence_.complete(tools); !done)
      return done;
    learn({}, evidence_.checked());
    return {};
  }

  /// Whether the subtask's checks hold, or nobody else can be asked. One who
  /// worked alone, and sees what compilers say and nothing else, has the better
  /// words about that; to ask them once more would tell nothing new.
  expected<bool> settle(const executor_result& done, bool sees_all,
                        bool is_last) {
    auto is_alone = is_last && !sees_all && report_.executors_size() == 1;
    auto tools = evidence_.file_tools();
    if (!is_alone || !tools.empty())
      if (auto made = complete(is_alone ? tools : std::set<std::string>{});
          !made)
        return made.error();
    if (is_alone)
      take_left({done.report.left().begin(), done.report.left().end()});
    if (is_alone && tools.empty())
      return true;
    auto left = evidence_.left(why_nobody(report_),
                               is_alone ? tools : std::set<std::string>{});
    if (!left.empty() && !is_last)
      return false;
    take_left(std::move(left));
    return true;
  }

  /// Who sees a part of the checks knows best why something of that is left;
  /// until somebody worked who saw all of them.
  void keep_words(const pb::RepairReport& report, bool sees_all) {
    if (sees_all)
      words_.clear();
    else
      for (auto& one : report.left())
        words_[place_of(one)] = one;
  }

  void take_left(std::vector<pb::Leftover> left) {
    for (auto& one : left) {
      if (auto known = words_.find(place_of(one)); known != words_.end()) {
        one.set_reason(known->second.reason());
        one.set_blockage(known->second.blockage());
      }
      *report_.add_left() = std::move(one);
    }
  }

  static std::pair<std::string, std::string>
  place_of(const pb::Leftover& left) {
    return {left.diagnostic().location().file(), left.diagnostic().message()};
  }

  const pb::RepairUnit& unit_;
  const executor_context& context_;
  pb::ExecutionMetrics& metrics_;
  compiler_checker checker_;
  subtask_evidence evidence_;
  std::map<key, pb::UnitReport> known_; // About the worktree as it is now.
  std::set<key> made_here_;             // Those of them that are new.
  std::map<std::pair<std::string, std::string>, pb::Leftover>
    words_; // By file and message.
  pb::RepairReport report_;
};

} // namespace

expected<pb::RepairReport> run_chain(const pb::RepairUnit& unit,
                                     const executor_context& context,
                                     pb::ExecutionMetrics& metrics) {
  return chain{unit, context, metrics}.run();
}

} // namespace cohort::runtime::execution
