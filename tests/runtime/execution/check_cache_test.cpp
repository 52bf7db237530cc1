#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "runtime/execution/cache/check_cache.hpp"
#include "runtime/execution/checker.hpp"
#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::check_cache_test {

using namespace cohort::runtime;
using cohort::tests::small_project;
namespace pb = cohort::messages::v1;

namespace {

using files = std::map<std::string, std::string>;

/// Two units; one of them reads the header, and finds it in the second of two
/// folders.
const files two_units
  = {{"a.cpp", "#include \"lib/a.h\"\nint f() { return a(; }\n"},
     {"b.cpp", "int g() { return 1; }\n"},
     {"include/lib/a.h", "int a();\n"},
     {"first/lib/other.h", "int other();\n"}};

/// A project, a cache in a file, and what was really run.
struct fixture {
  explicit fixture(uint64_t limit = 1ULL << 20)
    : project{two_units}, limit_bytes{limit} {
    for (auto& entry : project.project().entries)
      for (auto* folder : {"include", "first"})
        entry.arguments.insert(entry.arguments.begin() + 1,
                               "-I" + (project.root() / folder).string());
    reopen();
  }

  void reopen() {
    cache.reset();
    std::string why;
    cache = execution::open_check_cache(file(), {true, limit_bytes}, why);
    REQUIRE_MESSAGE(cache, why);
  }

  [[nodiscard]] std::filesystem::path file() const {
    return project.folder() / "checks.db";
  }

  pb::UnitReport check(const std::string& unit,
                       const std::string& compiler = "gcc") {
    execution::compiler_checker checker{{project.slot().tree_folder(),
                                         project.project(),
                                         asked,
                                         toolchain,
                                         limits,
                                         cohort::tests::processes(),
                                         {},
                                         cache.get(),
                                         names,
                                         {}},
                                        metrics};
    return cohort::tests::value_of(checker.check(unit, {compiler})).front();
  }

  /// How many compilers ran since the last call.
  unsigned runs() {
    return metrics.checks() - std::exchange(runs_before, metrics.checks());
  }

  void write(const std::string& name, const std::string& text) {
    cohort::tests::write_file(project.slot().tree_folder() / name, text);
  }

  void execute(const std::string& sql) const {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file().c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr)
            == SQLITE_OK);
    sqlite3_close(db);
  }

  small_project project;
  toolchain::toolchain_settings toolchain;
  process::process_settings limits;
  uint64_t limit_bytes;
  std::shared_ptr<execution::check_cache> cache;
  std::string names = "the first set of names";
  pb::ExecutionMetrics metrics;
  pb::ToolchainRequest asked;
  unsigned runs_before = 0;
};

} // namespace

TEST_CASE(
  "a check is made once for the same content, also by another process") {
  fixture world;
  auto first = world.check("a.cpp");
  CHECK_FALSE(first.ok());
  CHECK(first.reads_size() == 2);
  CHECK(world.runs() == 1);
  CHECK(world.check("a.cpp").SerializeAsString() == first.SerializeAsString());
  world.reopen();
  CHECK(world.check("a.cpp").SerializeAsString() == first.SerializeAsString());
  CHECK(world.runs() == 0);
  CHECK(world.metrics.cache_hits() == 2);
  CHECK(world.metrics.seconds_saved() == doctest::Approx(2 * first.seconds()));
}

TEST_CASE("each compiler has answers of its own") {
  fixture world;
  CHECK(world.check("a.cpp", "gcc").tool() == "gcc");
  CHECK(world.check("a.cpp", "clang").tool() == "clang");
  CHECK(world.runs() == 2);
  CHECK(world.check("a.cpp", "clang").tool() == "clang");
  CHECK(world.runs() == 0);
}

TEST_CASE("a changed header invalidates exactly its readers") {
  fixture world;
  world.check("a.cpp");
  world.check("b.cpp");
  world.runs();
  world.write("include/lib/a.h", "int a(int);\n");
  world.check("b.cpp");
  CHECK(world.runs() == 0);
  world.check("a.cpp");
  CHECK(world.runs() == 1);
  // As it was: both answers are known.
  world.write("include/lib/a.h", two_units.at("include/lib/a.h"));
  world.check("a.cpp");
  CHECK(world.runs() == 0);
}

