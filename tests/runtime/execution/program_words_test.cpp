#include <doctest/doctest.h>

#include <string>

#include "runtime/execution/executors/program_words.hpp"

namespace cohort::tests::program_words_test {

using namespace cohort::runtime::execution;

TEST_CASE("the last progress and the last cost count") {
  auto words = read_program_words("{\"progress\": \"reading\"}\n"
                                  "{\"progress\": \"mending\", \"done\": 3, "
                                  "\"total\": 7, \"cost\": 0.1}\n"
                                  "thinking\n{\"cost\": 0.12}\n");
  CHECK(words.progress == "mending (3 of 7)");
  CHECK(words.cost == 0.12);
  CHECK(words.log == "thinking");
}

TEST_CASE("the end of a coding agent's run is understood") {
  auto words = read_program_words(
    R"({"type": "result", "result": "done", "total_cost_usd": 0.05})");
  CHECK(words.cost == 0.05);
  CHECK(words.log == "");
}

TEST_CASE("what is no progress is log, of which the end is kept") {
  auto words = read_program_words("{\"cost\": \"much\"}\n{\"progress\": 3}\n"
                                  "{broken\n[1]\r\n\n{\"other\": 1}\n");
  CHECK(words.progress == "");
  CHECK(words.cost == 0);
  CHECK(words.log
        == "{\"cost\": \"much\"} / {\"progress\": 3} / {broken / [1] / "
           "{\"other\": 1}");
  std::string flood;
  for (int i = 0; i < 100'000; ++i)
    flood += "line " + std::to_string(i) + '\n';
  auto tail = read_program_words(flood).log;
  CHECK(tail.ends_with("line 99998 / line 99999"));
  CHECK(tail.size() < 300);
}

TEST_CASE("any bytes are fine") {
  auto words = read_program_words(
    std::string{"{\"cost\": -1}\n{\"cost\": 1e999}\n\xff\0\n", 33}
    + std::string(100'000, '[') + "\n{" + std::string(100'000, '['));
  CHECK(words.cost == 0);
  CHECK(words.log.size() <= 2000);
}

} // namespace cohort::tests::program_words_test
