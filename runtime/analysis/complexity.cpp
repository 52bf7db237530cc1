#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <unordered_map>

#include "runtime/analysis/complexity_model.hpp"
#include "runtime/analysis/routing.hpp"
#include "runtime/analysis/text.hpp"

namespace cohort::runtime::analysis {

namespace {

constexpr size_t features_max = 32;

using counts = std::array<double, features_max>;

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// Takes "errors" and leaves "this", "class", "status" and "it's".
bool is_plural(std::string_view lower) {
  constexpr auto not_plural = std::to_array<std::string_view>(
    {"always", "perhaps", "sometimes", "unless", "versus", "whereas"});
  return lower.size() > 4 && lower.back() == 's'
         && std::string_view{"sui'"}.find(lower[lower.size() - 2])
              == std::string_view::npos
         && std::all_of(lower.begin(), lower.end(), is_letter)
         && std::find(not_plural.begin(), not_plural.end(), lower)
              == not_plural.end();
}

/// "open_file", "Class::member", "call()", "camelCase"; the quotes around a
/// word are gone, but for those inside.
bool is_identifier(std::string_view text) {
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    auto next = text[i + 1];
    if (text[i] == '_' || text[i] == '`' || (text[i] == ':' && next == ':')
        || (text[i] == '(' && next == ')')
        || (is_letter(text[i]) && next >= 'A' && next <= 'Z'))
      return true;
  }
  return false;
}

/// Lines that begin with "-", "*", "+", "1." or "1)".
double count_list_items(std::string_view text) {
  size_t result = 0;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    auto digits = std::min(line.find_first_not_of("0123456789"), line.size());
    auto marks = digits > 0 ? std::string_view{".)"} : std::string_view{"-*+"};
    if (line.size() > digits + 1
        && marks.find(line[digits]) != std::string_view::npos
        && (line[digits + 1] == ' ' || line[digits + 1] == '\t'))
      ++result;
  }
  return static_cast<double>(result);
}

/// The features, bit by bit, that count this word.
uint32_t features_of(const word& candidate) {
  static const auto all = [] {
    std::unordered_map<std::string_view, uint32_t> result;
    for (auto& row : feature_words())
      result.emplace(row.word, row.features);
    return result;
  }();
  auto found = all.find(candidate.lower);
  return found != all.end() ? found->second : 0;
}

/// What the features measure, before it is scaled and cut.
class measurements {
public:
  explicit measurements(std::string_view text)
    : text_{text},
      subject_end_{std::min(text.find('\n'), text.size())},
      words_{split_words(text)} {
    for (auto& word : words_)
      count(word);
  }

  [[nodiscard]] bool is_blank() const {
    return words_.empty();
  }

  [[nodiscard]] double count_of(size_t feature) const {
    auto& row = complexity_features()[feature];
    auto in_subject = row.in == text_part::subject;
    switch (row.measures) {
      case quantity::words:
        return (in_subject ? subject_hits_ : whole_hits_)[feature];
      case quantity::plurals:
        return (in_subject ? subject_ : whole_).plurals;
      case quantity::identifiers:
        return (in_subject ? subject_ : whole_).identifiers;
      case quantity::list_items:
        return count_list_items(
          text_.substr(0, in_subject ? subject_end_ : text_.size()));
      case quantity::files:
        return count_files(in_subject);
      case quantity::stated_count:
        return stated_count(words_);
    }
    return 0;
  }

private:
  struct spelling {
    double plurals = 0;
    double identifiers = 0;
  };

  [[nodiscard]] bool is_in_subject(const word& candidate) const {
    return candidate.text.data() < text_.data() + subject_end_;
  }

  void count(const word& candidate) {
    auto features = features_of(candidate);
    auto in_subject = is_in_subject(candidate);
    for (size_t i = 0; i < features_max && features >> i != 0; ++i)
      if ((features >> i & 1) != 0) {
        ++whole_hits_[i];
        subject_hits_[i] += in_subject ? 1 : 0;
      }
    spelling found{features == 0 && is_plural(candidate.lower) ? 1.0 : 0,
                   is_identifier(candidate.text) ? 1.0 : 0};
    whole_.plurals += found.plurals;
    whole_.identifiers += found.identifiers;
    if (in_subject)
      subject_ = whole_;
  }

  [[nodiscard]] double count_files(bool in_subject) const {
    constexpr size_t files_max = 64;
    if (!in_subject)
      return static_cast<double>(file_names(words_, files_max).size());
    auto subject = split_words(text_.substr(0, subject_end_));
    return static_cast<double>(file_names(subject, files_max).size());
  }

  std::string_view text_;
  size_t subject_end_;
  std::vector<word> words_;
  counts whole_hits_{};
  counts subject_hits_{};
  spelling whole_;
  spelling subject_;
};

/// The value that the weight is for.
double scaled(const complexity_feature& feature, double count) {
  auto value = count;
  if (feature.measures == quantity::files)
    value = std::log2(std::max(count, 1.0));
  else if (feature.measures == quantity::stated_count)
    value = std::log10(1 + count);
  return std::min(value, feature.most);
}

void add_reason(pb::ComplexityScore& score, std::string_view name, double value,
                double contribution, std::string text) {
  auto& reason = *score.add_reasons();
  reason.set_name(std::string{name});
  reason.set_value(value);
  reason.set_contribution(contribution);
  reason.set_text(std::move(text));
}

/// "states how many things there are: 214, weighs 1.1"
std::string explain(const complexity_feature& feature, double count) {
  std::array<char, 64> numbers{};
  std::snprintf(numbers.data(), numbers.size(), ": %.15g, weighs %.3g", count,
                feature.weight);
  return std::string{feature.says} + numbers.data();
}

} // namespace

pb::ComplexityScore analyze_task_complexity(std::string_view description) {
  measurements read{description.substr(0, description_bytes_max)};
  pb::ComplexityScore score;
  if (read.is_blank()) {
    score.set_uncertainty(0.5);
    add_reason(score, "empty", 0, 0, "the description says nothing");
    return score;
  }
  auto sum = complexity_bias();
  add_reason(score, "bias", 1, sum, "most tasks are small");
  auto features = complexity_features();
  for (size_t i = 0; i < features.size(); ++i) {
    auto count = read.count_of(i);
    auto contribution = features[i].weight * scaled(features[i], count);
    if (contribution == 0)
      continue;
    add_reason(score, features[i].name, count, contribution,
               explain(features[i], count));
    sum += contribution;
  }
  score.set_score(1 / (1 + std::exp(-sum)));
  score.set_uncertainty(0.35);
  return score;
}

} // namespace cohort::runtime::analysis
