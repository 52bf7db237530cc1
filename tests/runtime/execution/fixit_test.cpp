#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "runtime/execution/fixit.hpp"
#include "tests/runtime/execution/small_project.hpp"

namespace cohort::tests::fixit_test {

using namespace cohort::runtime;
using cohort::tests::small_project;
namespace pb = cohort::messages::v1;

namespace {

struct outcome {
  pb::RepairReport report;
  pb::ExecutionMetrics metrics;
};

/// Repairs with the compilers of this machine, or with those of `settings`.
expected<outcome> try_repair(small_project& project,
                             const toolchain::toolchain_settings& settings = {},
                             std::stop_token stop = {},
                             const process::process_settings& limits = {}) {
  outcome result;
  pb::ToolchainRequest asked;
  execution::fixit_context context{project.slot(),
                                   project.project(),
                                   asked,
                                   settings,
                                   limits,
                                   cohort::tests::processes(),
                                   stop,
                                   nullptr,
                                   {},
                                   {},
                                   {}};
  auto report = execution::repair(project.repair(), context, result.metrics);
  if (!report)
    return report.error();
  result.report = std::move(*report);
  return result;
}

outcome repair(small_project& project,
               const toolchain::toolchain_settings& settings = {}) {
  return cohort::tests::value_of(try_repair(project, settings));
}

/// Lets both compilers report on every unit, as the probe does.
void probe(small_project& project) {
  for (auto& entry : project.project().entries)
    for (auto compiler : {"gcc", "clang"}) {
      auto& tree = project.slot().tree_folder();
      auto command = cohort::tests::value_of(toolchain::check_command(
        project.project(), entry.unit, compiler, tree, {}, {}, {}));
      *project.repair().add_known() = toolchain::read_check(
        project.project(), entry.unit, compiler, tree,
        cohort::tests::processes().run(std::move(command)));
    }
}

/// The text of a.cpp after a repair of it.
std::string repaired(const std::string& text) {
  small_project project{{{"a.cpp", text}}};
  auto result = repair(project);
  INFO(result.report.ShortDebugString());
  CHECK(result.report.left().empty());
  return project.text("a.cpp");
}

} // namespace

TEST_CASE("single faults are repaired to what was meant") {
  CHECK(
    repaired("struct s { int length; };\nint f(s x) {\n  return x.lenght;\n}\n")
    == "struct s { int length; };\nint f(s x) {\n  return x.length;\n}\n");
  CHECK(repaired("int f() {\n  int a = 1\n  return a;\n}\n")
        == "int f() {\n  int a = 1;\n  return a;\n}\n");
  CHECK(repaired("struct s { int a; }\nint f(s x) { return x.a; }\n")
        == "struct s { int a; };\nint f(s x) { return x.a; }\n");
  CHECK(repaired("#include <initializer_list>\ninitializer_list<int>* f() {\n"
                 "  return {};\n}\n")
        == "#include <initializer_list>\nstd::initializer_list<int>* f() {\n"
           "  return {};\n}\n");
  CHECK(repaired("struct s { int a; };\nint f(s* p) {\n  return p.a;\n}\n")
        == "struct s { int a; };\nint f(s* p) {\n  return p->a;\n}\n");
  CHECK(repaired("viod f() {\n}\n") == "void f() {\n}\n");
  CHECK(repaired("namespace n { struct s {}; }\nn:s f() {\n  return {};\n}\n")
        == "namespace n { struct s {}; }\nn::s f() {\n  return {};\n}\n");
  CHECK(repaired("struct s { void f() const; };\nvoid s::f() {\n}\n")
        == "struct s { void f() const; };\nvoid s::f() const {\n}\n");
  CHECK(repaired("struct s { void f() override; };\n")
        == "struct s { void f(); };\n");
  std::string base = "struct base { virtual int area(int) const; };\n";
  CHECK(repaired(base + "struct d : base {\n  int area(int) override;\n};\n")
        == base + "struct d : base {\n  int area(int) const override;\n};\n");
  std::string print
    = "[[gnu::format(printf, 1, 2)]] int print(const char*, ...);\n"
      "void f(const char* s) {\n";
  CHECK(repaired(print + "  print(\"%d\", s);\n}\n")
        == print + "  print(\"%s\", s);\n}\n");
}

TEST_CASE("an include that a compiler proposes goes where one belongs") {
  for (std::string guard : {"#pragma once\n", "#ifndef H\n#define H\n"}) {
    auto end = guard.starts_with("#if") ? "#endif\n" : "";
    auto head = "// Whose it is.\n" + guard;
    small_project project{{{"a.cpp", "#include \"h.h\"\n"},
                           {"h.h", head + "std::string f();\n" + end}}};
    repair(project);
    CHECK(project.text("h.h")
          == head + "#include <string>\nstd::string f();\n" + end);
  }
}

TEST_CASE("carriage returns and a byte order mark survive") {
  CHECK(repaired("\xEF\xBB\xBFint f() { int a = 1\r\n  return a; }\r\n")
        == "\xEF\xBB\xBFint f() { int a = 1;\r\n  return a; }\r\n");
}

TEST_CASE("one fault with known reports costs one check a compiler") {
  small_project project{
    {{"a.cpp",
      "struct s { int length; };\nint f(s x) { return x.lenght; }\n"}}};
  probe(project);
  auto result = repair(project);
  CHECK(result.metrics.checks() == 2);
  CHECK(result.metrics.processes() == 2);
  CHECK(result.metrics.fixes_tried() == 1);
  CHECK(result.metrics.fixes_kept() == 1);
  REQUIRE(result.report.attempts_size() == 1);
  CHECK(result.report.attempts(0).kept());
  CHECK(result.report.attempts(0).fix().voters_size() == 2);
}

TEST_CASE("many faults in one file are all repaired, each by itself") {
  std::string broken = "struct s { int length; int width; };\n";
  std::string whole = broken;
  for (auto i = 0; i < 4; ++i) {
    auto head = "int f" + std::to_string(i) + "(s* x) {\n";
    auto tail = std::string(4, '\n') + "  return a;\n}\n";
    broken += head + "  int a = x->width\n" + tail;
    whole += head + "  int a = x->width;\n" + tail;
    broken += "\n\n\n\nint g" + head.substr(5) + "  int a = x.length;\n" + tail;
    whole += "\n\n\n\nint g" + head.substr(5) + "  int a = x->length;\n" + tail;
  }
  small_project project{{{"a.cpp", broken}}};
  auto result = repair(project);
  CHECK(result.report.left().empty());
  CHECK(result.metrics.fixes_kept() == 8);
  CHECK(project.text("a.cpp") == whole);
}

TEST_CASE("a header's fault is repaired once, for all that read it") {
  small_project project{
    {{"a.cpp", "#include \"h.h\"\nint f(s x) { return x.a; }\n"},
     {"b.cpp", "#include \"h.h\"\nint g(s x) { return x.a; }\n"},
     {"h.h", "#pragma once\nstruct s { int a; }\n"}}};
  probe(project);
  auto result = repair(project);
  CHECK(project.text("h.h") == "#pragma once\nstruct s { int a; };\n");
  CHECK(result.report.left().empty());
  CHECK(result.metrics.fixes_tried() == 1);
  CHECK(result.metrics.checks() == 4);
}

TEST_CASE("faults in header and source are repaired in that order") {
  small_project project{
    {{"a.cpp", "#include \"h.h\"\nint f(s x) {\n  return x.lenght;\n}\n"},
     {"h.h", "#pragma once\nstruct s {\n  itn length;\n};\n"}}};
  auto result = repair(project);
  CHECK(result.report.left().empty());
  CHECK(project.text("h.h") == "#pragma once\nstruct s {\n  int length;\n};\n");
  CHECK(project.text("a.cpp")
        == "#include \"h.h\"\nint f(s x) {\n  return x.length;\n}\n");
}

TEST_CASE("an error without a proposal is left, and said to be") {
  small_project project{
    {{"a.cpp", "int f(int a, int b);\nint g() {\n  return f(1);\n}\n"}}};
  auto before = project.text("a.cpp");
  auto result = repair(project);
  CHECK(project.text("a.cpp") == before);
  REQUIRE(result.report.left_size() == 1);
  CHECK(result.report.left(0).reason()
        == "neither a compiler nor a rule proposes a fix");
  CHECK(result.report.left(0).diagnostic().location().line() == 3);
  CHECK(result.metrics.fixes_tried() == 0);
}

TEST_CASE("a name whose declaration vanished is not replaced by a neighbour") {
  small_project project{
    {{"a.cpp", "int count2 = 0;\nint f() {\n  return count1;\n}\n"}}};
  auto result = repair(project);
  CHECK(project.text("a.cpp").find("count1") != std::string::npos);
  REQUIRE(result.report.left_size() == 1);
  CHECK(result.report.left(0).reason().rfind("not tried: ", 0) == 0);
}

TEST_CASE("files outside the subtask or its scope are never edited") {
  small_project project{
    {{"a.cpp", "#include \"h.h\"\nint f(s x) { return x.a; }\n"},
     {"h.h", "#pragma once\nstruct s { int a; }\n"}}};
  project.subtask().clear_files();
  project.subtask().add_files("a.cpp");
  auto result = repair(project);
  CHECK(project.text("h.h") == "#pragma once\nstruct s { int a; }\n");
  project.subtask().add_files("h.h");
  project.repair().mutable_scope()->add_exclude("*.h");
  result = repair(project);
  CHECK(project.text("h.h") == "#pragma once\nstruct s { int a; }\n");
}

TEST_CASE("a file behind a symbolic link is not edited") {
  small_project project{
    {{"real.h", "#pragma once\nstruct s { int a; }\n"},
     {"a.cpp", "#include \"link.h\"\nint f(s x) { return x.a; }\n"}}};
  auto outside = project.folder() / "outside.h";
  cohort::tests::write_file(outside, "#pragma once\nstruct s { int a; }\n");
  std::filesystem::create_symlink(outside,
                                  project.slot().tree_folder() / "link.h");
  project.subtask().add_files("link.h");
  repair(project);
  CHECK(cohort::tests::read_file(outside)
        == "#pragma once\nstruct s { int a; }\n");
}

TEST_CASE("two runs give the same tree") {
  std::map<std::string, std::string> files{
    {"a.cpp", "#include \"h.h\"\nlong f(s x) {\n"
              "  int a = x.length\n  return a;\n}\n"},
    {"b.cpp", "#include \"h.h\"\nviod g(s* x) {\n  x.length = 2;\n}\n"},
    {"h.h", "#pragma once\nstruct s {\n  itn length;\n}\n"}};
  std::vector<std::string> trees;
  for (auto i = 0; i < 2; ++i) {
    small_project project{files};
    auto result = repair(project);
    CHECK_MESSAGE(result.report.left().empty(),
                  result.report.ShortDebugString());
    trees.push_back(cohort::tests::value_of(project.slot().capture()));
  }
  CHECK(trees[0] == trees[1]);
}

TEST_CASE("a compiler that crashes, hangs or babbles has no say") {
  for (auto& body :
       {std::string{"kill -SEGV $$\n"}, std::string{"exec sleep 60\n"},
        std::string{"head -c 100000 /dev/urandom >&2; exit 1\n"},
        std::string{"exit 3\n"}}) {
    CAPTURE(body);
    small_project project{
      {{"a.cpp",
        "struct s { int length; };\nint f(s x) { return x.lenght; }\n"}}};
    toolchain::toolchain_settings settings;
    settings.clang = cohort::tests::write_script(project.folder() / "clang++",
                                                 body);
    process::process_settings limits;
    limits.check_timeout = std::chrono::milliseconds{2000};
    auto result
      = cohort::tests::value_of(try_repair(project, settings, {}, limits));
    CHECK(result.report.left().empty());
    CHECK(project.text("a.cpp").find("lenght") == std::string::npos);
  }
}

TEST_CASE("without any verdict nothing is edited and the unit is left") {
  small_project project{{{"a.cpp", "int f() { return 1 }\n"}}};
  toolchain::toolchain_settings settings;
  settings.clang = cohort::tests::write_script(project.folder() / "clang++",
                                               "kill -SEGV $$\n");
  settings.gcc = settings.clang;
  auto result = repair(project, settings);
  CHECK(project.text("a.cpp") == "int f() { return 1 }\n");
  REQUIRE(result.report.left_size() == 1);
  CHECK(result.report.left(0).blockage() == pb::BLOCKAGE_REASON_EXTERNAL);
}

TEST_CASE("a compiler that is killed once is asked again") {
  small_project project{
    {{"a.cpp",
      "struct s { int length; };\nint f(s x) { return x.lenght; }\n"}}};
  toolchain::toolchain_settings settings;
  // Killed at its first look at the repaired file, as when memory runs out.
  settings.clang = cohort::tests::write_script(
    project.folder() / "clang++",
    "if ! grep -q lenght '" + (project.slot().tree_folder() / "a.cpp").string()
      + "' && mkdir '" + (project.folder() / "killed").string()
      + "' 2>/dev/null; then kill -KILL $$; fi\nexec clang++ \"$@\"\n");
  auto result = repair(project, settings);
  CHECK(std::filesystem::exists(project.folder() / "killed"));
  CHECK(project.text("a.cpp").find("lenght") == std::string::npos);
  CHECK(result.metrics.fixes_kept() == 1);
}

TEST_CASE("a compiler that fails only after an edit makes the edit go away") {
  small_project project{
    {{"a.cpp",
      "struct s { int length; };\nint f(s x) { return x.lenght; }\n"}}};
  auto before = project.text("a.cpp");
  toolchain::toolchain_settings settings;
  settings.clang = cohort::tests::write_script(
    project.folder() / "clang++",
    "if grep -q lenght '" + (project.slot().tree_folder() / "a.cpp").string()
      + "'; then exec clang++ \"$@\"; fi\nkill -SEGV $$\n");
  auto result = repair(project, settings);
  CHECK(project.text("a.cpp") == before);
  CHECK(result.metrics.fixes_kept() == 0);
  REQUIRE(result.report.left_size() == 1);
  CHECK(result.report.left(0).reason().rfind("every proposal was rejected: ", 0)
        == 0);
}

TEST_CASE("stopping in the middle of a check restores the file") {
  small_project project{
    {{"a.cpp",
      "struct s { int length; };\nint f(s x) { return x.lenght; }\n"}}};
  auto before = project.text("a.cpp");
  auto mark = project.folder() / "reached";
  toolchain::toolchain_settings settings;
  settings.clang = cohort::tests::write_script(
    project.folder() / "clang++",
    "if grep -q lenght '" + (project.slot().tree_folder() / "a.cpp").string()
      + "'; then exec clang++ \"$@\"; fi\ntouch '" + mark.string()
      + "'\nexec sleep 60\n");
  std::stop_source stop;
  auto running = std::async(std::launch::async, [&] {
    return try_repair(project, settings, stop.get_token());
  });
  while (!std::filesystem::exists(mark))
    std::this_thread::yield();
  CHECK(project.text("a.cpp") != before);
  stop.request_stop();
  auto result = running.get();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::cancelled);
  CHECK(project.text("a.cpp") == before);
}

TEST_CASE("stopped before it starts, it starts nothing") {
  small_project project{{{"a.cpp", "int f() { return 1 }\n"}}};
  std::stop_source stop;
  stop.request_stop();
  auto result = try_repair(project, {}, stop.get_token());
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::cancelled);
}

} // namespace cohort::tests::fixit_test
