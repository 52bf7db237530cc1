#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "runtime/execution/repair_session.hpp"
#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::repair_session_test {

using namespace cohort::runtime;
using namespace cohort::runtime::execution;
using cohort::tests::small_project;

namespace {

/// A compiler for tests. In the files that a unit reads, "@N" marks an error
/// whose message is N; "=TEXT@N" one with the fix that it all becomes TEXT,
/// where
/// "%" stands for another error. A file is read through lines "<NAME".
class marker_checker final : public unit_checker {
public:
  explicit marker_checker(small_project& project) : project_{project} {
    // nop
  }

  expected<std::vector<pb::UnitReport>>
  check(const std::string& unit,
        const std::vector<std::string>& compilers) override {
    std::vector<pb::UnitReport> result;
    for (auto& compiler : compilers) {
      ++checks;
      asked.push_back(compiler);
      auto& report = result.emplace_back();
      report.set_unit(unit);
      report.set_tool(compiler);
      report.set_seconds(1);
      read(unit, report);
      if (unit == spares)
        report.clear_diagnostics();
      if (auto line = adds ? adds(unit) : std::nullopt) {
        auto& error = *report.add_diagnostics();
        error.set_tool(compiler);
        error.set_severity(pb::SEVERITY_ERROR);
        error.mutable_location()->set_file("h.h");
        error.mutable_location()->set_line(*line);
        error.set_message("not here");
      }
      report.set_ok(report.diagnostics().empty());
      if (fails && fails(unit, compiler))
        report.set_failure("fell over");
    }
    if (on_check)
      on_check();
    if (stop.stop_requested())
      return error{errc::cancelled, "stopped"};
    return result;
  }

  size_t checks = 0;
  std::vector<std::string> asked;
  std::string proposes; // Nobody else proposes a fix. Empty: all do.
  std::function<bool(const std::string&, const std::string&)> fails;
  /// The line of h.h on which the unit has an error of its own.
  std::function<std::optional<uint32_t>(const std::string&)> adds;
  std::string spares; // A unit to which marks are none.
  std::function<void()> on_check;
  std::stop_token stop;

private:
  void read(const std::string& file, pb::UnitReport& report) {
    report.add_reads(file);
    auto text = project_.text(file);
    uint32_t line = 1;
    for (size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\n')
        ++line;
      if (text[at] == '<')
        read(text.substr(at + 1, text.find('\n', at) - at - 1), report);
      if (text[at] == '@')
        add_error(file, line, text, at, report);
    }
  }

  void add_error(const std::string& file, uint32_t line,
                 const std::string& text, size_t at, pb::UnitReport& report) {
    auto end = std::min(text.find_first_of("\n ", at), text.size());
    auto& error = *report.add_diagnostics();
    error.set_tool(report.tool());
    error.set_severity(pb::SEVERITY_ERROR);
    error.mutable_location()->set_file(file);
    error.mutable_location()->set_line(line);
    error.set_message(text.substr(at, end - at));
    auto begin = text.find_last_of("\n =", at);
    if (begin == std::string::npos || text[begin] != '='
        || (!proposes.empty() && report.tool() != proposes))
      return;
    auto& fix = *error.add_fixes();
    fix.set_tool(report.tool());
    auto& edit = *fix.add_edits();
    edit.set_file(file);
    // Signs only, so that no guard stands in the way.
    edit.set_begin(begin);
    edit.set_end(end);
    auto replacement = text.substr(begin + 1, at - begin - 1);
    edit.set_replacement(replacement == "%" ? "@!" : replacement);
  }

  small_project& project_;
};

struct outcome {
  pb::RepairReport report;
  pb::ExecutionMetrics metrics;
};

expected<outcome> repair(small_project& project, marker_checker& checker) {
  outcome result;
  auto& what = project.repair();
  editable_files files{project.slot(),
                       {what.subtask().files().begin(),
                        what.subtask().files().end()},
                       what.scope()};
  repair_session session{
    what, {"gcc", "clang"}, {files, checker, checker.stop, {}}, result.metrics};
  auto report = session.run();
  if (!report)
    return report.error();
  result.report = std::move(*report);
  return result;
}

} // namespace

