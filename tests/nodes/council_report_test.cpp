#include "nodes/council_report.hpp"

#include <doctest/doctest.h>

#include "runtime/council/review.hpp"
#include "tests/support/evidence_builder.hpp"
#include "tests/support/golden.hpp"

namespace cohort::tests::council_report_test {

using namespace cohort;
namespace pb = messages::v1;

namespace {

/// A plan with something for each judge: headers apart that one unit reads, a
/// source before its header, a heavy subtask, tiny ones, and a kind that fails.
pb::ReviewRequest troubled_plan() {
  auto unit = [](const std::string& name, std::vector<std::string> reads = {}) {
    std::vector<pb::Diagnostic> errors{make_error(name, 1)};
    for (auto& header : reads)
      errors.push_back(make_error(header, 1));
    return make_unit(name, std::move(reads), std::move(errors));
  };
  pb::ReviewRequest request;
  *request.mutable_evidence() = runtime::analysis::gather(
    "t", {unit("both.cc", {"x.hpp", "y.hpp"}), unit("reader.cc", {"z.hpp"}),
          unit("a.cc"), unit("b.cc"), unit("c.cc"), unit("tiny1.cc"),
          unit("tiny2.cc"), make_unit("fine.cc", {"z.hpp"})});
  request.set_workers(3);
  auto add = [&](const std::string& id, const std::vector<std::string>& files,
                 double effort) -> pb::Subtask& {
    auto& subtask = *request.mutable_decomposition()->add_subtasks();
    subtask.set_id(id);
    subtask.set_effort_seconds(effort);
    subtask.mutable_specialty()->set_kind(
      pb::SPECIALTY_KIND_COMPILATION_ERRORS);
    auto& evidence = request.evidence();
    for (auto& file : files) {
      subtask.add_files(file);
      for (int i = 0; i < evidence.diagnostics_size(); ++i)
        if (evidence.diagnostics(i).location().file() == file)
          subtask.add_diagnostics(static_cast<uint32_t>(i));
    }
    return subtask;
  };
  add("s1", {"x.hpp"}, 2);
  add("s2", {"both.cc", "y.hpp"}, 2);
  add("s3", {"reader.cc"}, 1);
  add("s4", {"z.hpp"}, 1).add_depends_on()->set_subtask_id("s3");
  add("s5", {"a.cc", "b.cc", "c.cc"}, 30);
  add("s6", {"tiny1.cc"}, 0.01);
  auto& fails = add("s7", {"tiny2.cc"}, 0.01);
  fails.set_error_type("macro");
  auto& record = *request.add_record();
  record.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  record.set_error_type("macro");
  record.set_failed(9);
  record.set_succeeded(2);
  auto& judge = *request.add_judges();
  judge.set_judge("history");
  judge.set_predictions(40);
  judge.set_brier_sum(2);
  return request;
}

} // namespace

TEST_CASE("an explanation has every finding, wish and expectation") {
  auto outcome = runtime::council::review(
    troubled_plan(), runtime::council::judges_without(""), {}, {});
  CHECK(outcome.approved());
  pb::TaskResult result;
  *result.mutable_verdicts() = outcome.verdicts();
  auto text = nodes::council_text(result, true);
  CHECK(text == golden("plan_council.txt", text));
  auto brief = nodes::council_text(result, false);
  CHECK(brief.find("expects") == std::string::npos);
  CHECK(brief.find("council, round 2") != std::string::npos);
}

TEST_CASE("where nobody was asked, nothing is said") {
  CHECK(nodes::council_text({}, true).empty());
}

} // namespace cohort::tests::council_report_test
