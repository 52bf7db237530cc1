#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "runtime/execution/cache/check_cache.hpp"
#include "runtime/execution/cache/lookups.hpp"
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

  int64_t number(const std::string& sql) const {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file().c_str(), &db) == SQLITE_OK);
    sqlite3_stmt* ask = nullptr;
    REQUIRE(sqlite3_prepare_v2(db, sql.c_str(), -1, &ask, nullptr)
            == SQLITE_OK);
    CHECK(sqlite3_step(ask) == SQLITE_ROW);
    auto result = sqlite3_column_int64(ask, 0);
    sqlite3_finalize(ask);
    sqlite3_close(db);
    return result;
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

TEST_CASE("a unit that is built in several ways is checked in each") {
  fixture world;
  world.write("b.cpp", "int g() {\n#ifdef SECOND\n  return wrong;\n#else\n"
                       "  return 1;\n#endif\n}\n");
  auto& entries = world.project.project().entries;
  REQUIRE(entries.back().unit == "b.cpp");
  entries.push_back(entries.back()); // The same again.
  entries.push_back(entries.back());
  entries.back().arguments.insert(entries.back().arguments.begin() + 1,
                                  "-DSECOND");
  auto report = world.check("b.cpp");
  CHECK(world.runs() == 2);
  CHECK_FALSE(report.ok());
  REQUIRE(report.diagnostics_size() == 1);
  CHECK(report.diagnostics(0).location().line() == 3);
  CHECK(world.check("b.cpp").SerializeAsString() == report.SerializeAsString());
  CHECK(world.runs() == 0);
  world.write("b.cpp", "int g() { return wrong; }\n");
  CHECK(world.check("b.cpp").diagnostics_size() == 1);
  CHECK(world.runs() == 2);
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

TEST_CASE("a header that appears where it was looked for in vain is found") {
  fixture world;
  auto outside = world.project.folder() / "outside";
  std::filesystem::create_directories(outside / "there");
  auto& arguments = world.project.project().entries[0].arguments;
  arguments.insert(arguments.begin() + 1, "-I" + outside.string());
  auto is_fine_after = [&](const std::string& name) {
    CHECK_FALSE(world.check("a.cpp").ok());
    world.runs();
    CHECK_FALSE(world.check("a.cpp").ok());
    CHECK(world.runs() == 0);
    cohort::tests::write_file(outside / name, "int a(int);\n");
    auto is_fine = world.check("a.cpp").ok();
    CHECK(world.runs() == 1);
    return is_fine;
  };
  SUBCASE("in a folder that is new") {
    world.write("a.cpp", "#include <sub/x.h>\n");
    CHECK(is_fine_after("sub/x.h"));
  }
  SUBCASE("in a folder that was there") {
    world.write("a.cpp", "#include <there/x.h>\n");
    CHECK(is_fine_after("there/x.h"));
  }
  SUBCASE("before the one that was read") {
    world.write("a.cpp", "#include <lib/a.h>\nint f() { return a(1); }\n");
    std::filesystem::create_directories(outside / "lib");
    CHECK(is_fine_after("lib/a.h"));
  }
  SUBCASE("asked for with __has_include") {
    world.write("a.cpp", "#if __has_include(<there/y.h>)\n"
                         "#else\n#error no\n#endif\n");
    CHECK(is_fine_after("there/y.h"));
  }
  SUBCASE("asked for by a macro of another header") {
    cohort::tests::write_file(outside / "there" / "ask.h",
                              "#define HAS_INCLUDE_(x) __has_include(x)\n");
    world.write("a.cpp", "#include <there/ask.h>\n"
                         "#if !HAS_INCLUDE_(\"sub/y.h\")\n#error no\n#endif\n");
    CHECK(is_fine_after("sub/y.h"));
  }
}

TEST_CASE("what a check sees of the environment and the host is part of it") {
  fixture world;
  world.check("b.cpp");
  CHECK(world.runs() == 1);
  auto is_made_again = [&] {
    world.check("b.cpp");
    auto first = world.runs();
    world.check("b.cpp");
    return first == 1 && world.runs() == 0;
  };
  world.limits.sandbox_readable = {"/opt"};
  CHECK(is_made_again());
  world.limits.sandbox = process::sandbox_policy::off;
  CHECK(is_made_again());
  world.limits.pass_environment.push_back("CPATH");
  CHECK_FALSE(is_made_again()); // It is not set.
  setenv("CPATH", world.project.folder().c_str(), 1);
  CHECK(is_made_again());
  unsetenv("CPATH");
}

TEST_CASE("behind a wrapper the compiler itself is looked at") {
  fixture world;
  auto bin = world.project.folder() / "bin";
  auto real = cohort::tests::write_script(bin / "mine-g++",
                                          "exec g++ \"$@\"\n");
  world.toolchain.gcc = cohort::tests::write_script(
    world.project.folder() / "wrap" / "mine-g++", "exec " + real + " \"$@\"\n");
  std::string path = std::getenv("PATH");
  setenv("PATH", (bin.string() + ":" + path).c_str(), 1);
  world.check("a.cpp");
  CHECK(world.runs() == 1);
  world.check("a.cpp");
  CHECK(world.runs() == 0);
  cohort::tests::write_script(bin / "mine-g++", "exec  g++ \"$@\"\n");
  world.check("a.cpp");
  CHECK(world.runs() == 1);
  setenv("PATH", path.c_str(), 1);
}

TEST_CASE("headers that a text asks for, and that a compiler misses") {
  using words = std::vector<std::string>;
  CHECK(execution::asked_headers("#include <map>\nint a;\n").empty());
  CHECK(execution::asked_headers("#ifdef __has_include\n"
                                 "# if __has_include(<a/b.h>) && \\\r\n"
                                 "  __has_include( \"c.h\" )\n"
                                 "#include <other.h>\n"
                                 "char* s = \"d.h\";\n"
                                 "#define X <e.h> \"no name\"\n")
        == words{"a/b.h", "c.h", "e.h"});
  CHECK(execution::missing_header("x/y.h: No such file or directory")
        == "x/y.h");
  CHECK(execution::missing_header("'x/y.h' file not found") == "x/y.h");
  CHECK(execution::missing_header("'x' was not declared").empty());
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
  auto held = world.number("SELECT (SELECT SUM(LENGTH(body)) FROM results) + "
                           "(SELECT SUM(LENGTH(names)) FROM lists)");
  CHECK(held <= int64_t{1} << 12);
  // A lower limit holds from the next start on.
  world.limit_bytes = held / 2;
  world.reopen();
  CHECK(world.number("SELECT SUM(LENGTH(body)) FROM results") < held / 2);
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
