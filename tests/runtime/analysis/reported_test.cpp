#include "runtime/analysis/reported.hpp"

#include <doctest/doctest.h>

#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/log_evidence.hpp"

namespace cohort::tests::reported_test {

using namespace cohort;
using namespace cohort::runtime::analysis;

namespace {

log_entry said(std::string file, uint32_t line, std::string message,
               std::string option = "",
               pb::Severity severity = pb::SEVERITY_ERROR) {
  log_entry entry;
  auto& error = entry.diagnostic;
  error.set_severity(severity);
  error.set_tool("log");
  error.mutable_location()->set_file(std::move(file));
  error.mutable_location()->set_line(line);
  error.set_message(std::move(message));
  error.set_option(std::move(option));
  return entry;
}

/// What checks found: a unit that reads one header, with these errors.
pb::Evidence found(const std::vector<log_entry>& errors) {
  pb::UnitReport report;
  report.set_unit("a.cc");
  report.set_tool("gcc");
  report.add_reads("a.cc");
  report.add_reads("a.h");
  for (auto& error : errors)
    *report.add_diagnostics() = error.diagnostic;
  return gather("tree", {report});
}

std::vector<unseen_cause> unseen(std::vector<log_entry> log,
                                 const pb::Evidence& here) {
  google::protobuf::RepeatedPtrField<pb::ReportedCause> causes;
  for (auto& cause : reported_causes(gather_log(std::move(log)))) {
    cause.set_is_missing(cause.file().empty() || cause.file() == "gone.rs");
    *causes.Add() = std::move(cause);
  }
  return unseen_causes(causes, {&here});
}

} // namespace

TEST_CASE("a log's causes say what, where and how much follows") {
  auto causes = reported_causes(
    gather_log({said("a.cc", 3, "unknown type name 'foo'"),
                said("a.cc", 9, "unknown type name 'foo'"),
                said("b.cc", 2, "unused variable 'x'", "-Wunused-variable")}));
  REQUIRE(causes.size() == 2);
  CHECK(causes[0].file() == "a.cc");
  CHECK(causes[0].line() == 3);
  CHECK(causes[0].tool() == "log");
  CHECK(causes[0].errors() == 2);
  CHECK(causes[1].option() == "-Wunused-variable");
}

TEST_CASE("a long log is cut, and so is a long message") {
  std::vector<log_entry> log;
  for (size_t i = 0; i < 2 * reported_causes_max; ++i)
    log.push_back(said("f" + std::to_string(i) + ".cc", 1,
                       "unknown type name 'n" + std::to_string(i) + "'"));
  log.front().diagnostic.set_message(std::string(999, 'x') + "\u00e9");
  auto causes = reported_causes(gather_log(std::move(log)));
  CHECK(causes.size() == reported_causes_max);
  CHECK(causes.front().message() == std::string(999, 'x') + '?');
}

TEST_CASE("the task's words say how much there is") {
  auto one = gather_log({said("a.cc", 3, "unknown type name 'foo'")});
  CHECK(log_task(one, "ci.log") == "fix the 1 error that ci.log reports");
  auto warnings = gather_log(
    {said("a.cc", 3, "unused variable 'x'", "-Wunused", pb::SEVERITY_WARNING),
     said("a.cc", 4, "unused variable 'y'", "-Wunused", pb::SEVERITY_WARNING)});
  CHECK(log_task(warnings, "ci.log")
        == "fix the 2 warnings that ci.log reports");
}

TEST_CASE("what checks find near, of the same type, or in the same words, is "
          "what the log means") {
  auto here = found({said("a.cc", 100, "unknown type name 'foo'")});
  CHECK(unseen({said("a.cc", 7, "'foo' does not name a type")}, here).empty());
  CHECK(unseen({said("a.cc", 98, "something else is wrong")}, here).empty());
  CHECK(unseen({said("a.cc", 7, "something else is wrong")}, here).size() == 1);
  CHECK(
    unseen({said("a.cc", 99, "unused variable 'x'", "-Wunused-variable")}, here)
      .size()
    == 1);
  CHECK(unseen({said("a.h", 100, "unknown type name 'foo'")}, here).size()
        == 1);
  auto odd = found({said("a.cc", 100, "what is this")});
  CHECK(unseen({said("a.cc", 7, "what is this")}, odd).empty());
  CHECK(unseen({said("a.cc", 7, "what is that")}, odd).size() == 1);
}

TEST_CASE("what clang-tidy's log says is what its check finds") {
  constexpr auto logged = "use nullptr [modernize-use-nullptr]";
  auto causes = reported_causes(gather_log({said("a.cc", 3, logged)}));
  REQUIRE(causes.size() == 1);
  CHECK(causes[0].message() == "use nullptr");
  CHECK(causes[0].option() == "modernize-use-nullptr");
  auto here = found({said("a.cc", 50, "use nullptr", "modernize-use-nullptr")});
  CHECK(unseen({said("a.cc", 3, logged)}, here).empty());
  auto other = found({said("a.cc", 3, "use auto", "modernize-use-auto")});
  CHECK(unseen({said("a.cc", 3, logged)}, other).size() == 1);
  // Two compilers word a warning differently.
  auto warned
    = found({said("a.cc", 50, "unused x", "-Werror=unused-variable")});
  CHECK(
    unseen({said("a.cc", 3, "x is never used", "-Wunused-variable")}, warned)
      .empty());
}

TEST_CASE("one of several evidences is enough") {
  google::protobuf::RepeatedPtrField<pb::ReportedCause> causes;
  *causes.Add() = reported_causes(
    gather_log({said("a.cc", 3, "unknown type name 'foo'")}))[0];
  auto none = found({});
  auto later = found({said("a.cc", 3, "unknown type name 'foo'")});
  CHECK(unseen_causes(causes, {&none}).size() == 1);
  CHECK(unseen_causes(causes, {&none, &later}).empty());
}

TEST_CASE("what somebody sent as causes is looked at") {
  google::protobuf::RepeatedPtrField<pb::ReportedCause> causes;
  auto& cause = *causes.Add();
  for (auto* file : {"a.cc", "src/a.cc", "..a"}) {
    cause.set_file(file);
    CHECK(why_no_causes(causes) == "");
  }
  for (auto* file : {"", "/x", "../x", "a/../b", "a//b", "./a", "."}) {
    CAPTURE(file);
    cause.set_file(file);
    CHECK(why_no_causes(causes) != "");
  }
  cause.set_is_missing(true);
  CHECK(why_no_causes(causes) == "");
  cause.set_message(std::string(5000, 'x'));
  CHECK(why_no_causes(causes) != "");
  cause.clear_message();
  for (size_t i = 0; i < reported_causes_max; ++i)
    *causes.Add() = causes[0];
  CHECK(why_no_causes(causes) != "");
}

TEST_CASE("a log's warnings stay warnings") {
  auto causes = reported_causes(
    gather_log({said("a.cc", 3, "unused", "-Wunused", pb::SEVERITY_WARNING)}));
  REQUIRE(causes.size() == 1);
  CHECK(as_diagnostic(causes[0]).severity() == pb::SEVERITY_WARNING);
}

TEST_CASE("an unseen cause says what may help") {
  auto here = found({});
  auto why = [&](log_entry entry) {
    auto all = unseen({std::move(entry)}, here);
    REQUIRE(all.size() == 1);
    return why_unseen(all.front());
  };
  auto has = [](const std::string& text, const char* part) {
    return text.find(part) != text.npos;
  };
  CHECK(has(why(said("a.h", 3, "unused variable 'x'", "-Wunused-variable")),
            "--warnings=-Wunused-variable"));
  CHECK(
    has(why(said("a.h", 3,
                 "use nullptr [modernize-use-nullptr,-warnings-as-errors]")),
        "--checks=modernize-use-nullptr"));
  CHECK(has(why(said("a.h", 3, "expected ';' [not-a-check]")), "-p"));
  CHECK(has(why(said("main.rs", 3, "mismatched types")), "languages"));
  CHECK(has(why(said("gone.rs", 3, "mismatched types")), "no such file"));
  CHECK(has(why(said("", 0, "undefined reference to 'f'")), "do not"));
}

TEST_CASE("what nothing here checks is told as its author's reports") {
  auto all = unseen({said("main.rs", 3, "mismatched types"),
                     said("main.rs", 9, "cannot find value `x`"),
                     said("gone.rs", 1, "expected type"),
                     said("lib.rs", 1, "expected one of `;` or `}`"),
                     said("a.h", 1, "expected ';'"),
                     said("", 0, "undefined reference to 'f'")},
                    found({}));
  CHECK(all.size() == 6);
  auto reports = as_reports(all);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].unit() == "lib.rs");
  CHECK(reports[1].unit() == "main.rs");
  CHECK(reports[1].diagnostics_size() == 2);
  CHECK(reports[1].reads_size() == 1);
  CHECK(!reports[1].ok());
  auto evidence = gather("", reports);
  CHECK(count_errors(evidence) == 3);
}

} // namespace cohort::tests::reported_test
