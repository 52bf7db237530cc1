#include <doctest/doctest.h>

#include "runtime/coordination/specialists.hpp"

using namespace cohort::messages::v1;
namespace coordination = cohort::runtime::coordination;

namespace {

TaskRequest request(const std::string& description) {
  TaskRequest result;
  result.set_description(description);
  return result;
}

coordination::specialists licence_headers() {
  coordination::specialist one;
  one.specialty.set_kind(SPECIALTY_KIND_CUSTOM);
  one.specialty.set_custom_name("licence");
  one.words = {"licence headers"};
  one.tools.emplace_back().set_name("licence");
  one.executors.emplace_back().set_name("add-licence");
  one.executors.back().mutable_command()->add_argv("add-licence");
  FileTool python;
  python.set_name("python");
  return {{one}, {python}};
}

std::vector<std::string> executors_of(const TaskRequest& request) {
  std::vector<std::string> result;
  for (auto& executor : request.executors())
    result.push_back(executor.name());
  return result;
}

} // namespace

TEST_CASE("a task about errors goes to the compilers' fixes") {
  auto task = request("fix the compile errors");
  coordination::specialise(task, licence_headers());
  CHECK(coordination::to_string(task.specialty()) == "compilation_errors");
  CHECK(executors_of(task) == std::vector<std::string>{"fixit", "clang_tidy"});
  CHECK(task.toolchain().tidy_checks().empty());
  REQUIRE(task.toolchain().file_tools_size() == 1);
  CHECK(task.toolchain().file_tools(0).name() == "python");
  CHECK(coordination::why_unfit(task) == "");
}

TEST_CASE("words ask for checks of clang-tidy") {
  auto task = request("refactor: use override everywhere");
  coordination::specialise(task, {});
  CHECK(coordination::to_string(task.specialty()) == "type_system");
  REQUIRE(task.toolchain().tidy_checks_size() == 1);
  CHECK(task.toolchain().tidy_checks(0) == "modernize-use-override");
  CHECK(coordination::why_unfit(task) == "");
}

TEST_CASE("checks that are named are not added to") {
  auto task = request("refactor: use override everywhere");
  task.mutable_toolchain()->add_tidy_checks("bugprone-*");
  coordination::specialise(task, {});
  CHECK(task.toolchain().tidy_checks_size() == 1);
}

TEST_CASE("a custom specialty is found by its words, and has its own tools") {
  auto task = request("Add licence headers to all files");
  coordination::specialise(task, licence_headers());
  CHECK(coordination::to_string(task.specialty()) == "custom:licence");
  CHECK(executors_of(task) == std::vector<std::string>{"add-licence"});
  REQUIRE(task.toolchain().file_tools_size() == 1);
  CHECK(task.toolchain().file_tools(0).name() == "licence");
  CHECK(coordination::why_unfit(task) == "");
}

TEST_CASE("what a client says of executors and tools does not count") {
  auto task = request("fix the compile errors");
  task.add_executors()->mutable_command()->add_argv("/bin/sh");
  task.mutable_toolchain()->add_file_tools()->add_check("/bin/sh");
  coordination::specialise(task, {});
  CHECK(executors_of(task) == std::vector<std::string>{"fixit", "clang_tidy"});
  CHECK(task.toolchain().file_tools().empty());
}

TEST_CASE("names of specialties are read and written alike") {
  for (std::string name :
       {"generalist", "compilation_errors", "type_system", "async_patterns",
        "refactoring", "testing", "documentation", "custom:licence"}) {
    auto read = coordination::read_specialty(name);
    REQUIRE(read);
    CHECK(coordination::to_string(*read) == name);
  }
  for (std::string name : {"", "custom", "custom:", "Refactoring"})
    CHECK(!coordination::read_specialty(name));
  CHECK(coordination::read_specialty("magic").error().message
        == "there is no specialty \"magic\": use one of generalist, "
           "compilation_errors, type_system, async_patterns, refactoring, "
           "testing, documentation, or custom:NAME");
}

TEST_CASE("a kind that there is not is known as such") {
  Specialty strange;
  strange.set_kind(static_cast<SpecialtyKind>(99));
  CHECK(!coordination::is_specialty(strange));
  CHECK(coordination::to_string(strange) == "unknown");
  CHECK(!coordination::is_specialty({}));
  Specialty nameless;
  nameless.set_kind(SPECIALTY_KIND_CUSTOM);
  CHECK(!coordination::is_specialty(nameless));
  nameless.set_custom_name("x");
  CHECK(coordination::is_specialty(nameless));
}

TEST_CASE("a task that nobody can do says why") {
  auto unknown = request("do it");
  unknown.mutable_specialty()->set_kind(SPECIALTY_KIND_CUSTOM);
  unknown.mutable_specialty()->set_custom_name("magic");
  coordination::specialise(unknown, licence_headers());
  CHECK(coordination::why_unfit(unknown)
        == "no executor is configured for custom:magic; name it under "
           "specialties in the configuration");
  auto vague = request("refactor this code");
  coordination::specialise(vague, {});
  CHECK(coordination::why_unfit(vague).find("nothing says where there is work "
                                            "for refactoring")
        == 0);
  auto docs = request("write the documentation");
  coordination::specialise(docs, {});
  CHECK(coordination::why_unfit(docs)
        == "no executor is configured for documentation");
}
