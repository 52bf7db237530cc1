#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "tests/config/files.hpp"

namespace cohort::tests::problems_test {

using namespace cohort::tests;
namespace fs = std::filesystem;

namespace {

constexpr auto golden = "tests/golden/config_errors.txt";

std::vector<fs::path> broken_files() {
  std::vector<fs::path> files;
  for (auto& entry : fs::directory_iterator{"tests/config/broken"})
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string described(const config::load_result& loaded) {
  std::string out;
  for (auto& problem : loaded.problems)
    out += problem.describe() + '\n';
  return out;
}

} // namespace

TEST_CASE("problems of broken files read as agreed (REWRITE=1 agrees)") {
  std::string out;
  for (auto& file : broken_files()) {
    auto loaded = config::load({file, {}, {}});
    CAPTURE(file);
    CHECK_FALSE(loaded.problems.empty());
    out += described(loaded) + '\n';
  }
  if (std::getenv("REWRITE"))
    std::ofstream{golden} << out;
  std::ifstream in{golden};
  std::ostringstream agreed;
  agreed << in.rdbuf();
  CHECK(out == agreed.str());
}

TEST_CASE("problems come by line, then from the environment, then from --set") {
  config_file file{"parallel_workers:\n  enabled: 1\nx: 1\nsnapshot: 1\n"};
  auto loaded = config::load(
    {file.path(), {"y=1"}, [](const char* name) {
       return std::string{name} == "COHORT_STATE_DIRECTORY" ? "x" : nullptr;
     }});
  std::vector<std::pair<std::string, int>> seen;
  for (auto& problem : loaded.problems)
    seen.emplace_back(problem.source, problem.line);
  auto name = file.path().string();
  CHECK(
    seen
    == std::vector<std::pair<std::string, int>>{{name, 2},
                                                {name, 3},
                                                {name, 4},
                                                {"COHORT_STATE_DIRECTORY", 0},
                                                {"--set", 0}});
}

TEST_CASE("a hundred problems are shown, and the rest counted") {
  std::string text;
  for (int i = 0; i < 250; ++i)
    text += "key" + std::to_string(i) + ": 1\n";
  auto loaded = load_text(text);
  REQUIRE(loaded.problems.size() == 101);
  CHECK(loaded.problems[99].line == 100);
  CHECK(loaded.problems[100].text
        == "150 more problems are not shown; mend these first");
}

TEST_CASE("what is shown of a long or strange text fits a line") {
  auto loaded = config::load(
    {std::nullopt,
     {"toolchain.gcc=a\x1b[31m\n" + std::string(100'000, 'x'),
      std::string(100'000, 'k') + "=1", "\x07" + std::string(100'000, 'n')},
     {}});
  REQUIRE(loaded.problems.size() == 3);
  for (auto& problem : loaded.problems) {
    auto text = problem.describe();
    CHECK(text.size() < 200);
    CHECK(std::none_of(text.begin(), text.end(),
                       [](unsigned char c) { return c < ' ' || c == 0x7f; }));
  }
}

} // namespace cohort::tests::problems_test
