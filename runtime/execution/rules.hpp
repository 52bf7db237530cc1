#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/execution/structure.hpp"
#include "runtime/toolchain/symbols.hpp"

/// Fixes that follow from what an error says and from the text at its place,
/// where the compilers name the fault but propose no edit.
///
/// Pure, but for the index, which is asked for when it is needed. A proposal is
/// only that: it is tried, and kept when the compilers agree.
///
/// | rule        | answers                                              |
/// | ----------- | ---------------------------------------------------- |
/// | keyword     | a word one slip away from a keyword, used only once  |
/// | std         | an undeclared name that the standard library has     |
/// | member      | `.` for `->` and the other way round                 |
/// | colon       | `std:string`                                         |
/// | declaration | a use is right, and the declaration is misspelt      |
/// | typename    | a dependent type without it                          |
/// | brace       | a block that the indentation closes, and nothing else |
/// | parenthesis | one that is open where its statement ends            |
/// | duplicate   | a declaration that repeats the line before it        |
/// | include     | an undeclared name that a header has                 |
/// | result      | a function without a type, declared elsewhere        |
/// | spelling    | "did you mean", where a macro hides the place        |
/// | constant    | a member function that its callers need to be const  |
/// | override    | one on a function that overrides nothing             |
/// | semicolon   | one that is expected after a type                    |
namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// Names the rules as the origin of a fix.
inline constexpr std::string_view rule_tool = "rule";

/// Gives the text of a file that may be edited, or nullptr.
using file_source = std::function<const std::string*(const std::string&)>;

/// Gives the workspace's index, or nullptr when there is none.
using symbol_source = std::function<const toolchain::symbol_index*()>;

/// The rules for one file as it is.
class rule_book {
public:
  /// `content` must live as long. `errors`: all of the file, so that a bracket
  /// is proposed at the first error that follows from it.
  rule_book(std::string_view content,
            const std::vector<const pb::Diagnostic*>& errors,
            symbol_source symbols = {}, file_source files = {});

  /// `error` is one of the file's; columns that lie outside give nothing.
  [[nodiscard]] std::vector<pb::Fix> fixes(const pb::Diagnostic& error);

private:
  [[nodiscard]] bool is_first_after(const missing_bracket& missing,
                                    const pb::Diagnostic& error) const;

  std::string_view content_;
  symbol_source symbols_;
  file_source files_;
  std::map<std::string, std::vector<uint32_t>> lines_; // Of errors, by tool.
  std::optional<std::vector<missing_bracket>> braces_;
  std::optional<std::vector<missing_bracket>> parentheses_;
};

} // namespace cohort::runtime::execution
