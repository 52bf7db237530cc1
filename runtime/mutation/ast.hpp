#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <clang-c/Index.h>

#include "runtime/expected.hpp"

/// libclang with owners and byte offsets. Private to mutation/.
namespace cohort::runtime::mutation {

/// Bytes [begin, end) of a file. Ends are those of the text as it stands in
/// the file: of a macro, the place where it is used.
struct text_range {
  CXFile file = nullptr;
  size_t begin = 0;
  size_t end = 0;

  [[nodiscard]] bool holds(const text_range& other) const {
    return begin <= other.begin && other.end <= end;
  }
};

/// A parsed translation unit. Belongs to one thread.
class syntax_tree {
public:
  /// `unsaved` are contents that count instead of those on disk, by path.
  /// Errors: tool_failed, with the first error of the compiler: a tree with
  /// errors has holes.
  static expected<syntax_tree>
  parse(const std::filesystem::path& file,
        const std::vector<std::string>& arguments,
        const std::map<std::string, std::string>& unsaved);

  [[nodiscard]] CXCursor root() const;
  /// Paths of all files that it consists of.
  [[nodiscard]] std::vector<std::string> files() const;

  /// Empty for what libclang does not hold.
  [[nodiscard]] std::string_view text_of(CXFile file) const;
  [[nodiscard]] std::string_view text_of(const text_range& range) const;

  /// The text on one line, without comments. Empty when that is not possible: a
  /// directive or a line's end stands in it. Bytes [from, to) of the file are
  /// `replacement` in it.
  [[nodiscard]] std::string one_line(const text_range& range, size_t from,
                                     size_t to,
                                     std::string_view replacement) const;

private:
  struct disposer {
    void operator()(void* index) const {
      clang_disposeIndex(index);
    }
    void operator()(CXTranslationUnitImpl* unit) const {
      clang_disposeTranslationUnit(unit);
    }
  };
  std::unique_ptr<void, disposer> index_;
  std::unique_ptr<CXTranslationUnitImpl, disposer> unit_;
};

[[nodiscard]] std::string take_text(CXString text);
[[nodiscard]] std::vector<CXCursor> children_of(CXCursor node);
[[nodiscard]] text_range range_of(CXCursor node);
[[nodiscard]] text_range range_of(CXSourceRange range);
[[nodiscard]] std::string path_of(CXFile file);

/// Type without names and qualifiers.
[[nodiscard]] CXType plain_type(CXCursor node);
[[nodiscard]] bool is_arithmetic(CXType type);
[[nodiscard]] bool is_pointer(CXType type);
/// A template's parameter decides what it is.
[[nodiscard]] bool is_dependent(CXType type);

} // namespace cohort::runtime::mutation
