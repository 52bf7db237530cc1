#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/analysis/routing.hpp"
#include "runtime/analysis/text.hpp"

namespace cohort::runtime::analysis {

namespace {

/// What the words of a description show. Counts saturate, so that a long text
/// does not score by its length alone.
struct features {
  double stated = 0;  // Largest count of something countable.
  double breadth = 0; // "all", "everywhere", "across", ...
  double broad = 0;   // Work that spreads: "migrate", "rename", ...
  double plurals = 0;
  double files = 0; // Distinct names of files and folders.
  double joins = 0; // "and", "also".
  double items = 0; // Lines of a list.
  double words = 0;
  double fix = 0;   // A repair is mostly local.
  double small = 0; // "typo", "readme", "bump", ...
};

const word_list breadth_words{
  "across",       "all",      "any",        "both",     "codebase",
  "consistently", "each",     "entire",     "every",    "everything",
  "everywhere",   "globally", "many",       "multiple", "project-wide",
  "repository",   "several",  "throughout", "various",  "whole",
  "workspace",
};

const word_list broad_verbs{
  "adopt",      "apply",      "clean",     "cleanup",     "convert",
  "deprecate",  "extract",    "implement", "introduce",   "merge",
  "migrate",    "modernise",  "modernize", "move",        "overhaul",
  "port",       "redesign",   "refactor",  "reformat",    "rename",
  "reorganise", "reorganize", "replace",   "restructure", "rework",
  "rewrite",    "separate",   "split",     "support",     "switch",
  "unify",      "upgrade",
};

const word_list fix_words{
  "bug", "bugfix", "correct", "fix", "fixed", "fixes", "fixing", "issue",
};

const word_list small_words{
  "bump",      "changelog", "clarify",    "comment",       "comments",
  "doc",       "docs",      "docstring",  "documentation", "grammar",
  "license",   "minor",     "one-line",   "one-liner",     "readme",
  "readme.md", "single",    "spelling",   "tiny",          "trivial",
  "typo",      "typos",     "whitespace", "wording",
};

/// Takes "errors" and leaves "this", "class", "status" and "it's".
bool is_plural(const std::string& lower) {
  static const word_list not_plural{"always", "perhaps", "sometimes",
                                    "unless", "versus",  "whereas"};
  return lower.size() > 4 && lower.back() == 's'
         && std::string_view{"sui'"}.find(lower[lower.size() - 2])
              == std::string_view::npos
         && std::all_of(lower.begin(), lower.end(),
                        [](char c) { return c >= 'a' && c <= 'z'; })
         && !is_one_of(fix_words, lower) && !is_one_of(small_words, lower)
         && !is_one_of(not_plural, lower);
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

features read(std::string_view text) {
  auto words = split_words(text);
  features result;
  for (auto& word : words) {
    result.breadth += is_one_of(breadth_words, word.lower);
    result.broad += is_one_of(broad_verbs, word.lower);
    result.fix += is_one_of(fix_words, word.lower);
    result.small += is_one_of(small_words, word.lower);
    result.plurals += is_plural(word.lower);
    result.joins += word.lower == "and" || word.lower == "also";
  }
  result.stated = stated_count(words);
  result.files = static_cast<double>(file_names(words, 64).size());
  result.items = count_list_items(text);
  result.words = static_cast<double>(words.size());
  return result;
}

void add(pb::ComplexityScore& score, std::string name, double value,
         double contribution, std::string text) {
  auto& reason = *score.add_reasons();
  reason.set_name(std::move(name));
  reason.set_value(value);
  reason.set_contribution(contribution);
  reason.set_text(std::move(text));
}

std::string count_of(double value, std::string_view what) {
  return std::to_string(static_cast<uint64_t>(value)) + ' ' + std::string{what};
}

} // namespace

pb::ComplexityScore analyze_task_complexity(std::string_view description) {
  auto x = read(description.substr(0, description_bytes_max));
  pb::ComplexityScore score;
  if (x.words == 0) {
    score.set_uncertainty(0.5);
    add(score, "empty", 0, 0, "the description says nothing");
    return score;
  }
  auto term = [&](std::string name, double value, double contribution,
                  std::string text) {
    if (value > 0)
      add(score, std::move(name), value, contribution, std::move(text));
  };
  add(score, "bias", 1, -1.2, "most tasks are small");
  term("stated_count", x.stated, 1.1 * std::log10(1 + x.stated),
       "states a count of " + count_of(x.stated, "things"));
  term("breadth", x.breadth, 0.65 * std::min(x.breadth, 3.0),
       "words of breadth, such as all or everywhere");
  term("broad_verbs", x.broad, 0.7 * std::min(x.broad, 2.0),
       "asks for work that spreads, such as migrate or rename");
  term("plurals", x.plurals, 0.3 * std::min(x.plurals, 4.0),
       "speaks of things in the plural");
  if (x.files == 1)
    add(score, "one_file", 1, -0.4, "names a single file");
  else
    term("files", x.files, 0.3 * std::log2(std::max(x.files, 1.0)),
         "names " + count_of(x.files, "files"));
  term("joins", x.joins, 0.25 * std::min(x.joins, 4.0),
       "joins several wishes with and");
  term("list_items", x.items, 0.3 * std::min(x.items, 6.0),
       "lists " + count_of(x.items, "items"));
  term("length", x.words, 0.05 * std::log2(1 + std::min(x.words, 256.0)),
       "is " + count_of(x.words, "words long"));
  term("fix", x.fix, -0.5, "asks for a repair, which mostly is local");
  term("small", x.small, -0.9 * std::min(x.small, 2.0),
       "words of small work, such as typo or bump");
  double sum = 0;
  for (auto& reason : score.reasons())
    sum += reason.contribution();
  score.set_score(1 / (1 + std::exp(-sum)));
  score.set_uncertainty(0.35);
  return score;
}

} // namespace cohort::runtime::analysis
