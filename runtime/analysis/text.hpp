#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

/// Reads plain language: what both the score and the conversion of a task need.
///
/// Pure; linear in the size of the text. Any bytes are a text.
namespace cohort::runtime::analysis {

/// What of a description counts.
constexpr size_t description_bytes_max = 64 * 1024;

/// A run of bytes without blanks, without the punctuation around it.
struct word {
  std::string_view text;
  std::string lower; // ASCII letters in lower case.
};

std::vector<word> split_words(std::string_view text);

/// Whether the words of `phrase` stand at word `at`, one after the other.
bool stands_at(const std::vector<word>& words, size_t at,
               std::string_view phrase);

/// Words in ASCII lower case.
using word_list = std::unordered_set<std::string_view>;
bool is_one_of(const word_list& list, std::string_view lower);

/// Whether the word is the name of a file or folder: by its extension, a
/// well-known name ("README", "Makefile"), or its slashes.
bool is_file_name(const word& candidate);

/// The files and folders among the words, each once, in the order of the text,
/// without a trailing ":line:column"; at most `limit`.
std::vector<std::string> file_names(const std::vector<word>& words,
                                    size_t limit);

/// The largest number that stands before something countable: 214 for "fix the
/// 214 compile errors", 12 for "a dozen warnings", 0 when there is none.
uint32_t stated_count(const std::vector<word>& words);

/// `text` with every byte that is not part of valid UTF-8 replaced by '?', so
/// that it can stand in a Protobuf string.
std::string valid_utf8(std::string_view text);

} // namespace cohort::runtime::analysis
