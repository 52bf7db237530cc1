#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "runtime/execution/executors/assignment.hpp"

namespace cohort::tests::assignment_test {

using namespace cohort::runtime::execution;

namespace {

struct facts_of_two {
  facts_of_two() {
    unit.set_task_id("t1");
    repair.set_description("Add the licence header to every source file.");
    auto& subtask = *repair.mutable_subtask();
    subtask.set_id("s2");
    subtask.set_title("licence in src");
    subtask.mutable_specialty()->set_kind(pb::SPECIALTY_KIND_CUSTOM);
    subtask.mutable_specialty()->set_custom_name("licence");
    report.set_unit("src/a.cc");
    report.set_tool("licence");
    add("src/a.cc", 1, 0, "no licence");
    add("src/a.cc", 3, 7, "no \"year\"");
    add("other.cc", 1, 0, "somebody else's");
  }

  void add(const std::string& file, uint32_t line, uint32_t column,
           const std::string& message) {
    auto& error = *report.add_diagnostics();
    error.set_severity(pb::SEVERITY_ERROR);
    error.mutable_location()->set_file(file);
    error.mutable_location()->set_line(line);
    error.mutable_location()->set_byte_column(column);
    error.set_message(message);
  }

  [[nodiscard]] assignment_facts facts() const {
    pb::UnitReport broken;
    broken.set_unit("src/b.cc");
    broken.set_tool("gcc");
    broken.set_failure("gcc: timed out");
    return {unit,
            repair,
            "/state/slots/w1/tree",
            {"src/a.cc", "src/b.cc"},
            {report, report, broken},
            {{"licence", "src/a.cc", {"grep", "-q", "It's", "src/a.cc"}}},
            2,
            600};
  }

  pb::WorkUnit unit;
  pb::RepairUnit repair;
  pb::UnitReport report;
};

/// REWRITE=1 agrees to what came out.
void check_golden(const std::string& name, const std::string& text) {
  auto file = "tests/golden/" + name;
  if (std::getenv("REWRITE"))
    std::ofstream{file, std::ios::binary} << text;
  std::ifstream in{file, std::ios::binary};
  std::ostringstream agreed;
  agreed << in.rdbuf();
  CHECK(text == agreed.str());
}

} // namespace

TEST_CASE("an assignment reads as agreed (REWRITE=1 agrees)") {
  facts_of_two world;
  check_golden("assignment.txt", prompt_of(world.facts()));
  auto json = nlohmann::json::parse(assignment_json(world.facts()));
  CHECK(json["prompt"] == prompt_of(world.facts()));
  json.erase("prompt");
  check_golden("assignment.json", json.dump(2) + '\n');
}

TEST_CASE("without a limit or an earlier attempt nothing is said of them") {
  facts_of_two world;
  auto facts = world.facts();
  facts.seconds_left.reset();
  facts.attempt = 1;
  auto words = prompt_of(facts);
  CHECK(words.find("seconds") == words.npos);
  CHECK(words.find("attempt") == words.npos);
  CHECK(
    nlohmann::json::parse(assignment_json(facts))["seconds_left"].is_null());
}

TEST_CASE("words fit into an argument, however much there is to say") {
  facts_of_two world;
  world.repair.set_description(std::string(1'000'000, 'x') + '\0');
  world.repair.mutable_subtask()->set_title("a\0b" + std::string(1, '\0'));
  for (uint32_t i = 0; i < 10'000; ++i)
    world.add("src/a.cc", i, 1, std::string(900, 'y') + "\xc3\xa4");
  auto words = prompt_of(world.facts());
  CHECK(words.size() <= 100'000);
  CHECK(words.find('\0') == words.npos);
  CHECK(words.find("What the checks find there (10003)") != words.npos);
  auto json = nlohmann::json::parse(assignment_json(world.facts()));
  CHECK(json["findings"] == 10'003);
  CHECK(json["evidence"].size() == 5000);
}

} // namespace cohort::tests::assignment_test
