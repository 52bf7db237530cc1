#pragma once

#include <string>
#include <string_view>

#include "runtime/fixes/readers.hpp"
#include "runtime/workspace/edits.hpp"
#include "tests/fuzz/input.hpp"

/// What holds for all that a reader of fixes returns, whatever it read.
namespace cohort::tests {

namespace fixes = runtime::fixes;
namespace workspace = runtime::workspace;

/// A workspace of one file, "a.cc"; any other is closed.
class one_file_workspace {
public:
  explicit one_file_workspace(std::string_view bytes) {
    file_.path = "a.cc";
    file_.bytes = bytes;
    other_.path = "other";
    other_.closed = workspace::objection{workspace::refusal::unusable_file,
                                         "it is not there"};
  }

  [[nodiscard]] fixes::file_lookup lookup() const {
    return [this](const std::string& name) -> const workspace::base_file& {
      return name == file_.path ? file_ : other_;
    };
  }

  [[nodiscard]] workspace::target_lookup targets() const {
    return [this](const std::string& name) {
      auto& file = lookup()(name);
      return workspace::target{file.closed, file.bytes.size(), "digest"};
    };
  }

  [[nodiscard]] const std::string& bytes() const {
    return file_.bytes;
  }

private:
  workspace::base_file file_;
  workspace::base_file other_;
};

/// A choice that can be applied, with a reason for all that it refuses.
inline void check_choice(const one_file_workspace& files,
                         const workspace::choice& choice) {
  for (auto& [file, edits] : choice.edits)
    require(file == "a.cc"
              && workspace::apply_edits(files.bytes(), edits).has_value(),
            "what was chosen can be applied");
  for (auto& refused : choice.refused) {
    require(!refused.why.text.empty(), "a refusal has a reason");
    auto is_conflict = refused.why.why == workspace::refusal::overlap
                       || refused.why.why == workspace::refusal::same_place;
    require(is_conflict == refused.winner.has_value(),
            "a conflict has two sides");
    require(!refused.winner || *refused.winner < choice.chosen.size(),
            "the other side was chosen");
  }
}

/// Reads, and applies what fits together.
inline void
check_reader(std::string_view bytes, std::string_view text,
             fixes::read_result (*read)(std::string_view, const std::string&,
                                        const fixes::file_lookup&)) {
  one_file_workspace files{bytes};
  auto found = read(text, "input", files.lookup());
  if (!found) {
    require(found.error().code == runtime::errc::invalid_request
              && found.error().message.starts_with("input:"),
            "an error names its place");
    return;
  }
  for (auto& one : *found)
    require(one.refused
              || (one.fix.edits_size() > 0 && one.fix.voters_size() == 1),
            "a proposal has edits and one producer");
  check_choice(files, workspace::choose(*found, files.targets()));
}

} // namespace cohort::tests
