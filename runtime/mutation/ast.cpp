#include "runtime/mutation/ast.hpp"

#include <algorithm>
#include <utility>

namespace cohort::runtime::mutation {

namespace fs = std::filesystem;

std::string take_text(CXString text) {
  auto* chars = clang_getCString(text);
  std::string result = chars == nullptr ? "" : chars;
  clang_disposeString(text);
  return result;
}

expected<syntax_tree>
syntax_tree::parse(const fs::path& file,
                   const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& unsaved) {
  std::vector<const char*> words;
  for (auto& argument : arguments)
    words.push_back(argument.c_str());
  std::vector<CXUnsavedFile> contents;
  for (auto& [path, text] : unsaved)
    contents.push_back({path.c_str(), text.c_str(), text.size()});
  syntax_tree result;
  result.index_.reset(clang_createIndex(0, 0));
  CXTranslationUnit unit = nullptr;
  auto failed = clang_parseTranslationUnit2(
    result.index_.get(), file.c_str(), words.data(),
    static_cast<int>(words.size()), contents.data(),
    static_cast<unsigned>(contents.size()),
    CXTranslationUnit_DetailedPreprocessingRecord, &unit);
  result.unit_.reset(unit);
  if (failed != CXError_Success || unit == nullptr)
    return error{errc::tool_failed, "libclang cannot read " + file.string()};
  for (unsigned i = 0; i < clang_getNumDiagnostics(unit); ++i) {
    auto one = clang_getDiagnostic(unit, i);
    auto is_error = clang_getDiagnosticSeverity(one) >= CXDiagnostic_Error;
    auto text = take_text(
      clang_formatDiagnostic(one, CXDiagnostic_DisplaySourceLocation));
    clang_disposeDiagnostic(one);
    if (is_error)
      return error{errc::tool_failed, text};
  }
  return result;
}

CXCursor syntax_tree::root() const {
  return clang_getTranslationUnitCursor(unit_.get());
}

std::vector<std::string> syntax_tree::files() const {
  std::vector<std::string> result;
  clang_getInclusions(
    unit_.get(),
    [](CXFile file, CXSourceLocation*, unsigned, CXClientData data) {
      static_cast<std::vector<std::string>*>(data)->push_back(path_of(file));
    },
    &result);
  return result;
}

std::string_view syntax_tree::text_of(CXFile file) const {
  size_t size = 0;
  auto* text = clang_getFileContents(unit_.get(), file, &size);
  return text == nullptr ? std::string_view{} : std::string_view{text, size};
}

std::string_view syntax_tree::text_of(const text_range& range) const {
  auto text = text_of(range.file);
  if (range.begin > range.end || range.end > text.size())
    return {};
  return text.substr(range.begin, range.end - range.begin);
}

std::string syntax_tree::one_line(const text_range& range, size_t from,
                                  size_t to,
                                  std::string_view replacement) const {
  auto* unit = unit_.get();
  auto at = [&](size_t offset) {
    return clang_getLocationForOffset(unit, range.file,
                                      static_cast<unsigned>(offset));
  };
  CXToken* tokens = nullptr;
  unsigned count = 0;
  clang_tokenize(unit, clang_getRange(at(range.begin), at(range.end)), &tokens,
                 &count);
  std::string result;
  auto is_possible = true;
  auto is_replaced = false;
  auto written = range.begin; // Up to here.
  auto replace = [&] {
    // Apart from its neighbours, so that no sign becomes another one.
    if (!replacement.empty())
      result.append(" ").append(replacement).append(" ");
    is_replaced = true;
  };
  for (unsigned i = 0; i < count && is_possible; ++i) {
    auto place = range_of(clang_getTokenExtent(unit, tokens[i]));
    if (place.begin >= range.end)
      break; // libclang adds the token behind.
    if (!is_replaced && place.begin >= from)
      replace();
    auto is_part = (place.begin < from || place.begin >= to)
                   && clang_getTokenKind(tokens[i]) != CXToken_Comment;
    if (!is_part)
      continue;
    auto text = text_of(place);
    is_possible = text != "#" && text.find('\n') == std::string_view::npos;
    if (place.begin > written && !result.empty() && result.back() != ' ')
      result += ' ';
    result += text;
    written = place.end;
  }
  while (result.ends_with(' '))
    result.pop_back();
  result.erase(0, std::min(result.find_first_not_of(' '), result.size()));
  clang_disposeTokens(unit, tokens, count);
  return is_possible ? result : std::string{};
}

std::vector<CXCursor> children_of(CXCursor node) {
  std::vector<CXCursor> result;
  clang_visitChildren(
    node,
    [](CXCursor child, CXCursor, CXClientData data) {
      static_cast<std::vector<CXCursor>*>(data)->push_back(child);
      return CXChildVisit_Continue;
    },
    &result);
  return result;
}

text_range range_of(CXSourceRange range) {
  text_range result;
  CXFile end_file = nullptr;
  unsigned begin = 0;
  unsigned end = 0;
  clang_getExpansionLocation(clang_getRangeStart(range), &result.file, nullptr,
                             nullptr, &begin);
  clang_getExpansionLocation(clang_getRangeEnd(range), &end_file, nullptr,
                             nullptr, &end);
  result.begin = begin;
  result.end = result.file != nullptr && end_file != nullptr
                   && clang_File_isEqual(result.file, end_file) != 0
                 ? end
                 : 0;
  return result;
}

text_range range_of(CXCursor node) {
  return range_of(clang_getCursorExtent(node));
}

std::string path_of(CXFile file) {
  return file == nullptr ? std::string{}
                         : fs::path{take_text(clang_getFileName(file))}
                             .lexically_normal()
                             .string();
}

CXType plain_type(CXCursor node) {
  return clang_getCanonicalType(clang_getCursorType(node));
}

bool is_arithmetic(CXType type) {
  return type.kind >= CXType_Bool && type.kind <= CXType_LongDouble;
}

bool is_pointer(CXType type) {
  return type.kind == CXType_Pointer || type.kind == CXType_NullPtr
         || type.kind == CXType_MemberPointer;
}

bool is_dependent(CXType type) {
  return type.kind == CXType_Dependent || type.kind == CXType_Unexposed
         || type.kind == CXType_Invalid;
}

} // namespace cohort::runtime::mutation
