#include "config/complexity.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "config/shipped_table.hpp"

namespace cohort::config {

namespace {

constexpr size_t features_max = 32;

constexpr auto measure_names = std::to_array<std::string_view>(
  {"words", "plurals", "identifiers", "list_items", "files", "stated_count"});
constexpr auto part_names
  = std::to_array<std::string_view>({"subject", "text"});

template <class Names>
bool is_among(const Names& names, std::string_view text) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

std::optional<double> number_of(const YAML::Node& node) {
  auto text = scalar_text(node);
  double value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(),
                                       value);
  return failed == std::errc{} && end == text.data() + text.size()
             && std::isfinite(value)
           ? std::optional{value}
           : std::nullopt;
}

class complexity_reader {
public:
  explicit complexity_reader(complexity_table& table) : table_{table} {
    // nop
  }

  void read(const YAML::Node& document) {
    if (!document.IsMap() || document.size() != 2
        || !document["features"].IsSequence())
      return table_.problems.push_back("expected bias and a list features");
    auto bias = number_of(document["bias"]);
    if (!bias)
      problem(document, "bias", "expected a number");
    table_.bias = bias.value_or(0);
    for (auto node : document["features"])
      if (table_.features.size() == features_max)
        return problem(node, "", "at most 32 features");
      else
        read_feature(node);
  }

private:
  void read_feature(const YAML::Node& node) {
    if (!node.IsMap())
      return problem(node, "", "expected a feature");
    complexity_row row;
    row.name = scalar_text(node["name"]);
    row.says = scalar_text(node["says"]);
    row.measures = scalar_text(node["measures"]);
    row.in = scalar_text(node["in"]);
    if (!is_table_name(row.name) || !names_.insert(row.name).second)
      problem(node, row.name,
              "a name is lower-case letters and underscores, and stands once");
    if (row.says.empty()
        || !std::all_of(row.says.begin(), row.says.end(),
                        [](char c) { return c >= ' ' && c <= '~'; }))
      problem(node, row.name, "says is printable ASCII");
    if (!is_among(measure_names, row.measures))
      problem(node, row.measures, "nothing that can be measured");
    if (!is_among(part_names, row.in))
      problem(node, row.in, "in is subject or text");
    auto most = number_of(node["most"]);
    auto weight = number_of(node["weight"]);
    if (!most || *most <= 0)
      problem(node, row.name, "most is a number above 0");
    if (!weight)
      problem(node, row.name, "weight is a number");
    row.most = most.value_or(1);
    row.weight = weight.value_or(0);
    auto has_words = row.measures == "words";
    if (has_words)
      read_words(node["words"] ? node["words"] : node);
    if (node.size() != (has_words ? 7U : 6U))
      problem(node, row.name,
              "expected name, says, measures, in, most, weight, and, only when "
              "it measures words, words");
    table_.features.push_back(std::move(row));
  }

  void read_words(const YAML::Node& list) {
    if (!list.IsSequence() || list.size() == 0)
      return problem(list, "", "expected a list of words");
    auto bit = 1U << table_.features.size();
    for (auto node : list) {
      auto word = scalar_text(node);
      if (!is_lower_word(word))
        problem(node, word, "a word is printable ASCII without capitals");
      else if ((std::exchange(table_.words[word], table_.words[word] | bit)
                & bit)
               != 0)
        problem(node, word, "stands there twice");
    }
  }

  void problem(const YAML::Node& node, const std::string& what,
               const std::string& why) {
    add_table_problem(table_.problems, node, what, why);
  }

  complexity_table& table_;
  std::set<std::string> names_;
};

/// As it can stand in C++, and is read back as the same value.
std::string cpp_number(double value) {
  std::array<char, 64> buffer{};
  auto end
    = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

} // namespace

complexity_table read_complexity(const std::string& yaml) {
  complexity_table result;
  try {
    complexity_reader{result}.read(YAML::Load(yaml));
  } catch (const YAML::Exception& why) {
    result.problems.emplace_back(why.what());
  }
  return result;
}

std::string to_cpp(const complexity_table& table) {
  std::string result = "#include \"runtime/analysis/complexity_model.hpp\"\n\n"
                       "namespace cohort::runtime::analysis {\n\n"
                       "double complexity_bias() {\n  return "
                       + cpp_number(table.bias)
                       + ";\n}\n\n"
                         "std::span<const complexity_feature> "
                         "complexity_features() {\n"
                         "  static constexpr complexity_feature rows[] = {\n";
  for (auto& row : table.features)
    result += "    {" + cpp_string(row.name) + ", " + cpp_string(row.says)
              + ", quantity::" + row.measures + ", text_part::" + row.in + ", "
              + cpp_number(row.most) + ", " + cpp_number(row.weight) + "},\n";
  result += "  };\n  return rows;\n}\n\n"
            "std::span<const feature_word> feature_words() {\n"
            "  static constexpr feature_word rows[] = {\n";
  for (auto& [word, features] : table.words)
    result += "    {" + cpp_string(word) + ", " + std::to_string(features)
              + "U},\n";
  return result
         + "  };\n  return rows;\n}\n\n"
           "} // namespace cohort::runtime::analysis\n";
}

} // namespace cohort::config
