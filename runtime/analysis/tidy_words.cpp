#include "runtime/analysis/tidy_words.hpp"

#include <algorithm>
#include <array>

#include "runtime/analysis/text.hpp"

namespace cohort::runtime::analysis {

namespace {

struct asked_check {
  std::string_view phrase; // In lower case.
  std::string_view check;
};

constexpr std::array asked_checks{
  asked_check{"use override", "modernize-use-override"},
  asked_check{"missing override", "modernize-use-override"},
  asked_check{"use nullptr", "modernize-use-nullptr"},
  asked_check{"replace null", "modernize-use-nullptr"},
  asked_check{"use using", "modernize-use-using"},
  asked_check{"replace typedef", "modernize-use-using"},
  asked_check{"replace typedefs", "modernize-use-using"},
  asked_check{"use auto", "modernize-use-auto"},
  asked_check{"range-based for", "modernize-loop-convert"},
  asked_check{"range for", "modernize-loop-convert"},
  asked_check{"use emplace", "modernize-use-emplace"},
  asked_check{"make_unique", "modernize-make-unique"},
  asked_check{"make_shared", "modernize-make-shared"},
  asked_check{"default member initializers",
              "modernize-use-default-member-init"},
  asked_check{"use default", "modernize-use-equals-default"},
  asked_check{"add braces", "readability-braces-around-statements"},
  asked_check{"missing braces", "readability-braces-around-statements"},
  asked_check{"use empty", "readability-container-size-empty"},
  asked_check{"pass by value", "modernize-pass-by-value"},
  asked_check{"explicit constructors", "google-explicit-constructor"},
};

/// The first parts of check names, as clang-tidy 14 to 19 have them.
const word_list& modules() {
  static const word_list list{
    "abseil",
    "altera",
    "android",
    "boost",
    "bugprone",
    "cert",
    "concurrency",
    "darwin",
    "fuchsia",
    "google",
    "hicpp",
    "linuxkernel",
    "llvm",
    "llvmlibc",
    "misc",
    "modernize",
    "mpi",
    "objc",
    "openmp",
    "performance",
    "portability",
    "readability",
    "zircon",
    "clang-analyzer",
    "cppcoreguidelines",
  };
  return list;
}

bool is_check_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '*';
}

/// The word with the pattern that reads like punctuation: "bugprone-*".
std::string_view with_pattern(std::string_view text, std::string_view all) {
  auto end = static_cast<size_t>(text.data() - all.data()) + text.size();
  auto has_pattern = text.ends_with('-') && all.substr(end).starts_with('*');
  return {text.data(), text.size() + (has_pattern ? 1 : 0)};
}

bool is_check_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_check_byte)
         && std::any_of(modules().begin(), modules().end(), [&](auto module) {
              return text.size() > module.size() + 1 && text.starts_with(module)
                     && text[module.size()] == '-';
            });
}

} // namespace

std::vector<std::string> tidy_checks_in(std::string_view description) {
  std::vector<std::string> result;
  auto add = [&](std::string_view check) {
    if (std::find(result.begin(), result.end(), check) == result.end())
      result.emplace_back(check);
  };
  description = description.substr(0, description_bytes_max);
  auto words = split_words(description);
  for (size_t at = 0; at < words.size(); ++at) {
    if (auto name = with_pattern(words[at].text, description);
        is_check_name(name))
      add(name);
    for (auto& asked : asked_checks)
      if (stands_at(words, at, asked.phrase))
        add(asked.check);
  }
  return result;
}

} // namespace cohort::runtime::analysis
