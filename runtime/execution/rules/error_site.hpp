#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// The text at an error's place.
namespace cohort::runtime::execution::rules {

namespace pb = messages::v1;

/// An identifier, by where it stands in its file.
struct word {
  size_t begin = 0;
  std::string_view text;
};

/// An error, its line and its file. Refers to both, and is pure.
class error_site {
public:
  /// Nothing when the file has no such place, or its line is too long to be
  /// anybody's.
  [[nodiscard]] static std::optional<error_site>
  find(const pb::Diagnostic& error, std::string_view content);

  [[nodiscard]] const pb::Diagnostic& error() const {
    return *error_;
  }
  [[nodiscard]] std::string_view content() const {
    return content_;
  }
  [[nodiscard]] std::string_view line() const {
    return content_.substr(begin_, end_ - begin_);
  }
  // Offsets in the file: of the line, without its '\n', and of the error.
  [[nodiscard]] size_t begin() const {
    return begin_;
  }
  [[nodiscard]] size_t end() const {
    return end_;
  }
  [[nodiscard]] size_t at() const {
    return at_;
  }

  /// The line's identifiers, keywords too.
  [[nodiscard]] std::vector<word> words() const;
  /// The word that the error points at, or the one before it; empty when that
  /// is none or a keyword.
  [[nodiscard]] word name_at_place() const;
  /// Whether something stands before it that says where it is to be found: the
  /// end of `a::`, `a.` or `a->`.
  [[nodiscard]] bool is_qualified(const word& use) const;
  /// Whether the line uses `name` otherwise than as a member; a standard one as
  /// that of `std` or unqualified.
  [[nodiscard]] bool is_used(std::string_view name, bool standard) const;
  [[nodiscard]] bool calls_a_macro() const;

private:
  const pb::Diagnostic* error_ = nullptr;
  std::string_view content_;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t at_ = 0;
};

/// Whether it is written as macros are: without a small letter.
[[nodiscard]] bool is_macro_name(std::string_view name);

} // namespace cohort::runtime::execution::rules
