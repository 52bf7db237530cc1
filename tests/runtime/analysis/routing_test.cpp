#include "runtime/analysis/routing.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "runtime/analysis/workload.hpp"
#include "tests/support/evidence_builder.hpp"

namespace cohort::tests::routing_test {

using namespace cohort;
using namespace cohort::runtime::analysis;
using cohort::tests::broken_sources;
using cohort::tests::make_error;
using cohort::tests::make_unit;

namespace {

double score(std::string_view text) {
  return analyze_task_complexity(text).score();
}

routing_settings settings_for(unsigned workers, unsigned cores) {
  routing_settings settings;
  settings.workers = workers;
  settings.cores = cores;
  return settings;
}

pb::ComplexTask make_task(std::string text,
                          pb::ExecutionMode mode = pb::EXECUTION_MODE_AUTO) {
  return convert_to_complex_task("t1", std::move(text), mode, "/w");
}

constexpr auto grand_words
  = "migrate and refactor all 900 files across the entire codebase, everywhere";

} // namespace

TEST_CASE("words of breadth score high, words of detail low") {
  CHECK(score("fix the 214 compile errors") > 0.6);
  CHECK(score(grand_words) > 0.9);
  CHECK(score("apply these clang-tidy checks everywhere") > 0.6);
  CHECK(score("Rename all callers of open() to open_file() across the modules")
        > 0.6);
  CHECK(score("fix a typo in README") < 0.2);
  CHECK(score("bump the version") < 0.2);
  CHECK(score("fix the compile error in src/a.cc") < 0.5);
  CHECK(score("add a one-line comment to parse()") < 0.2);
}

TEST_CASE("a blank description scores 0 and says why") {
  for (auto* text : {"", "   \n\t ", "... !!"}) {
    auto result = analyze_task_complexity(text);
    CHECK(result.score() == 0);
    REQUIRE(result.reasons_size() == 1);
    CHECK(result.reasons(0).name() == "empty");
  }
}

TEST_CASE("a larger stated count never lowers the score") {
  double last = 0;
  for (auto* count :
       {"1", "2", "12", "a hundred", "214", "1,500", "99999999999"}) {
    auto now = score("fix the " + std::string{count} + " compile errors");
    CHECK(now >= last);
    last = now;
  }
}

TEST_CASE("the contributions sum to what the score is made of") {
  for (auto* text : {"fix the 214 compile errors", grand_words,
                     "- one\n- two\n3. three\nand also src/a.cc and b.hpp"}) {
    auto result = analyze_task_complexity(text);
    double sum = 0;
    for (auto& reason : result.reasons()) {
      sum += reason.contribution();
      CHECK(!reason.name().empty());
      CHECK(!reason.text().empty());
    }
    CHECK(result.score() == doctest::Approx(1 / (1 + std::exp(-sum))));
  }
}

TEST_CASE("any bytes have a score between 0 and 1") {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i)
    all_bytes += static_cast<char>(i);
  for (auto& text :
       {all_bytes, std::string(1 << 20, 'a'), std::string(1 << 20, '-'),
        std::string(300'000, '\n'), std::string("a\0b", 3)}) {
    auto result = score(text);
    CHECK(result >= 0);
    CHECK(result <= 1);
  }
  std::string beyond(70'000, ' ');
  CHECK(score(beyond + grand_words) == 0);
}

TEST_CASE(
  "any language has a score, and no reason but the bias where no word is "
  "known") {
  for (auto* text : {"\xd0\xb8\xd1\x81\xd0\xbf\xd1\x80\xd0\xb0\xd0\xb2\xd1\x8c",
                     "\xe3\x81\x99\xe3\x81\xb9\xe3\x81\xa6", "kaputt"}) {
    auto result = analyze_task_complexity(text);
    CHECK(result.score() > 0);
    CHECK(result.score() < 0.6);
    CHECK(result.reasons_size() == 1);
  }
}

TEST_CASE("what a task is stands in its first line") {
  CHECK(score("Rename the parser\n\nfix the crash when a file is missing")
        > score("fix the crash when a file is missing\n\nRename the parser"));
  CHECK(score("- one\n- two\n- three\n") > score("one\ntwo\nthree\n"));
  CHECK(score("parse the names") > score("`parse_name` the names"));
  CHECK(score("a\nfix it") == score("a"));
}

TEST_CASE("what is read from the words of a task") {
  auto task = make_task("Fix the 1,214 compile errors in `src/a.cc:12:3`, "
                        "include/b.hpp and README; urgent! See "
                        "https://x.org/a.cc and and/or i/o");
  CHECK(task.stated_count() == 1214);
  auto& files = task.mentioned_files();
  CHECK(std::vector<std::string>{files.begin(), files.end()}
        == std::vector<std::string>{"src/a.cc", "include/b.hpp", "README"});
  CHECK(task.specialty().kind() == pb::SPECIALTY_KIND_COMPILATION_ERRORS);
  CHECK(task.priority() == pb::PRIORITY_HIGH);
  CHECK(make_task("raise coverage of the tests to 80 %").stated_count() == 0);
  CHECK(make_task("raise coverage of the tests").specialty().kind()
        == pb::SPECIALTY_KIND_TESTING);
  CHECK(make_task("do it").specialty().kind() == pb::SPECIALTY_KIND_GENERALIST);
  CHECK(make_task("fix 4 of the 9 errors").stated_count() == 9);
  CHECK(make_task("a dozen warnings").stated_count() == 12);
}

TEST_CASE("a description that is not UTF-8 still makes a message") {
  auto task = make_task(
    "fix \xff\xc3 \xed\xa0\x80 \xc3\xa4 \xf4\x90\x80\x80 src/\xfe.cc");
  pb::ComplexTask copy;
  REQUIRE(copy.ParseFromString(task.SerializeAsString()));
  CHECK(copy.description().find("\xc3\xa4") != std::string::npos);
  CHECK(copy.description().find('\xff') == std::string::npos);
}

TEST_CASE("evidence outweighs words") {
  auto grand = analyze_task_complexity(grand_words);
  auto humble = analyze_task_complexity("fix a typo in README");
  auto one = gather("t", broken_sources(1));
  CHECK(with_evidence(grand, one).score() < 0.4);
  auto crowded = make_unit("a.cc");
  for (uint32_t i = 1; i < 500; ++i)
    *crowded.add_diagnostics() = make_error("a.cc", i);
  crowded.set_ok(false);
  CHECK(with_evidence(grand, gather("t", {crowded})).score() < 0.6);
  auto reports = broken_sources(8);
  for (int i = 0; i < 4; ++i)
    *reports[static_cast<size_t>(i)].add_diagnostics()
      = make_error(reports[static_cast<size_t>(i)].unit(), 9);
  CHECK(with_evidence(humble, gather("t", reports)).score() > 0.6);
}

TEST_CASE("nothing that fails scores low, and no evidence changes nothing") {
  auto grand = analyze_task_complexity(grand_words);
  auto fine = with_evidence(grand, gather("t", {make_unit("a.cc")}));
  CHECK(fine.score() < 0.1);
  CHECK(with_evidence(grand, {}).score() == grand.score());
  auto elsewhere = make_unit("a.cc", {}, {make_error("/usr/include/x.h", 3)});
  CHECK(with_evidence(grand, gather("t", {elsewhere})).score() < 0.1);
}

TEST_CASE("headers that are read together count as one piece") {
  std::vector<pb::UnitReport> reports;
  std::vector<std::string> headers;
  for (int i = 0; i < 8; ++i)
    headers.push_back("h" + std::to_string(i) + ".hpp");
  auto unit = make_unit("a.cc", headers);
  for (auto& header : headers)
    *unit.add_diagnostics() = make_error(header, 2);
  unit.set_ok(false);
  auto words = analyze_task_complexity("fix the compile errors");
  CHECK(with_evidence(words, gather("t", {unit})).score() < 0.6);
}

TEST_CASE("reasons of the words stay and the sum holds with evidence") {
  auto words = analyze_task_complexity(grand_words);
  auto joined = with_evidence(words, gather("t", broken_sources(5)));
  CHECK(joined.reasons_size() > words.reasons_size());
  double sum = 0;
  for (auto& reason : joined.reasons())
    sum += reason.contribution();
  CHECK(joined.score() == doctest::Approx(1 / (1 + std::exp(-sum))));
  auto hostile = words;
  hostile.mutable_reasons(0)->set_contribution(
    std::numeric_limits<double>::quiet_NaN());
  CHECK(with_evidence(hostile, gather("t", broken_sources(5))).score() > 0.5);
}

TEST_CASE("parallel needs a score strictly above the threshold") {
  routing_settings settings;
  pb::ComplexityScore score;
  score.set_score(0.6);
  auto decision = should_route_to_parallel("x", score, settings);
  CHECK(decision.mode() == pb::EXECUTION_MODE_SEQUENTIAL);
  CHECK(decision.reasons(0).name() == "not_above_threshold");
  score.set_score(0.61);
  CHECK(should_route_to_parallel("x", score, settings).mode()
        == pb::EXECUTION_MODE_PARALLEL);
  settings.parallel_enabled = false;
  decision = should_route_to_parallel("x", score, settings);
  CHECK(decision.mode() == pb::EXECUTION_MODE_SEQUENTIAL);
  CHECK(decision.reasons(0).name() == "parallel_disabled");
  settings.parallel_enabled = true;
  score.set_score(std::numeric_limits<double>::quiet_NaN());
  CHECK(should_route_to_parallel("x", score, settings).mode()
        == pb::EXECUTION_MODE_SEQUENTIAL);
}

TEST_CASE("independent files gain from cores, and not from workers alone") {
  auto evidence = gather("t", broken_sources(16));
  auto task = make_task("fix the compile errors");
  auto speedup = [&](unsigned workers, unsigned cores) {
    return estimate_parallelization_benefit(task, evidence,
                                            settings_for(workers, cores))
      .speedup();
  };
  CHECK(speedup(8, 1) < 1.1);
  CHECK(speedup(1, 8) < 1.1);
  CHECK(speedup(8, 2) > 1.7);
  CHECK(speedup(8, 2) <= 2);
  CHECK(speedup(8, 8) > speedup(8, 2));
  CHECK(speedup(0, 0) < 1.1);
  auto estimate = estimate_parallelization_benefit(task, evidence,
                                                   settings_for(8, 8));
  CHECK(estimate.sequential_seconds() == doctest::Approx(16 * 2 + 16 * 2));
  CHECK(estimate.speedup_low() == doctest::Approx(0.7 * estimate.speedup()));
  CHECK(estimate.speedup_high() == doctest::Approx(1.3 * estimate.speedup()));
}

TEST_CASE("one chain of headers limits what a split gains") {
  auto task = make_task("fix the compile errors");
  std::vector<pb::UnitReport> apart;
  std::vector<pb::UnitReport> coupled;
  for (int i = 0; i < 8; ++i) {
    auto file = "src/" + std::to_string(i) + ".cc";
    auto own = "h" + std::to_string(i) + ".hpp";
    apart.push_back(make_unit(file, {own}, {make_error(own, 1)}));
    std::vector<std::string> all;
    for (int j = 0; j < 8; ++j)
      all.push_back("h" + std::to_string(j) + ".hpp");
    coupled.push_back(make_unit(file, all, {make_error(own, 1)}));
  }
  auto settings = settings_for(8, 8);
  CHECK(
    estimate_parallelization_benefit(task, gather("t", coupled), settings)
      .speedup()
    < 0.7
        * estimate_parallelization_benefit(task, gather("t", apart), settings)
            .speedup());
}

TEST_CASE("without evidence the stated count predicts") {
  auto settings = settings_for(8, 4);
  CHECK(
    estimate_parallelization_benefit(make_task("fix 200 errors"), {}, settings)
      .speedup()
    > 3);
  CHECK(estimate_parallelization_benefit(make_task("fix it"), {}, settings)
          .speedup()
        < 1);
}

TEST_CASE("a stated mode wins where it can be had") {
  auto evidence = gather("t", broken_sources(1));
  auto settings = settings_for(8, 2);
  auto parallel = make_task("fix a typo", pb::EXECUTION_MODE_PARALLEL);
  CHECK(route(parallel, evidence, settings, true).mode()
        == pb::EXECUTION_MODE_PARALLEL);
  auto without = route(parallel, evidence, settings, false);
  CHECK(without.mode() == pb::EXECUTION_MODE_SEQUENTIAL);
  CHECK(without.reasons(0).name() == "no_parallel_support");
  settings.parallel_enabled = false;
  auto disabled = route(parallel, evidence, settings, true);
  CHECK(disabled.mode() == pb::EXECUTION_MODE_SEQUENTIAL);
  CHECK(disabled.reasons(0).name() == "parallel_disabled");
  auto sequential = route(make_task(grand_words, pb::EXECUTION_MODE_SEQUENTIAL),
                          gather("t", broken_sources(30)), settings_for(8, 8),
                          true);
  CHECK(sequential.mode() == pb::EXECUTION_MODE_SEQUENTIAL);
  CHECK(sequential.benefit().speedup() > 1);
}

TEST_CASE("auto takes a split back that does not pay") {
  auto task = make_task("fix the compile errors");
  auto evidence = gather("t", broken_sources(12));
  CHECK(route(task, evidence, settings_for(8, 2), true).mode()
        == pb::EXECUTION_MODE_PARALLEL);
  auto decision = route(task, evidence, settings_for(8, 1), true);
  CHECK(decision.mode() == pb::EXECUTION_MODE_SEQUENTIAL);
  CHECK(decision.reasons(0).name() == "no_benefit");
  CHECK(decision.reasons(1).name() == "above_threshold");
  CHECK(decision.score().score() > 0.6);
}

TEST_CASE("a file is a header by its name or by how units read it") {
  auto load = measure_workload(
    gather("t", {make_unit("all.cc", {"part.cc"},
                           {make_error("part.cc", 1), make_error("all.cc", 2)}),
                 make_unit("part2.cc", {"all.cc"}, {}),
                 make_unit("own.cc", {}, {make_error("own.cc", 1)})}),
    is_inside_workspace);
  REQUIRE(load.files.size() == 3);
  CHECK(load.files[0].is_shared); // all.cc is read by part2.cc.
  CHECK_FALSE(load.files[1].is_shared);
  CHECK(load.files[2].is_shared); // part.cc is nobody's main file.
  CHECK(has_header_name("a/b.hpp"));
  CHECK(has_header_name("include/vector"));
  CHECK_FALSE(has_header_name("include/a.cc"));
  CHECK_FALSE(has_header_name("src/h"));
  CHECK_FALSE(has_header_name(""));
}

} // namespace cohort::tests::routing_test
