#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "runtime/execution/tidy_fixes.hpp"
#include "runtime/execution/tidy_session.hpp"
#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::tidy_session_test {

using namespace cohort::runtime;
using namespace cohort::runtime::execution;
using cohort::tests::small_project;

namespace {

/// Judges for tests. Each word that begins with "old" is a finding of the check
/// "age-" and the rest of the word, with the fix that "new" stands for "old";
/// "older" becomes "old". GCC refuses "newX". A file is read by lines "<NAME".
class word_checker final : public unit_checker {
public:
  explicit word_checker(small_project& project) : project_{project} {
    // nop
  }

  expected<std::vector<pb::UnitReport>>
  check(const std::string& unit,
        const std::vector<std::string>& tools) override {
    ++checks;
    std::vector<pb::UnitReport> result;
    for (auto& tool : tools) {
      auto& report = result.emplace_back();
      report.set_unit(unit);
      report.set_tool(tool);
      read(unit, report);
      report.set_ok(report.diagnostics().empty());
    }
    return result;
  }

  size_t checks = 0;

private:
  void read(const std::string& file, pb::UnitReport& report) {
    report.add_reads(file);
    auto text = project_.text(file);
    uint32_t line = 1;
    for (size_t begin = 0; begin < text.size(); ++line) {
      auto end = text.find('\n', begin);
      auto word = text.substr(begin, end - begin);
      if (word.starts_with("<"))
        read(word.substr(1), report);
      if (word.starts_with("old") && report.tool() == "clang-tidy")
        add_finding(file, line, begin, word, report);
      if (word == "newX" && report.tool() == "gcc")
        add(file, line, "what is newX?", report);
      begin = end + 1;
    }
  }

  static pb::Diagnostic& add(const std::string& file, uint32_t line,
                             const std::string& message,
                             pb::UnitReport& report) {
    auto& result = *report.add_diagnostics();
    result.set_tool(report.tool());
    result.set_severity(pb::SEVERITY_ERROR);
    result.mutable_location()->set_file(file);
    result.mutable_location()->set_line(line);
    result.set_message(message);
    return result;
  }

  static void add_finding(const std::string& file, uint32_t line, size_t begin,
                          const std::string& word, pb::UnitReport& report) {
    auto& finding = add(file, line, word + " is old", report);
    finding.set_option("age-" + word.substr(3));
    if (word == "old?")
      return;
    auto& fix = *finding.add_fixes();
    fix.set_tool("clang-tidy");
    fix.set_target_file(file);
    fix.set_target_line(line);
    auto& edit = *fix.add_edits();
    edit.set_file(file);
    auto is_older = word.starts_with("older");
    edit.set_begin(begin);
    edit.set_end(begin + (is_older ? 5 : 3));
    edit.set_replacement(is_older ? "old" : "new");
  }

  small_project& project_;
};

struct outcome {
  pb::RepairReport report;
  pb::ExecutionMetrics metrics;
};

outcome tidy(small_project& project, word_checker& checker) {
  outcome result;
  auto& what = project.repair();
  editable_files files{project.slot(),
                       {what.subtask().files().begin(),
                        what.subtask().files().end()},
                       what.scope()};
  tidy_session session{what, {"gcc", "clang-tidy"}, files, checker,
                       {},   result.metrics};
  result.report = cohort::tests::value_of(session.run());
  return result;
}

std::string words(const std::string& word, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i)
    result += word + '\n';
  return result;
}

} // namespace

TEST_CASE("what is right is tried at once") {
  small_project project{{{"a.cpp", words("old", 50)}}};
  word_checker checker{project};
  auto result = tidy(project, checker);
  CHECK(project.text("a.cpp") == words("new", 50));
  CHECK(checker.checks == 2); // To learn, and all together.
  CHECK(result.metrics.fixes_kept() == 50);
  CHECK(result.metrics.fixes_tried() == 50);
  CHECK(result.report.left().empty());
  REQUIRE(result.report.attempts_size() == 50);
  CHECK(result.report.attempts(0).kept());
  // Nobody has to ask again.
  CHECK(result.report.checked_size() == 2);
}

TEST_CASE("one wrong fix of many costs its check's fixes some log n checks") {
  small_project project{
    {{"a.cpp", words("old", 31) + "oldX\n" + words("old", 32)}}};
  word_checker checker{project};
  auto result = tidy(project, checker);
  CHECK(project.text("a.cpp")
        == words("new", 31) + "oldX\n" + words("new", 32));
  // All, then those of the check that is to blame apart.
  CHECK(checker.checks == 4);
  CHECK(result.metrics.fixes_kept() == 63);
  REQUIRE(result.report.left_size() == 1);
  CHECK(result.report.left(0).reason()
        == "its fix was rejected: gcc refuses it: a.cpp:32: what is newX?");
}

