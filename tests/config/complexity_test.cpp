#include "config/complexity.hpp"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "runtime/analysis/complexity_model.hpp"

namespace cohort::tests::complexity_test {

using namespace cohort;
using config::read_complexity;

namespace {

std::vector<std::string> problems(const std::string& yaml) {
  return read_complexity(yaml).problems;
}

/// A table with one feature that has `lines`.
std::string with_feature(const std::string& lines) {
  return "bias: -1\nfeatures:\n  - {" + lines + "}\n";
}

const std::string fine = "name: a, says: is so, measures: plurals, in: text, "
                         "most: 2, weight: -0.5";

} // namespace

TEST_CASE("the model that ships is without problems, and is compiled in") {
  std::ifstream in{"config/complexity.yaml"};
  auto table = read_complexity({std::istreambuf_iterator<char>{in}, {}});
  CHECK(table.problems == std::vector<std::string>{});
  CHECK(table.bias == runtime::analysis::complexity_bias());
  auto features = runtime::analysis::complexity_features();
  REQUIRE(table.features.size() == features.size());
  for (size_t i = 0; i < features.size(); ++i) {
    CHECK(table.features[i].name == features[i].name);
    CHECK(table.features[i].weight == features[i].weight);
    CHECK(table.features[i].most == features[i].most);
  }
  auto words = runtime::analysis::feature_words();
  CHECK(table.words.size() == words.size());
  for (size_t i = 1; i < words.size(); ++i)
    CHECK(words[i - 1].word < words[i].word);
}

TEST_CASE("a word may count for several features") {
  auto table = read_complexity(
    "bias: 0\nfeatures:\n"
    "  - {name: a, says: s, measures: words, in: text, most: 1, weight: 1, "
    "words: [all, each]}\n"
    "  - {name: b, says: s, measures: words, in: subject, most: 1, weight: 1, "
    "words: [all]}\n");
  CHECK(table.problems.empty());
  CHECK(table.words.at("all") == 3);
  CHECK(table.words.at("each") == 1);
}

TEST_CASE("what a feature lacks, or has too much, is a problem with its line") {
  CHECK(problems(with_feature(fine)).empty());
  CHECK(problems(with_feature(fine + ", words: [x]"))
        == std::vector<std::string>{
          "line 3: 'a': expected name, says, measures, in, most, weight, and, "
          "only when it measures words, words"});
  for (auto* lines :
       {"name: A, says: is so, measures: plurals, in: text, most: 2, weight: 1",
        "name: a, says: '', measures: plurals, in: text, most: 2, weight: 1",
        "name: a, says: s, measures: moods, in: text, most: 2, weight: 1",
        "name: a, says: s, measures: plurals, in: body, most: 2, weight: 1",
        "name: a, says: s, measures: plurals, in: text, most: 0, weight: 1",
        "name: a, says: s, measures: plurals, in: text, most: 2, weight: x",
        "name: a, says: s, measures: plurals, in: text, most: 2, weight: .inf",
        "name: a, says: s, measures: words, in: text, most: 2, weight: 1, "
        "words: []",
        "name: a, says: s, measures: words, in: text, most: 2, weight: 1, "
        "words: [Big]",
        "name: a, says: s, measures: words, in: text, most: 2, weight: 1, "
        "words: [b, b]"}) {
    CAPTURE(lines);
    CHECK(problems(with_feature(lines)).size() == 1);
  }
  auto twice = with_feature(fine) + "  - {" + fine + "}\n";
  CHECK(problems(twice).size() == 1);
}

TEST_CASE("what is no table is a problem, not an exception") {
  for (auto* yaml :
       {"", "a", "bias: 1", "bias: 1\nfeatures: 2", "features: [\n",
        "bias: x\nfeatures: []", "bias: 1\nfeatures: [3]"})
    CHECK(!problems(yaml).empty());
}

TEST_CASE("numbers are written so that they are read back") {
  auto text = to_cpp(read_complexity(with_feature(fine)));
  CHECK(
    text.find(R"({"a", "is so", quantity::plurals, text_part::text, 2, -0.5},)")
    != std::string::npos);
}

} // namespace cohort::tests::complexity_test
