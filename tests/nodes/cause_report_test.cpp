#include "nodes/cause_report.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::cause_report_test {

using namespace cohort;
using namespace cohort::nodes;
using cohort::tests::make_error;
using cohort::tests::make_unit;
using nlohmann::json;

namespace {

// "é" and "ü" are one unit of UTF-16 each, the smiling face two.
const std::string text
  = "int a;\n/* \xc3\xa9\xf0\x9f\x98\x80\xc3\xbc */ int b\n";
const std::string file = "src/caf\xc3\xa9 100%.cc";

const std::string* before(const std::string& name) {
  return name == file ? &text : nullptr;
}

pb::Diagnostic error_at(const std::string& name, uint32_t line,
                        uint32_t byte_column) {
  auto error = make_error(name, line, "expected ';'");
  error.mutable_location()->set_byte_column(byte_column);
  return error;
}

void propose(pb::Diagnostic& error, uint64_t begin, uint64_t end,
             const std::string& replacement) {
  auto& edit = *error.add_fixes()->add_edits();
  edit.set_file(error.location().file());
  edit.set_begin(begin);
  edit.set_end(end);
  edit.set_replacement(replacement);
}

pb::TaskResult diagnosis(const pb::Diagnostic& error) {
  pb::TaskResult result;
  *result.mutable_evidence()
    = runtime::analysis::gather("t", {make_unit("u.cc", {}, {error})});
  return result;
}

json sarif_result(const pb::Diagnostic& error) {
  auto report = make_report(diagnosis(error), "/home/me/a b", before, before);
  return json::parse(report_sarif(report, before))
    .at("runs")
    .at(0)
    .at("results")
    .at(0);
}

} // namespace

TEST_CASE("a report's format follows from its name") {
  CHECK(format_of("a/b.sarif") == report_format::sarif);
  CHECK(format_of("b.json") == report_format::json);
  CHECK(format_of("b.txt") == report_format::text);
  CHECK(!format_of("b.sarif.gz"));
  CHECK(!format_of(""));
}

TEST_CASE("columns are UTF-16 code units, paths are encoded") {
  // Before "int b": 3 bytes, 2 + 4 + 2, 4 more: byte column 16.
  auto place
    = sarif_result(error_at(file, 2, 16))["locations"][0]["physicalLocation"];
  CHECK(place["artifactLocation"]["uri"] == "src/caf%C3%A9%20100%25.cc");
  CHECK(place["artifactLocation"]["uriBaseId"] == "%SRCROOT%");
  CHECK(place["region"]["startLine"] == 2);
  CHECK(place["region"]["startColumn"] == 12);
}

TEST_CASE("what is not known of a place is left out") {
  auto outside = sarif_result(
    error_at("/usr/include/list", 7, 3))["locations"][0]["physicalLocation"];
  CHECK(outside["artifactLocation"]
        == json{{"uri", "file:///usr/include/list"}});
  CHECK(outside["region"] == json{{"startLine", 7}});
  auto nowhere = sarif_result(
    error_at("gone.cc", 0, 0))["locations"][0]["physicalLocation"];
  CHECK(!nowhere.contains("region"));
  // A line that the text does not have.
  CHECK(!sarif_result(
           error_at(file, 99, 1))["locations"][0]["physicalLocation"]["region"]
           .contains("startColumn"));
}

TEST_CASE("proposals are fixes with regions of the text") {
  auto error = error_at(file, 2, 16);
  propose(error, text.size() - 1, text.size() - 1, ";");
  auto fixes = sarif_result(error)["fixes"];
  REQUIRE(fixes.size() == 1);
  auto replacement = fixes[0]["artifactChanges"][0]["replacements"][0];
  CHECK(replacement["deletedRegion"]
        == json{{"startLine", 2},
                {"startColumn", 17},
                {"endLine", 2},
                {"endColumn", 17}});
  CHECK(replacement["insertedContent"]["text"] == ";");
}

TEST_CASE("a fix that does not fit the text is no fix") {
  auto error = error_at(file, 2, 16);
  propose(error, 5, 4000, ";");
  CHECK(!sarif_result(error).contains("fixes"));
  auto elsewhere = error_at("gone.cc", 2, 1);
  propose(elsewhere, 0, 0, ";");
  CHECK(!sarif_result(elsewhere).contains("fixes"));
}

TEST_CASE("bytes that are no text cannot spoil a report") {
  auto error = error_at(file, 1, 1);
  error.set_message("caf\xe9");
  auto report = make_report(diagnosis(error), "/w", before, before);
  CHECK(json::accept(report_json(report)));
  CHECK(json::accept(report_sarif(report, before)));
  CHECK(counts_of(report) == "1 cause: 1 open");
}

TEST_CASE("what the task changed belongs to the cause that is nearest to it") {
  auto result = diagnosis(error_at(file, 1, 5));
  *result.mutable_evidence() = runtime::analysis::gather(
    "t", {make_unit("u.cc", {}, {error_at(file, 1, 5)}),
          make_unit("v.cc", {}, {make_error(file, 2, "format '%d' expects")})});
  result.mutable_patch()->set_result_tree("u");
  result.mutable_patch()->add_files(file);
  result.set_task_id("T");
  auto& attempt = *result.add_fixes();
  attempt.set_kept(true);
  attempt.mutable_fix()->set_target_file(file);
  attempt.mutable_fix()->set_target_line(2);
  attempt.mutable_fix()->set_message("format '%d' expects");
  auto changed = text;
  changed.insert(changed.size() - 1, ";");
  auto report = make_report(result, "/w", before,
                            [&](const std::string&) -> const std::string* {
                              return &changed;
                            });
  REQUIRE(report.causes.size() == 2);
  CHECK(report.changes[0].empty());
  REQUIRE(report.changes[1].size() == 1);
  CHECK(report.changes[1][0].edits(0).begin() == 7);
  CHECK(counts_of(report) == "2 causes: 1 repaired, 1 gone");
}

} // namespace cohort::tests::cause_report_test
