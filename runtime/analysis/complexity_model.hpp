#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The linear model of a description's complexity, compiled in from
/// config/complexity.yaml, which says what it means.
///
/// Pure.
namespace cohort::runtime::analysis {

enum class quantity : uint8_t {
  words,
  plurals,
  identifiers,
  list_items,
  files,
  stated_count,
};

enum class text_part : uint8_t { subject, text };

struct complexity_feature {
  std::string_view name;
  std::string_view says; // For people: a part of a sentence.
  quantity measures;
  text_part in;
  double most; // The value counts up to here. > 0.
  double weight;
};

/// A word of features that measure words; bit i of `features` is that of
/// feature i.
struct feature_word {
  std::string_view word; // ASCII, lower case.
  uint32_t features;
};

double complexity_bias();
/// At most 32, in the order of the file.
std::span<const complexity_feature> complexity_features();
/// Sorted by word, each once.
std::span<const feature_word> feature_words();

} // namespace cohort::runtime::analysis