TEST_CASE("marked faults are repaired from the first on") {
  small_project project{{{"a.cpp", "=;@\n\n\n\n\n=}@\n"}}};
  marker_checker checker{project};
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(project.text("a.cpp") == ";\n\n\n\n\n}\n");
  CHECK(result.metrics.fixes_kept() == 2);
  // Both compilers, once to learn and once for each fix.
  CHECK(checker.checks == 6);
}

TEST_CASE("a fix that puts a new error in the place of its own is taken back") {
  small_project project{{{"a.cpp", "=;@\n\n\n=%@\n"}}};
  marker_checker checker{project};
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(project.text("a.cpp") == ";\n\n\n=%@\n");
  REQUIRE(result.report.left_size() == 1);
  CHECK(result.metrics.fixes_tried() == 2);
}

TEST_CASE("of a fix that only one proposes clang is asked first, and GCC when "
          "that one has nothing against it") {
  std::string gap(50, '\n');
  small_project project{{{"a.cpp", "=%@" + gap + "=;@\n"}}};
  marker_checker checker{project};
  checker.proposes = "gcc";
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(project.text("a.cpp") == "=%@" + gap + ";\n");
  CHECK(result.metrics.fixes_tried() == 2);
  // Both to learn; one for the first fix; both for the second.
  CHECK(checker.checks == 5);
  CHECK(checker.asked
        == std::vector<std::string>{"gcc", "clang", "clang", "clang", "gcc"});
}

TEST_CASE("a header that few units read is judged by all of them") {
  small_project project{{{"a.cpp", "<h.h\n"},
                         {"b.cpp", "<h.h\n"},
                         {"c.cpp", "<h.h\n"},
                         {"h.h", "=;@\n"}}};
  marker_checker checker{project};
  cohort::tests::value_of(repair(project, checker));
  CHECK(project.text("h.h") == ";\n");
  CHECK(checker.checks == 12);
}

TEST_CASE("a header that many units read is judged by two of them, and once by "
          "all others in the end") {
  std::map<std::string, std::string> files{{"h.h", "=;@\n"}};
  for (auto i = 0; i < 9; ++i)
    files["u" + std::to_string(i) + ".cpp"] = "<h.h\n";
  small_project project{files};
  marker_checker checker{project};
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(project.text("h.h") == ";\n");
  CHECK(checker.checks == 18 + 4 + 14);
  CHECK(result.report.left().empty());
}

TEST_CASE("what harms one of many readers is taken back, and the rest stays") {
  std::map<std::string, std::string> files{
    {"h.h", "=;@\n\n\n\n\n\n\n\n=}@\n\n\n\n\n\n\n\n=)@\n"}};
  for (auto i = 0; i < 9; ++i)
    files["u" + std::to_string(i) + ".cpp"] = "<h.h\n";
  small_project project{files};
  marker_checker checker{project};
  // Where no other error hides it, one unit does not like the second.
  checker.adds = [&](const std::string& unit) -> std::optional<uint32_t> {
    auto is_there = project.text("h.h").find("\n}\n") != std::string::npos;
    return unit == "u7.cpp" && is_there ? std::optional{9U} : std::nullopt;
  };
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(project.text("h.h") == ";\n\n\n\n\n\n\n\n=}@\n\n\n\n\n\n\n\n)\n");
  CHECK(result.metrics.fixes_kept() == 2);
  auto& attempts = result.report.attempts();
  CHECK(std::count_if(attempts.begin(), attempts.end(),
                      [](auto& one) { return one.kept(); })
        == 2);
  auto harmful = std::find_if(attempts.begin(), attempts.end(), [](auto& one) {
    return one.reason().find("u7.cpp") != std::string::npos;
  });
  REQUIRE(harmful != attempts.end());
  CHECK_FALSE(harmful->kept());
  REQUIRE(result.report.left_size() == 1);
  CHECK(result.report.left(0).reason().find("u7.cpp") != std::string::npos);
}

