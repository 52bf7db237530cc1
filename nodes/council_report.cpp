#include "nodes/council_report.hpp"

#include "nodes/report_words.hpp"

namespace cohort::nodes {

namespace {

namespace pb = messages::v1;

std::string wish_in_words(const pb::Amendment& amendment) {
  auto& x = amendment.first();
  auto& y = amendment.second();
  switch (amendment.kind()) {
    case pb::AMENDMENT_KIND_MERGE:
      return "merge " + y + " into " + x;
    case pb::AMENDMENT_KIND_ORDER:
      return y + " waits for " + x;
    case pb::AMENDMENT_KIND_SPLIT:
      return "split " + x;
    case pb::AMENDMENT_KIND_DROP:
      return "leave out " + x;
    case pb::AMENDMENT_KIND_REASSIGN:
      return "give " + x + " to "
             + (amendment.specialty().kind() == pb::SPECIALTY_KIND_GENERALIST
                  ? "a generalist"
                  : "another specialty");
    default:
      return "something unknown";
  }
}

std::string expectation_in_words(const pb::Prediction& prediction) {
  auto of_any = prediction.subtasks().empty();
  auto who = of_any ? "a subtask" : listed(prediction.subtasks());
  switch (prediction.kind()) {
    case pb::FINDING_KIND_CONFLICT:
      return of_any ? "two subtasks conflict or break together"
                    : who + " conflict or break together";
    case pb::FINDING_KIND_IMBALANCE:
      return who + " takes half as long again as its fair share";
    case pb::FINDING_KIND_REGRESSION:
      return who + " breaks a unit that compiles now";
    case pb::FINDING_KIND_GRANULARITY:
      return "overhead takes most of the time";
    case pb::FINDING_KIND_HISTORY:
      return who + " fails, conflicts or is withdrawn";
    default:
      return "something unknown";
  }
}

void add_explanation(const pb::Verdict& verdict, std::string& out) {
  for (auto& finding : verdict.findings())
    out += "      found    " + number(finding.severity()) + "  "
           + (finding.subtasks().empty() ? ""
                                         : listed(finding.subtasks()) + ": ")
           + finding.text() + '\n';
  for (auto& amendment : verdict.amendments())
    out += "      asks for       " + wish_in_words(amendment) + '\n';
  for (auto& prediction : verdict.predictions())
    out += "      expects  " + number(prediction.probability()) + "  "
           + expectation_in_words(prediction) + '\n';
}

} // namespace

std::string council_text(const pb::TaskResult& result, bool explain) {
  std::string out;
  auto& verdicts = result.verdicts();
  auto has_rounds = !verdicts.empty() && verdicts.rbegin()->round() > 1;
  uint32_t round = 0;
  for (auto& verdict : verdicts) {
    if (out.empty() || verdict.round() != round)
      out += "\ncouncil"
             + (has_rounds ? ", round " + std::to_string(verdict.round()) : "")
             + '\n';
    round = verdict.round();
    out += "  " + padded(verdict.judge(), 14)
           + padded(name_of(verdict.opinion()), 10) + "probability "
           + number(verdict.probability()) + ", weight "
           + number(verdict.weight()) + '\n';
    if (explain)
      add_explanation(verdict, out);
  }
  return out;
}

} // namespace cohort::nodes
