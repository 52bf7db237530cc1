#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "messages/v1/analysis.pb.h"

namespace cohort::runtime::execution::rules {

namespace pb = messages::v1;

/// Names the rules as the origin of a fix.
inline constexpr std::string_view tool = "rule";

/// What is proposed against one error, which must live as long.
class proposal_list {
public:
  explicit proposal_list(const pb::Diagnostic& error) : error_{error} {
    // nop
  }

  /// In the error's file.
  void add(size_t begin, size_t end, std::string replacement) {
    add_to(error_.location().file(), begin, end, std::move(replacement));
  }

  void add_to(const std::string& file, size_t begin, size_t end,
              std::string replacement) {
    auto& fix = fixes_.emplace_back();
    fix.set_tool(std::string{tool});
    fix.set_on_note(true); // A compiler's own proposal goes first.
    fix.set_message(error_.message());
    fix.set_target_file(error_.location().file());
    fix.set_target_line(error_.location().line());
    auto& edit = *fix.add_edits();
    edit.set_file(file);
    edit.set_begin(begin);
    edit.set_end(end);
    edit.set_replacement(std::move(replacement));
  }

  [[nodiscard]] std::vector<pb::Fix> take() && {
    return std::move(fixes_);
  }

private:
  const pb::Diagnostic& error_;
  std::vector<pb::Fix> fixes_;
};

} // namespace cohort::runtime::execution::rules