TEST_CASE(
  "of what a unit reads that was fine and is not any more, the fix goes "
  "without which it is fine again, and the others stay") {
  std::map<std::string, std::string> files{
    {"h.h",
     "=;@" + std::string(50, '\n') + "=}@" + std::string(50, '\n') + "=)@\n"}};
  for (auto i = 0; i < 9; ++i)
    files["u" + std::to_string(i) + ".cpp"] = "<h.h\n";
  for (auto* harmful : {";", "}", ")"}) {
    CAPTURE(harmful);
    small_project project{files};
    marker_checker checker{project};
    checker.spares = "u8.cpp";
    checker.adds = [&](const std::string& unit) -> std::optional<uint32_t> {
      auto text = project.text("h.h");
      auto mark = text.find(std::string{"="} + harmful);
      return unit == "u8.cpp" && mark == std::string::npos ? std::optional{700U}
                                                           : std::nullopt;
    };
    auto result = cohort::tests::value_of(repair(project, checker));
    auto expected_text = files.at("h.h");
    for (std::string sign : {";", "}", ")"})
      if (sign != harmful)
        expected_text.replace(expected_text.find("=" + sign + "@"), 3, sign);
    CHECK(project.text("h.h") == expected_text);
    CHECK(result.metrics.fixes_kept() == 2);
    REQUIRE(result.report.left_size() == 1);
    CHECK(result.report.left(0).reason().find("u8.cpp") != std::string::npos);
  }
}

TEST_CASE("a unit that is not fine whatever is taken back blames nobody") {
  std::map<std::string, std::string> files{{"h.h", "=;@\n"}};
  for (auto i = 0; i < 9; ++i)
    files["u" + std::to_string(i) + ".cpp"] = "<h.h\n";
  small_project project{files};
  marker_checker checker{project};
  checker.spares = "u8.cpp";
  auto times = 0;
  checker.adds = [&](const std::string& unit) -> std::optional<uint32_t> {
    return unit == "u8.cpp" && ++times > 2 ? std::optional{700U} : std::nullopt;
  };
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(project.text("h.h") == ";\n");
  CHECK(result.metrics.fixes_kept() == 1);
}

TEST_CASE("two fixes that harm are both found") {
  std::map<std::string, std::string> files{
    {"h.h",
     "=;@" + std::string(50, '\n') + "=}@" + std::string(50, '\n') + "=)@\n"}};
  for (auto i = 0; i < 9; ++i)
    files["u" + std::to_string(i) + ".cpp"] = "<h.h\n";
  small_project project{files};
  marker_checker checker{project};
  checker.adds = [&](const std::string& unit) -> std::optional<uint32_t> {
    auto text = project.text("h.h");
    if (unit == "u6.cpp" && text.find("=;") == std::string::npos)
      return 1U;
    if (unit == "u7.cpp" && text.find("=)") == std::string::npos)
      return 101U;
    return std::nullopt;
  };
  auto result = cohort::tests::value_of(repair(project, checker));
  auto expected_text = files.at("h.h");
  expected_text.replace(expected_text.find("=}@"), 3, "}");
  CHECK(project.text("h.h") == expected_text);
  CHECK(result.metrics.fixes_kept() == 1);
}

TEST_CASE(
  "a source whose report is old is checked again before it is repaired") {
  small_project project{{{"a.cpp", "<h.h\n\n\n\n\n=}@\n"},
                         {"b.cpp", "<h.h\n"},
                         {"c.cpp", "<h.h\n"},
                         {"d.cpp", "<h.h\n\n\n\n\n\n=}@\n"},
                         {"h.h", "=;@\n"}}};
  marker_checker checker{project};
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(result.report.left().empty());
  CHECK(project.text("a.cpp") == "<h.h\n\n\n\n\n}\n");
  CHECK(project.text("d.cpp") == "<h.h\n\n\n\n\n\n}\n");
}

