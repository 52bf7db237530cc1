#include "nodes/audit_story.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "nodes/report.hpp"
#include "nodes/report_words.hpp"

namespace cohort::nodes {

namespace {

namespace pb = messages::v1;

constexpr size_t text_width = 100;

/// Enough of a tree's name to tell it from others.
std::string tree_name(const std::string& tree) {
  return tree.empty() ? "none" : "tree " + tree.substr(0, 12);
}

std::string detail(const std::string& text) {
  return "                                " + text + '\n';
}

/// The decision, and the lines below it.
struct told {
  std::string what;
  std::string details;
};

told tell(const pb::TaskAcceptedEvent& event) {
  auto& request = event.request();
  told result{"accepted, mode " + mode_name(request.mode()),
              detail(cut(request.description(), text_width))
                + detail("in " + request.workspace_root())};
  if (!request.chaos().empty())
    result.details += detail("chaos, as asked for: " + request.chaos());
  if (request.plan_only())
    result.what += ", to be planned only";
  return result;
}

told tell(const pb::SnapshotTaken& event) {
  return {"snapshot: " + tree_name(event.tree()) + ", "
            + counted(static_cast<int64_t>(event.files()), "file"),
          ""};
}

told tell(const pb::WorkspacePrepared& event) {
  auto& workspace = event.workspace();
  return {"prepared: " + counted(workspace.units_size(), "unit") + ", "
            + listed(workspace.compilers())
            + (workspace.has_tests() ? ", with tests" : ", without tests"),
          ""};
}

std::string reports_text(
  const google::protobuf::RepeatedPtrField<pb::UnitReport>& reports) {
  auto failing = std::count_if(reports.begin(), reports.end(),
                               [](auto& report) { return !report.ok(); });
  return counted(reports.size(), "check") + ", " + std::to_string(failing)
         + (failing == 1 ? " fails" : " fail");
}

told tell(const pb::EvidenceGathered& event) {
  return {"evidence: " + reports_text(event.reports()), ""};
}

told tell(const pb::TaskRouted& event) {
  auto& decision = event.decision();
  told result{"routed: " + mode_name(decision.mode()) + " (score "
                + number(decision.score().score()) + " +- "
                + number(decision.score().uncertainty()) + ")",
              ""};
  for (auto& reason : decision.score().reasons())
    result.details += detail((reason.contribution() < 0 ? "" : "+")
                             + number(reason.contribution()) + "  "
                             + cut(reason.text(), text_width));
  for (auto& reason : decision.reasons())
    result.details += detail(cut(reason.text(), text_width));
  if (decision.benefit().speedup() > 0)
    result.details += detail("predicted speed-up "
                             + number(decision.benefit().speedup()) + " ("
                             + number(decision.benefit().speedup_low()) + " to "
                             + number(decision.benefit().speedup_high()) + ')');
  return result;
}

told tell(const pb::CoordinatorStarted& event) {
  return {"coordinator start " + std::to_string(event.start()), ""};
}

told tell(const pb::RoundStarted& event) {
  return {"round " + std::to_string(event.round()) + " begins on "
            + tree_name(event.base_tree()),
          ""};
}

told tell(const pb::TaskDecomposed& event) {
  auto& plan = event.decomposition();
  told result{"split into " + counted(plan.subtasks_size(), "subtask") + " ("
                + plan.strategy() + ")",
              ""};
  for (auto& subtask : plan.subtasks()) {
    auto line = padded(subtask.id(), 5) + cut(subtask.title(), text_width)
                + " (" + counted(subtask.diagnostics_size(), "error");
    for (auto& dependency : subtask.depends_on())
      line += ", after " + dependency.subtask_id();
    result.details += detail(line + ')');
  }
  return result;
}

told tell(const pb::CouncilDecided& event) {
  auto& outcome = event.outcome();
  told result{std::string{outcome.approved() ? "approved" : "refused"} + " in "
                + counted(outcome.rounds(), "round") + ": "
                + cut(outcome.reason(), text_width),
              ""};
  for (auto& verdict : outcome.verdicts()) {
    result.details += detail(padded(verdict.judge(), 13)
                             + padded(name_of(verdict.opinion()), 9)
                             + "probability " + number(verdict.probability())
                             + ", weight " + number(verdict.weight()));
    for (auto& finding : verdict.findings())
      result.details += detail("  " + number(finding.severity()) + "  "
                               + cut(finding.text(), text_width));
  }
  if (!outcome.absent().empty())
    result.details += detail("absent: " + listed(outcome.absent()));
  return result;
}

told tell(const pb::SubtaskDispatched& event) {
  return {event.subtask_id() + " dispatched on " + tree_name(event.base_tree()),
          ""};
}

std::string attempt_text(const pb::AttemptResult& result) {
  auto& tries = result.repair().attempts();
  auto kept = std::count_if(tries.begin(), tries.end(),
                            [](auto& one) { return one.kept(); });
  return "attempt " + std::to_string(result.attempt()) + " by "
         + result.worker() + ": " + std::to_string(kept) + " of "
         + std::to_string(tries.size()) + " tried fixes kept, "
         + counted(result.repair().left_size(), "error") + " left";
}

told tell(const pb::SubtaskCompleted& event) {
  return {event.subtask_id() + " completed, " + attempt_text(event.result()),
          event.result().has_patch()
            ? detail(tree_name(event.result().patch().result_tree()) + ": "
                     + listed(event.result().patch().files()))
            : ""};
}

told tell(const pb::SubtaskFailed& event) {
  return {event.subtask_id() + " failed after "
            + counted(event.attempts(), "attempt")
            + (event.worker().empty() ? "" : ", the last by " + event.worker()),
          detail(cut(event.error().message(), text_width))};
}

told tell(const pb::PatchMerged& event) {
  return {event.subtask_id() + " merged: " + tree_name(event.tree()),
          event.files().empty() ? "" : detail(listed(event.files()))};
}

told tell(const pb::PatchConflicted& event) {
  return {event.subtask_id() + " conflicts, "
            + counted(event.rebase_attempts(), "attempt") + " on a newer base",
          detail(listed(event.files()))};
}

told tell(const pb::PatchWithdrawn& event) {
  return {event.subtask_id() + " taken out again: " + tree_name(event.tree()),
          detail(cut(event.why(), text_width))};
}

told tell(const pb::RoundChecked& event) {
  return {"round " + std::to_string(event.round())
            + " checked: " + reports_text(event.reports()),
          ""};
}

told tell(const pb::RoundFinished& event) {
  return {"round " + std::to_string(event.round())
            + " ends: " + tree_name(event.tree()),
          ""};
}

told tell(const pb::CoordinationFinished& event) {
  return {std::string{"coordination ends: "} + tree_name(event.tree())
            + (event.needs_fallback() ? ", the fallback is needed" : ""),
          event.why().empty() ? "" : detail(cut(event.why(), text_width))};
}

told tell(const pb::FilesReverted& event) {
  return {"taken back: " + listed(event.files()) + "; now "
            + tree_name(event.tree()),
          event.why().empty() ? "" : detail(cut(event.why(), text_width))};
}

std::string culprit_name(const pb::Culprit& culprit) {
  auto result = culprit.file();
  for (auto& lines : culprit.lines())
    result += ':' + std::to_string(lines.first())
              + (lines.last() <= lines.first()
                   ? ""
                   : '-' + std::to_string(lines.last()));
  return result;
}

told tell(const pb::CulpritsFound& event) {
  std::string names;
  std::string tests;
  for (auto& culprit : event.culprits()) {
    names += (names.empty() ? "" : ", ") + culprit_name(culprit);
    for (auto& test : culprit.tests())
      tests += (tests.empty() ? "fails with it: " : ", ") + test;
  }
  return {"left out: " + names + "; now " + tree_name(event.tree()) + " ("
            + std::to_string(event.checks()) + " builds with tests)",
          tests.empty() ? "" : detail(cut(tests, text_width))};
}

told tell(const pb::ResultDelivered& event) {
  auto what = !event.branch().empty()       ? "branch " + event.branch()
              : !event.patch_file().empty() ? event.patch_file()
                                            : std::string{"nothing"};
  return {"delivered: " + what
            + (event.applied() ? ", applied to the working tree" : ""),
          event.apply_refused().empty()
            ? ""
            : detail("not applied: " + cut(event.apply_refused(), text_width))};
}

told tell(const pb::FallbackStarted& event) {
  return {"falls back to one worker, on " + tree_name(event.tree()),
          event.why().empty() ? "" : detail(cut(event.why(), text_width))};
}

told tell(const pb::FallbackFinished& event) {
  return {"one worker is done: " + tree_name(event.tree()) + ", "
            + attempt_text(event.result()),
          ""};
}

told tell(const pb::GatesChecked& event) {
  return {"checked for the gates: " + reports_text(event.reports()), ""};
}

told tell(const pb::DeadlinePassed&) {
  return {"the task's time is over", ""};
}

told tell(const pb::CancelDecided& event) {
  return {"cancelled", detail(cut(event.reason(), text_width))};
}

told tell(const pb::TaskResumed& event) {
  return {"resumed in another process, time " + std::to_string(event.time()),
          ""};
}

told tell(const pb::BreakerOpened& event) {
  return {"breaker opened: " + event.what() + " gets nothing for a while",
          event.why().empty() ? "" : detail(cut(event.why(), text_width))};
}

told tell(const pb::BreakerClosed& event) {
  return {"breaker closed: " + event.what() + " works again", ""};
}

told tell(const pb::GatesDecided& event) {
  told result{"gates of " + tree_name(event.tree()), ""};
  for (auto& report : event.reports())
    result.details += detail(padded(name_of(report.kind()), 13)
                             + padded(name_of(report.verdict()), 14)
                             + cut(report.details(), text_width));
  return result;
}

told tell(const pb::TaskFinished& event) {
  auto& result = event.result();
  return {"finished: " + std::string{outcome_name(result.outcome())},
          detail(cut(result.summary(), text_width))};
}

told tell(const pb::Event& event) {
  switch (event.payload_case()) {
    case pb::Event::kAccepted:
      return tell(event.accepted());
    case pb::Event::kSnapshot:
      return tell(event.snapshot());
    case pb::Event::kPrepared:
      return tell(event.prepared());
    case pb::Event::kEvidence:
      return tell(event.evidence());
    case pb::Event::kRouted:
      return tell(event.routed());
    case pb::Event::kCoordinatorStarted:
      return tell(event.coordinator_started());
    case pb::Event::kRoundStarted:
      return tell(event.round_started());
    case pb::Event::kDecomposed:
      return tell(event.decomposed());
    case pb::Event::kCouncil:
      return tell(event.council());
    case pb::Event::kDispatched:
      return tell(event.dispatched());
    case pb::Event::kCompleted:
      return tell(event.completed());
    case pb::Event::kFailed:
      return tell(event.failed());
    case pb::Event::kMerged:
      return tell(event.merged());
    case pb::Event::kConflicted:
      return tell(event.conflicted());
    case pb::Event::kWithdrawn:
      return tell(event.withdrawn());
    case pb::Event::kRoundFinished:
      return tell(event.round_finished());
    case pb::Event::kRoundChecked:
      return tell(event.round_checked());
    case pb::Event::kCoordinationFinished:
      return tell(event.coordination_finished());
    case pb::Event::kFallbackStarted:
      return tell(event.fallback_started());
    case pb::Event::kFallbackFinished:
      return tell(event.fallback_finished());
    case pb::Event::kGates:
      return tell(event.gates());
    case pb::Event::kFinished:
      return tell(event.finished());
    case pb::Event::kReverted:
      return tell(event.reverted());
    case pb::Event::kDelivered:
      return tell(event.delivered());
    case pb::Event::kGatesChecked:
      return tell(event.gates_checked());
    case pb::Event::kDeadlinePassed:
      return tell(event.deadline_passed());
    case pb::Event::kCancelled:
      return tell(event.cancelled());
    case pb::Event::kResumed:
      return tell(event.resumed());
    case pb::Event::kCulpritsFound:
      return tell(event.culprits_found());
    case pb::Event::kBreakerOpened:
      return tell(event.breaker_opened());
    case pb::Event::kBreakerClosed:
      return tell(event.breaker_closed());
    case pb::Event::PAYLOAD_NOT_SET:
      break;
  }
  return {"an event that this cohort does not know", ""};
}

/// Terminals must not obey what compilers said.
std::string printable(std::string text) {
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < ' ' && c != '\n')
      c = '?';
  return text;
}

} // namespace

double seconds_of(const pb::Event& event) {
  return static_cast<double>(event.time().seconds())
         + event.time().nanos() / 1e9;
}

std::string date_of(double seconds) {
  auto time = static_cast<std::time_t>(seconds);
  std::tm utc{};
  char text[64] = "unknown";
  if (gmtime_r(&time, &utc) != nullptr)
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc);
  return text;
}

std::string story_of(const pb::Event& event, double began) {
  auto [what, details] = tell(event);
  char time[32];
  std::snprintf(time, sizeof time, "%8.1f s  ", seconds_of(event) - began);
  auto text = time + padded(event.actor(), 21) + what + '\n';
  if (!event.reason().empty())
    text += detail("because: " + cut(event.reason(), text_width));
  return printable(text + details);
}

} // namespace cohort::nodes
