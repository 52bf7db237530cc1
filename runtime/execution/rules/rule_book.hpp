#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/execution/rules/rules.hpp"
#include "runtime/execution/structure.hpp"

/// Fixes that follow from what an error says and from the text at its place,
/// where the compilers name the fault but propose no edit.
///
/// Pure, but for the index, which is asked for when it is needed. A proposal is
/// only that: it is tried, and kept when the compilers agree.
///
/// `rules.hpp` says which there are; two more put in a brace that the
/// indentation closes, and a parenthesis that is open where its statement ends.
namespace cohort::runtime::execution {

namespace pb = messages::v1;

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