TEST_CASE("a change within one tick of the clock is seen") {
  fixture world;
  for (auto i = 0; i < 20; ++i) {
    auto value = std::to_string(i);
    world.write("b.cpp", "int g() { return wrong_"
                           + std::string(2 - value.size(), '0') + value
                           + "; }\n");
    auto report = world.check("b.cpp");
    REQUIRE(report.diagnostics_size() > 0);
    CHECK(report.diagnostics(0).message().find(value) != std::string::npos);
    world.write("b.cpp", "int g() { return wrong_99; }\n");
    report = world.check("b.cpp");
    CHECK(report.diagnostics(0).message().find("99") != std::string::npos);
  }
}

TEST_CASE("a header that appears before the one that was read is found") {
  fixture world;
  world.check("a.cpp");
  world.runs();
  world.write("first/lib/a.h", "int a(int, int);\n");
  world.names = "one name more";
  auto report = world.check("a.cpp");
  CHECK(world.runs() == 1);
  CHECK(
    std::count(report.reads().begin(), report.reads().end(), "first/lib/a.h")
    == 1);
}

TEST_CASE(
  "other options, another program or another folder outside: made again") {
  fixture world;
  auto outside = world.project.folder() / "outside";
  std::filesystem::create_directories(outside);
  world.project.project().entries[0].arguments.insert(
    world.project.project().entries[0].arguments.begin() + 1,
    "-I" + outside.string());
  world.check("a.cpp");
  CHECK(world.runs() == 1);
  world.check("a.cpp");
  CHECK(world.runs() == 0);
  cohort::tests::write_file(outside / "lib.h", "");
  world.check("a.cpp");
  CHECK(world.runs() == 1);
  world.project.project().entries[0].arguments.insert(
    world.project.project().entries[0].arguments.begin() + 1, "-DX=1");
  world.check("a.cpp");
  CHECK(world.runs() == 1);
  world.toolchain.gcc = cohort::tests::write_script(
    world.project.folder() / "bin" / "g++", "exec g++ \"$@\"\n");
  world.check("a.cpp");
  CHECK(world.runs() == 1);
}

TEST_CASE("what a compiler reads without listing it is not kept") {
  fixture world;
  world.project.project().entries[0].arguments.insert(
    world.project.project().entries[0].arguments.begin() + 1, "-fmodules-ts");
  world.check("a.cpp");
  world.check("a.cpp");
  CHECK(world.runs() == 2);
}

TEST_CASE("a check without a verdict is not kept") {
  fixture world;
  world.toolchain.gcc = cohort::tests::write_script(
    world.project.folder() / "bin" / "g++", "kill -SEGV $$\n");
  CHECK(world.check("a.cpp").failure() != "");
  CHECK(world.check("a.cpp").failure() != "");
  CHECK(world.runs() == 4); // Each time once more: it may have been killed.
}

TEST_CASE("damaged entries are made again") {
  fixture world;
  auto first = world.check("a.cpp");
  world.runs();
  world.execute("UPDATE results SET body = zeroblob(40)");
  CHECK(world.check("a.cpp").SerializeAsString() != "");
  CHECK(world.runs() == 1);
  world.execute("UPDATE lists SET names = x'00'");
  world.check("a.cpp");
  CHECK(world.runs() == 1);
  world.execute("UPDATE results SET body = substr(body, 1, length(body) - 1)");
  auto again = world.check("a.cpp");
  CHECK(world.runs() == 1);
  CHECK(again.diagnostics_size() == first.diagnostics_size());
}

TEST_CASE("a file that is no cache is made anew") {
  fixture world;
  world.check("a.cpp");
  world.cache.reset();
  cohort::tests::write_file(world.file(), std::string(100'000, 'x'));
  world.reopen();
  world.check("a.cpp");
  world.check("a.cpp");
  CHECK(world.runs() == 2);
}

TEST_CASE("the cache stays within its limit, and forgets the oldest") {
  fixture world{1ULL << 12};
  for (auto i = 0; i < 60; ++i) {
    world.write("b.cpp",
                "int g() { return wrong_" + std::to_string(i) + "; }\n");
    world.check("b.cpp");
    world.execute("UPDATE results SET used = used - 1");
  }
  CHECK(world.runs() == 60);
  world.check("b.cpp");
  CHECK(world.runs() == 0);
  world.write("b.cpp", "int g() { return wrong_0; }\n");
  world.check("b.cpp");
  CHECK(world.runs() == 1);
}

TEST_CASE("a cache that cannot be had is none, and says why") {
  cohort::tests::temp_folder folder;
  std::string why;
  CHECK(execution::open_check_cache(folder.path() / "no" / "checks.db", {}, why)
        == nullptr);
  CHECK(why.find("checks.db") != std::string::npos);
  CHECK(
    execution::open_check_cache(folder.path() / "checks.db", {false, 1}, why)
    == nullptr);
}

} // namespace cohort::tests::check_cache_test