TEST_CASE("of one check's fixes halves are tried") {
  std::string text;
  for (auto i = 0; i < 64; ++i)
    text += i == 20 ? "oldX\n" : "old\nkeep\n";
  small_project project{{{"a.cpp", text}, {"b.cpp", "oldX\n"}}};
  word_checker checker{project};
  auto result = tidy(project, checker);
  CHECK(project.text("b.cpp") == "oldX\n");
  CHECK(project.text("a.cpp").find("old\n") == std::string::npos);
  CHECK(result.metrics.fixes_kept() == 63);
  CHECK(checker.checks < 16);
}

TEST_CASE("a header's findings are fixed once, whoever reports them") {
  small_project project{{{"a.cpp", "<h.h\n"},
                         {"b.cpp", "<h.h\nold\n"},
                         {"c.cpp", "<h.h\n"},
                         {"h.h", "old\nold\n"}}};
  word_checker checker{project};
  auto result = tidy(project, checker);
  CHECK(project.text("h.h") == "new\nnew\n");
  CHECK(project.text("b.cpp") == "<h.h\nnew\n");
  CHECK(result.metrics.fixes_kept() == 3);
  CHECK(checker.checks == 3 + 2); // Three to learn, two judges.
}

TEST_CASE("a fix is compared with what was kept, not with what was at first") {
  // Three units read the header, two of which judge it; the third one's own fix
  // does nothing, and must not pass for one because the header got better.
  small_project project{{{"a.cpp", "<h.h\n"},
                         {"b.cpp", "<h.h\n"},
                         {"c.cpp", "<h.h\nolder\n"},
                         {"h.h", "old\n"}}};
  word_checker checker{project};
  auto result = tidy(project, checker);
  CHECK(project.text("h.h") == "new\n");
  CHECK(project.text("c.cpp") == "<h.h\nolder\n");
  CHECK(result.metrics.fixes_kept() == 1);
}

TEST_CASE("a fix that brings up another finding is none") {
  small_project project{{{"a.cpp", "older\n"}}};
  word_checker checker{project};
  tidy(project, checker);
  CHECK(project.text("a.cpp") == "older\n");
}

TEST_CASE("files of others are left alone, and why is said") {
  small_project project{{{"a.cpp", "<h.h\nold\n"}, {"h.h", "old\n"}}};
  project.repair().mutable_scope()->add_include("*.cpp");
  word_checker checker{project};
  auto result = tidy(project, checker);
  CHECK(project.text("h.h") == "old\n");
  CHECK(project.text("a.cpp") == "<h.h\nnew\n");
  CHECK(result.report.left().empty()); // The header is not its own.
}

TEST_CASE("a finding without a fix is left") {
  small_project project{{{"a.cpp", "old?\nold\n"}}};
  word_checker checker{project};
  auto result = tidy(project, checker);
  CHECK(project.text("a.cpp") == "old?\nnew\n");
  REQUIRE(result.report.left_size() == 1);
  CHECK(result.report.left(0).reason() == "clang-tidy proposes no fix");
  CHECK(result.report.left(0).diagnostic().option() == "age-?");
}

TEST_CASE("known reports are not made again") {
  small_project project{{{"a.cpp", "old\n"}}};
  word_checker checker{project};
  for (auto& report :
       cohort::tests::value_of(checker.check("a.cpp", {"gcc", "clang-tidy"})))
    *project.repair().add_known() = report;
  tidy(project, checker);
  CHECK(checker.checks == 2);
}

TEST_CASE("the real clang-tidy, and the compilers") {
  small_project project{{
    {"h.h", "struct B { virtual void f(); virtual ~B(); };\n"
            "struct D : B { void f(); };\n"},
    {"a.cpp", "#include \"h.h\"\nint* p = 0;\ntypedef int I;\n"},
    {"b.cpp", "#include \"h.h\"\nchar* q = 0;\n"},
  }};
  project.repair().add_compilers("clang-tidy");
  pb::ToolchainRequest asked;
  for (auto* check : {"modernize-use-override", "modernize-use-nullptr",
                      "modernize-use-using"})
    asked.add_tidy_checks(check);
  pb::ExecutionMetrics metrics;
  toolchain::toolchain_settings settings;
  process::process_settings limits;
  fixit_context context{project.slot(),
                        project.project(),
                        asked,
                        settings,
                        limits,
                        cohort::tests::processes(),
                        {},
                        nullptr,
                        {},
                        {},
                        {}};
  auto report = cohort::tests::value_of(
    apply_tidy_fixes(project.repair(), context, metrics));
  CHECK(project.text("h.h").find("void f() override;") != std::string::npos);
  CHECK(project.text("a.cpp")
        == "#include \"h.h\"\nint* p = nullptr;\nusing I = int;\n");
  CHECK(project.text("b.cpp") == "#include \"h.h\"\nchar* q = nullptr;\n");
  CHECK(metrics.fixes_kept() == 4);
  CHECK(report.left().empty());
}

} // namespace cohort::tests::tidy_session_test