TEST_CASE("a thousand errors that no fix cures do not go on for ever") {
  std::string text;
  for (auto i = 0; i < 1000; ++i)
    text += "=%@\n";
  small_project project{{{"a.cpp", text}}};
  marker_checker checker{project};
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(project.text("a.cpp") == text);
  CHECK(result.metrics.fixes_tried() == 8); // The leading places.
  CHECK(result.report.left_size() == 50);
}

TEST_CASE("what nothing can mend in some files takes no try from another") {
  std::map<std::string, std::string> files{{"z.cpp", "=;@\n"}};
  for (auto i = 0; i < 40; ++i)
    for (auto j = 0; j < 8; ++j)
      files["a" + std::to_string(i) + ".cpp"] += "=%@\n";
  small_project project{files};
  marker_checker checker{project};
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(result.metrics.fixes_tried() > 300);
  CHECK(project.text("z.cpp") == ";\n");
}

TEST_CASE("more faults than tries leave a reason") {
  std::string text;
  for (auto i = 0; i < 300; ++i)
    text += "=;@\n\n\n\n";
  small_project project{{{"a.cpp", text}}};
  marker_checker checker{project};
  auto result = cohort::tests::value_of(repair(project, checker));
  CHECK(result.metrics.fixes_kept() == 200);
  REQUIRE(result.report.left_size() == 50);
  CHECK(result.report.left(0).blockage()
        == pb::BLOCKAGE_REASON_RESOURCE_EXHAUSTED);
}

TEST_CASE("a stop at any check leaves no fix half done") {
  std::map<std::string, std::string> files{
    {"a.cpp", "<h.h\n\n\n\n\n=;@\n\n\n\n\n=}@\n"}, {"h.h", "=;@\n"}};
  size_t all = 0;
  {
    small_project project{files};
    marker_checker checker{project};
    cohort::tests::value_of(repair(project, checker));
    all = checker.checks;
  }
  for (size_t last = 1; last < all; ++last) {
    small_project project{files};
    marker_checker checker{project};
    std::stop_source stop;
    checker.stop = stop.get_token();
    checker.on_check = [&] {
      if (checker.checks >= last)
        stop.request_stop();
    };
    auto result = repair(project, checker);
    INFO("stopped at check ", last);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == errc::cancelled);
    for (auto& name : {"a.cpp", "h.h"}) {
      auto text = project.text(name);
      // Each mark is whole or replaced.
      auto marks = std::count(text.begin(), text.end(), '@');
      CHECK(marks == std::count(text.begin(), text.end(), '='));
    }
    auto& slot = project.slot();
    auto tree = slot.current();
    REQUIRE(slot.bring_to(tree));
    CHECK(project.text("a.cpp") == files["a.cpp"]);
    CHECK(project.text("h.h") == files["h.h"]);
  }
}

TEST_CASE("random faults are all repaired, with and without known reports") {
  for (auto seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    std::mt19937 random{seed};
    std::map<std::string, std::string> files;
    for (auto& name : {"a.h", "b.h", "a.cpp", "b.cpp", "c.cpp"}) {
      std::string text;
      auto is_source = std::string{name}.find(".cpp") != std::string::npos;
      if (is_source)
        text += random() % 2 == 0 ? "<a.h\n" : "<a.h\n<b.h\n";
      for (auto n = random() % 4; n > 0; --n)
        text += std::string(5, '\n') + (random() % 2 == 0 ? "=;@\n" : "=}@\n");
      files[name] = text;
    }
    std::vector<std::string> trees;
    for (auto with_known : {false, true}) {
      small_project project{files};
      marker_checker checker{project};
      if (with_known)
        for (auto& unit : project.subtask().units())
          for (auto& report :
               cohort::tests::value_of(checker.check(unit, {"gcc", "clang"})))
            *project.repair().add_known() = report;
      auto result = cohort::tests::value_of(repair(project, checker));
      INFO("seed ", seed);
      CHECK(result.report.left().empty());
      CHECK(project.text("a.cpp").find('@') == std::string::npos);
      trees.push_back(cohort::tests::value_of(project.slot().capture()));
    }
    CHECK(trees[0] == trees[1]);
  }
}

} // namespace cohort::tests::repair_session_test
