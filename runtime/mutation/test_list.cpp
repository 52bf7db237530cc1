#include "runtime/mutation/test_list.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace cohort::runtime::mutation {

namespace {

using nlohmann::json;

/// Properties that say nothing about whether a test passes that runs alone.
constexpr std::array<std::string_view, 11> without_effect{
  "ATTACHED_FILES", "ATTACHED_FILES_ON_FAIL",
  "COST",           "DEPENDS",
  "LABELS",         "MEASUREMENT",
  "PROCESSORS",     "PROCESSOR_AFFINITY",
  "RESOURCE_LOCK",  "RUN_SERIAL",
  "TIMEOUT"};

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : std::string{};
}

/// ctest's truth: true, "1", "ON", ...
bool is_on(const json& value) {
  if (value.is_boolean())
    return value.get<bool>();
  auto text = text_of(value);
  return text == "1" || text == "ON" || text == "TRUE" || text == "YES";
}

void read_property(const json& property, listed_test& test, bool& is_off) {
  auto name = text_of(property.value("name", json{}));
  auto value = property.value("value", json{});
  if (name == "WORKING_DIRECTORY") {
    test.working_directory = text_of(value);
  } else if (name == "ENVIRONMENT" && value.is_array()) {
    for (auto& one : value) {
      auto text = text_of(one);
      auto equal = text.find('=');
      if (equal != std::string::npos && equal > 0)
        test.environment.emplace_back(text.substr(0, equal),
                                      text.substr(equal + 1));
    }
  } else if (name == "WILL_FAIL") {
    test.will_fail = is_on(value);
  } else if (name == "DISABLED") {
    is_off = is_on(value);
  } else if (name == "SKIP_RETURN_CODE" && value.is_number_integer()) {
    test.skip_code = value.get<int>();
  } else if (std::find(without_effect.begin(), without_effect.end(), name)
             == without_effect.end()) {
    test.needs_ctest = true;
  }
}

} // namespace

expected<std::vector<listed_test>> read_test_list(std::string_view text) {
  auto all = json::parse(text, nullptr, false);
  if (!all.is_object() || !all.value("tests", json{}).is_array())
    return error{errc::tool_failed,
                 "ctest did not list the tests in the form json-v1"};
  std::vector<listed_test> result;
  size_t index = 0;
  auto tests = all["tests"];
  for (auto& one : tests) {
    listed_test test;
    test.index = ++index;
    if (!one.is_object())
      continue;
    test.name = text_of(one.value("name", json{}));
    auto command = one.value("command", json{});
    for (auto& word : command)
      test.command.push_back(text_of(word));
    auto is_off = false;
    auto properties = one.value("properties", json{});
    for (auto& property : properties)
      if (property.is_object())
        read_property(property, test, is_off);
    if (!is_off && !test.command.empty() && !test.name.empty())
      result.push_back(std::move(test));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](auto& a, auto& b) { return a.name < b.name; });
  result.erase(std::unique(result.begin(), result.end(),
                           [](auto& a, auto& b) { return a.name == b.name; }),
               result.end());
  return result;
}

process::command command_of(const listed_test& test, const std::string& ctest,
                            const std::string& build) {
  process::command result;
  if (test.needs_ctest) {
    auto number = std::to_string(test.index);
    result.argv = {ctest, "-I", number + ',' + number + ",1"};
    result.working_directory = build;
    return result;
  }
  result.argv = test.command;
  result.working_directory
    = test.working_directory.empty() ? build : test.working_directory;
  result.environment = test.environment;
  return result;
}

bool has_passed(const listed_test& test, const process::outcome& result) {
  if (result.status != process::status::exited)
    return test.will_fail && !test.needs_ctest
           && result.status == process::status::signalled;
  if (test.needs_ctest)
    return result.exit_code == 0
           && result.out.find("***Skipped") == std::string::npos
           && result.out.find("***Not Run") == std::string::npos;
  if (test.skip_code == result.exit_code)
    return false;
  return (result.exit_code == 0) != test.will_fail;
}

} // namespace cohort::runtime::mutation
