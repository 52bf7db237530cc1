#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "config/entry_keys.hpp"
#include "config/keys.hpp"
#include "config/load.hpp"

namespace cohort::tests::cohort_yaml_test {

namespace config = cohort::config;

namespace {

constexpr auto shipped = "config/cohort.yaml";

std::string content_of(const char* file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// The hierarchy and the defaults that users were promised.
constexpr auto promised = R"(
parallel_workers:
  enabled: true
  complexity_threshold: 0.6
  max_concurrent_workers: 8
  max_subtasks_per_task: 20
  coordination:
    message_buffer_size: 1000
    progress_update_interval_ms: 1000
    worker_timeout_seconds: 300
  decomposition:
    strategy: error_type_based
    max_dependency_depth: 3
    enable_council_validation: true
  quality_gates:
    compilation_validation: true
    test_coverage_threshold: 0.8
    mutation_testing_threshold: 0.7
)";

void check_contains(const YAML::Node& all, const YAML::Node& part) {
  for (auto item : part) {
    auto name = item.first.Scalar();
    CAPTURE(name);
    REQUIRE(all[name].IsDefined());
    if (item.second.IsMap())
      check_contains(all[name], item.second);
    else
      CHECK(all[name].Scalar() == item.second.Scalar());
  }
}

} // namespace

TEST_CASE(
  "cohort.yaml is what is printed for the defaults (REWRITE=1 makes it so)") {
  auto printed = config::to_yaml(config::settings{});
  if (std::getenv("REWRITE"))
    std::ofstream{shipped, std::ios::binary} << printed;
  CHECK(content_of(shipped) == printed);
}

TEST_CASE("cohort.yaml gives the defaults") {
  auto loaded = config::load({shipped, {}, {}});
  CHECK(loaded.problems.empty());
  CHECK(config::to_yaml(loaded.values) == config::to_yaml(config::settings{}));
}

TEST_CASE("the promised keys have the promised defaults") {
  check_contains(YAML::LoadFile(shipped), YAML::Load(promised));
  config::load_request request;
  request.file = "tests/config/promised.yaml";
  auto loaded = config::load(request);
  CHECK(loaded.problems.empty());
  CHECK(content_of("tests/config/promised.yaml") == promised + 1);
}

TEST_CASE(
  "every key, and every section of entries, has a comment above it with "
  "what is allowed") {
  std::istringstream lines{content_of(shipped)};
  std::string before;
  size_t keys_seen = 0;
  for (std::string line; std::getline(lines, line); before = line) {
    auto begin = line.find_first_not_of(' ');
    if (begin == std::string::npos || line[begin] == '#' || line.back() == ':')
      continue;
    ++keys_seen;
    CAPTURE(line);
    CHECK(before.find("# ") == begin);
    CHECK(before.back() == ')');
  }
  size_t sections = 0;
  const config::settings none;
  config::for_each_section(none, [&](auto&&...) { ++sections; });
  CHECK(keys_seen == config::keys().size() + sections);
}

TEST_CASE("every key is there once, and its section stands together") {
  std::set<std::string> paths;
  std::set<std::string> closed;
  std::string last;
  for (auto& key : config::keys()) {
    CAPTURE(key.path);
    CHECK(paths.insert(key.path).second);
    CHECK(config::find_key(key.path) == &key);
    CHECK_FALSE(config::is_section(key.path));
    auto section = key.path.substr(0, key.path.rfind('.'));
    if (section == last)
      continue;
    CHECK(closed.insert(section).second);
    last = section;
  }
}

TEST_CASE("no key accepts what cannot be a value of any") {
  for (auto& key : config::keys()) {
    CAPTURE(key.path);
    config::settings values;
    auto before = config::to_yaml(values);
    CHECK_FALSE(key.set(values, {"\x01"}));
    if (!key.is_list)
      CHECK_FALSE(key.set(values, {}));
    CHECK_FALSE(key.set(values, {"true", ""}));
    CHECK(config::to_yaml(values) == before);
  }
}

TEST_CASE("every key takes the value that it prints") {
  for (auto& key : config::keys()) {
    CAPTURE(key.path);
    config::settings values;
    auto node = YAML::Load(key.get(values));
    auto words = node.IsSequence() ? node.as<std::vector<std::string>>()
                                   : std::vector<std::string>{node.Scalar()};
    CHECK(key.set(values, words));
    CHECK(config::to_yaml(values) == config::to_yaml(config::settings{}));
  }
}

} // namespace cohort::tests::cohort_yaml_test
